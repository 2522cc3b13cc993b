//! `kenc git merge`: the merge driver.

use std::path::Path;

use kenc::ops::configs::Configs;
use kenc::ops::git::merge::{MergeNews, MergeOutcome, MergeSides, is_conflict, merge};

use crate::args::git::GitMergeArgs;
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::{sessions, signals};

pub fn run(args: &GitMergeArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.path.as_deref().unwrap_or(&args.ours);
    merge_in_session(args, path, configs, reporter).or_else(|failure| {
        let exit = reporter.failure(&failure);
        if is_conflict(&failure.cause) || exit == Exit::Interrupted {
            return Ok(exit);
        }
        reporter.hint(&format!(
            "nothing was merged; if git reports a conflict, take one side with `git checkout --ours {0}` or `git checkout --theirs {0}`; \
             if git stopped before that, `git -c merge.kenc.driver=false merge BRANCH` makes it a conflict",
            path.display()
        ));
        Ok(Exit::NotMerged(exit.code()))
    })
}

fn merge_in_session(args: &GitMergeArgs, path: &Path, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let GitMergeArgs { base, ours, theirs, path: _, open, passphrase, aws } = args;
    let passphrases = sessions::passphrases(passphrase, reporter);
    let session = sessions::to_open(open, passphrases, aws, configs, &[path.to_owned()])?;
    signals::handle(&session)?;
    let sides = MergeSides { base: base.clone(), ours: ours.clone(), theirs: theirs.clone() };
    match merge(&session, &sides, path, |news| tell(path, news, reporter))? {
        MergeOutcome::Merged | MergeOutcome::Text => Ok(Exit::Done),
        MergeOutcome::TextWithConflicts => Ok(Exit::Failed),
    }
}

fn tell(path: &Path, news: &MergeNews, reporter: &Reporter) {
    let MergeNews { keys_added, keys_removed, comments_left_out } = news;
    let name = path.display();
    for (keys, what) in [(keys_added, "opened"), (keys_removed, "no longer opened")] {
        if !keys.is_empty() {
            reporter.hint(&format!("{name}: after this merge it is {what} by {}", keys.join(", ")));
        }
    }
    if *comments_left_out > 0 {
        reporter.hint(&format!(
            "{name}: comments of the other side left out where both sides changed the same lines: {comments_left_out}"
        ));
    }
}
