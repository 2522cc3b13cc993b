# A formula for Homebrew.
class Kenc < Formula
  desc "Encrypt files, streams and config values under keys in AWS KMS, or under age keys"
  homepage "@url@"
  version "@version@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@url@/releases/download/v@version@/kenc-@version@-aarch64-apple-darwin.tar.gz"
      sha256 "@sha256 aarch64-apple-darwin@"
    end
    on_intel do
      url "@url@/releases/download/v@version@/kenc-@version@-x86_64-apple-darwin.tar.gz"
      sha256 "@sha256 x86_64-apple-darwin@"
    end
  end
  on_linux do
    on_arm do
      url "@url@/releases/download/v@version@/kenc-@version@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@sha256 aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@url@/releases/download/v@version@/kenc-@version@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@sha256 x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "kenc"
    man1.install Dir["man/*.1"]
    man5.install Dir["man/*.5"]
    man7.install Dir["man/*.7"]
    bash_completion.install "completions/kenc.bash" => "kenc"
    zsh_completion.install "completions/_kenc"
    fish_completion.install "completions/kenc.fish"
  end

  test do
    ENV["XDG_CONFIG_HOME"] = testpath.to_s
    system bin/"kenc", "keygen"
    (testpath/"plain").write "correct horse"
    system bin/"kenc", "encrypt", "plain", "-o", "plain.kenc"
    assert_equal "correct horse", shell_output("#{bin}/kenc decrypt plain.kenc")
  end
end
