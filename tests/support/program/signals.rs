//! Signal settings that a test process inherited, and must not pass on to the programs under test.

use std::sync::{Arc, Once};

/// Signals that tests send, or have sent from a terminal.
const SIGNALS: [i32; 9] = {
    use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU};
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGXCPU]
};

/// Resets signals, so that programs started from now on handle them as at a terminal.
///
/// `nohup` has SIGHUP ignored, and a script that starts something with `&` has SIGINT ignored: by all that comes of it,
/// tests included. A signal that is caught instead is at its default in every new program, and still does nothing here.
pub fn take_signals_as_usual() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
        let ignored = u64::from_str_radix(mask, 16).unwrap_or(0);
        for signal in SIGNALS.into_iter().filter(|signal| ignored & 1 << (signal - 1) != 0) {
            signal_hook::flag::register(signal, Arc::default()).expect("these signals can be caught");
        }
    });
}
