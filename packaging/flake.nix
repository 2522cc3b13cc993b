{
  description = "kenc: encrypt files, streams and config values under keys in AWS KMS, or under age keys";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  # nix run 'git+file:.?dir=packaging'
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = nixpkgs.lib.genAttrs systems;
    in
    {
      packages = each (system:
        let pkgs = nixpkgs.legacyPackages.${system}; in
        {
          default = pkgs.rustPlatform.buildRustPackage {
            pname = "kenc";
            version = (builtins.fromTOML (builtins.readFile ../Cargo.toml)).package.version;
            src = ../.;
            cargoLock.lockFile = ../Cargo.lock;
            nativeBuildInputs = [ pkgs.cmake pkgs.installShellFiles ];
            env.AWS_LC_SYS_NO_JITTER_ENTROPY = "1";
            # The suite needs servers and terminals; the library's tests need neither.
            cargoTestFlags = [ "--lib" ];
            postInstall = ''
              installManPage man/*
              installShellCompletion completions/kenc.bash completions/kenc.fish completions/_kenc
            '';
            meta = {
              license = with pkgs.lib.licenses; [ mit asl20 ];
              mainProgram = "kenc";
            };
          };
        });
    };
}
