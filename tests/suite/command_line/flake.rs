//! The flake of Nix, as Nix itself reads it.

use std::process::Command;

use crate::support::{has, repository, skip, text};

/// What the recipe is given instead of nixpkgs: it says what it was called with.
const STAND_IN: &str = r#"
let nixpkgs = {
      lib.genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
      legacyPackages.x86_64-linux = {
        cmake = "cmake";
        installShellFiles = "files";
        lib.licenses = { mit = "MIT"; asl20 = "Apache-2.0"; };
        rustPlatform.buildRustPackage = recipe: "${recipe.pname} ${recipe.version} ${recipe.meta.mainProgram}";
      };
    };
    flake = import ./packaging/flake.nix;
in (flake.outputs { self = { }; inherit nixpkgs; }).packages.x86_64-linux.default
"#;

#[test]
fn the_flake_is_a_recipe_for_this_version() {
    if !has("nix-instantiate") {
        return skip("nix-instantiate is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("nix-instantiate");
    command.args(["--eval", "--strict", "-E", STAND_IN]).current_dir(repository()).env("HOME", folder.path());
    // A store of its own: nothing is built, and nothing of the machine is needed.
    for (variable, name) in
        [("NIX_STORE_DIR", "store"), ("NIX_STATE_DIR", "state"), ("NIX_LOG_DIR", "log"), ("NIX_CONF_DIR", "etc")]
    {
        command.env(variable, folder.path().join(name));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).trim(), format!("\"kenc {} kenc\"", env!("CARGO_PKG_VERSION")));
}
