//! `kenc krm`.

use kenc::ops::configs::Configs;
use kenc::ops::failure::Failure;
use kenc::ops::input_name::STANDARD_INPUT;
use kenc::ops::jobs::open_input;
use kenc::ops::krm::decrypt_list;
use kenc::storage::standard::print;

use crate::args::krm::KrmArgs;
use crate::failure::Exit;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

/// Resources of a cluster that are read at once. A ResourceList of ten thousand secrets has a few MiB.
const LONGEST_LIST: usize = 256 << 20;

pub fn run(args: &KrmArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &[])?;
    signals::handle(&session)?;
    let about = || Failure::about(STANDARD_INPUT.to_owned());
    let (whole, _) = open_input(None)?.read_whole(LONGEST_LIST).map_err(about())?;
    let too_long = || kenc::error::DocumentError::TooLong { limit: LONGEST_LIST as u64 };
    let whole = whole.ok_or_else(too_long).map_err(|error| about()(error.into()))?;
    let list = decrypt_list(&whole, &session)?;
    print(&list)?;
    Ok(Exit::Done)
}
