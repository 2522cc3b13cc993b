//! What to do next when git is in it.

use crate::failure::{GitFault, MergeConflicts};

/// The hints for a failure that has to do with git.
pub fn of(fault: &GitFault) -> String {
    match fault {
        GitFault::NoGit(_) => "install git, or put it on the PATH".to_owned(),
        GitFault::Failed(_) => "look at it with `git status`".to_owned(),
        GitFault::NoRepository => {
            "go into a repository, or make one with `git init`; `--global` sets up all of them".to_owned()
        }
        GitFault::NoAttributePattern(_) => {
            "a pattern is written as in .gitattributes: `secrets/*.yaml`; what begins with ! is none".to_owned()
        }
        GitFault::OtherHook(path) => {
            format!("add the line `kenc git check || exit 1` to it: {}", super::quoted(path))
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
            format!("`kenc encrypt -i {path}`, then `git add {path}`; what was pushed in the clear must be replaced")
        }
        GitFault::InTheClearByConfig { .. } => {
            "the rule of the config has changed since: encrypt the file anew under it".to_owned()
        }
        GitFault::SealGone | GitFault::KeysAdded(_) => {
            "`git diff --cached` shows its keys and its seal; `git restore --staged --worktree FILE` takes the last commit's"
                .to_owned()
        }
        GitFault::NotConfirmed(path) => format!(
            "look at what differs, and answer at a terminal: `kenc git mac-repair {}`",
            super::quoted(path)
        ),
    }
}

fn of_conflicts(MergeConflicts { path, first, conflicts: _ }: &MergeConflicts) -> String {
    let path = super::quoted(path);
    match first.as_deref() {
        // The text of a binary file.
        Some(".") => format!("`kenc edit {path}` shows both between marks; then `git add {path}`"),
        Some(first) => {
            let first = super::quote(first);
            format!("choose with `kenc edit {path}`, or give a value: `kenc set {path} {first}`; then `git add {path}`")
        }
        None => format!(
            "ours is kept; `git show :3:{path} | kenc inspect` shows theirs, `kenc rewrap {path} --add KEY` adds a key; then `git add {path}`"
        ),
    }
}
