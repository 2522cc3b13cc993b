//! Hints for git commands.

use kenc::ops::drift::Drift;
use kenc::ops::git::fault::{GitFault, MergeConflicts};

/// The hints for a failure that has to do with git.
pub fn of(fault: &GitFault) -> String {
    match fault {
        GitFault::NoGit(_) => "install git, or add it to PATH".to_owned(),
        GitFault::Failed(_) => "see `git status`".to_owned(),
        GitFault::NoRepository => {
            "change to a repository, or create one with `git init`; `--global` configures all repositories".to_owned()
        }
        GitFault::NoAttributePattern(_) => {
            "write a pattern as in .gitattributes: `secrets/*.yaml`; negative patterns (!) are not allowed".to_owned()
        }
        GitFault::OtherHook(path) => {
            format!("add the line `kenc git check || exit 1` to {}", super::quoted(path))
        }
        GitFault::MergeOfWholeFiles(path) => {
            let path = super::quoted(path);
            format!("take one side with `git checkout --ours {path}` or `--theirs`, then `git add {path}`")
        }
        GitFault::MergeOfNothing(path) => {
            let path = super::quoted(path);
            format!("keep it with `git add {path}`, or remove it with `git rm {path}`")
        }
        GitFault::MergeConflicts(conflicts) => of_conflicts(conflicts),
        GitFault::ShouldBeEncrypted(path) => {
            let path = super::quoted(path);
            format!("run `kenc encrypt -i {path}`, then `git add {path}`; if you already pushed the plaintext, change the secret")
        }
        GitFault::InTheClearByConfig { .. } => {
            "the config rule has changed since the file was encrypted: encrypt the file again".to_owned()
        }
        GitFault::SealGone | GitFault::KeysAdded(_) => {
            "`git diff --cached` shows its keys and its seal; `git restore --staged --worktree FILE` takes the last commit's"
                .to_owned()
        }
        GitFault::Drift(drift) => of_drift(drift),
        GitFault::NotConfirmed(path) => format!(
            "run it on a terminal, where it shows what differs and asks: `kenc git mac-repair {}`",
            super::quoted(path)
        ),
        _ => String::new(),
    }
}

/// The commands that give a file what its config says.
fn of_drift(Drift { keys, threshold, rule, context }: &Drift) -> String {
    let mut commands = Vec::new();
    if threshold.is_some() || keys.iter().any(|group| !group.is_empty()) {
        commands.push("`kenc rewrap FILE --from-config` changes the keys");
    }
    if rule.is_some() {
        commands.push("`kenc rotate FILE --from-config` changes the rule");
    }
    if !context.is_empty() {
        commands.push("`kenc rotate FILE --new-context K=V` changes the context");
    }
    format!("{}; see the changes with `kenc rewrap FILE --from-config --check`", commands.join(", "))
}

fn of_conflicts(MergeConflicts { path, first, conflicts: _ }: &MergeConflicts) -> String {
    let path = super::quoted(path);
    match first.as_deref() {
        // The text of a binary file.
        Some(".") => format!(
            "choose with `kenc edit {path}`, which shows both versions between conflict markers; then `git add {path}`"
        ),
        Some(first) => {
            let first = super::quote(first);
            format!(
                "choose a version with `kenc edit {path}`, or set the value with `kenc set {path} {first}`; then `git add {path}`"
            )
        }
        None => format!(
            "our version is kept; see theirs with `git show :3:{path} | kenc inspect`, add a key with `kenc rewrap {path} --add KEY`, then `git add {path}`"
        ),
    }
}
