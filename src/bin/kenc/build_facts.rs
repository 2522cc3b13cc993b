//! What `kenc --version --verbose` says beside the version: what somebody needs who is told of a fault.

use kenc::crypto::Backend;

/// The commit, the target and the features of this build, a line each.
pub fn lines() -> String {
    // A build of `packaging/build` names its commit. A package from a registry has none.
    let commit = option_env!("KENC_COMMIT").unwrap_or("unknown");
    let features = [
        ("cli", cfg!(feature = "cli")),
        ("aws", cfg!(feature = "aws")),
        ("aws-lc", cfg!(feature = "aws-lc")),
        ("ring", cfg!(feature = "ring")),
    ];
    let features: Vec<&str> = features.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| *name).collect();
    // A package from a registry is built without the settings of the repository.
    let entropy = match option_env!("AWS_LC_SYS_NO_JITTER_ENTROPY") {
        None if cfg!(feature = "aws-lc") => {
            ", whose own entropy takes 30 ms at a start: build with AWS_LC_SYS_NO_JITTER_ENTROPY=1"
        }
        _ => "",
    };
    let libc = if cfg!(target_env = "musl") { ", static" } else { "" };
    format!(
        "commit    {commit}\ntarget    {} {}{libc}\nfeatures  {}\nbackend   {}{entropy}\n",
        std::env::consts::ARCH,
        std::env::consts::OS,
        features.join(", "),
        Backend::default().name(),
    )
}

/// Whether the words of a command line ask for them.
pub fn are_asked_for(mut words: impl Iterator<Item = std::ffi::OsString>) -> bool {
    words.any(|word| word == "--verbose" || word == "-v" || word == "-vV" || word == "-Vv")
}
