//! Programs that run beside a test, and end with it whatever happens to it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// Longest wait for a server to be ready. A machine under load is slow; a server that failed is seen at once.
const READY_WITHIN: Duration = Duration::from_mins(10);

/// A program on the search path, or a sentence about its absence.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| format!("there is no `{name}` here"))
}

/// A program of the Python environment that `tests/run` makes.
pub fn python_program(name: &str) -> Result<PathBuf, String> {
    let path = crate::support::repository().join("target/venv/bin").join(name);
    if path.is_file() { Ok(path) } else { Err(format!("there is no `{name}` here; `tests/run` installs it")) }
}

/// Runs a command that must succeed, without a word.
#[track_caller]
pub fn run_quietly(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program can be started");
    assert!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// A port of 127.0.0.1 that nobody listens on at this moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
    listener.local_addr().expect("it has an address").port()
}

/// A port without a listener: that of a service that has not been used for decades.
pub const CLOSED_PORT: u16 = 1;

/// A running server. It is ended when this is dropped, and by the kernel when the test ends without that.
pub struct Server {
    pub port: u16,
    child: Child,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts `program` in a folder of its own and on a free port of 127.0.0.1, and waits until `is_ready` there.
    pub fn start(
        program: &Path,
        prepare: impl Fn(&mut Command, u16),
        is_ready: impl Fn(u16) -> bool,
    ) -> Result<Self, String> {
        let mut end = String::new();
        // Between the choice of a port and its use, somebody else may have taken it.
        for _ in 0..3 {
            let mut server = Self::spawn(program, &prepare)?;
            match server.wait(&is_ready) {
                Ok(()) => return Ok(server),
                Err(how) => end = how,
            }
        }
        panic!("{} ended: {end}", program.display());
    }

    fn spawn(program: &Path, prepare: &impl Fn(&mut Command, u16)) -> Result<Self, String> {
        let port = free_port();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let log = folder.path().join("log");
        let file = std::fs::File::create(&log).expect("a file can be made");
        let mut command = ending_with_us(program, "KILL")?;
        command.current_dir(folder.path()).env("HOME", folder.path()).stdin(Stdio::null());
        command.stdout(file.try_clone().expect("a file has more than one handle")).stderr(file);
        prepare(&mut command, port);
        let child =
            spawn_for_the_whole_run(command).map_err(|e| format!("{} does not start: {e}", program.display()))?;
        Ok(Self { port, child, log, _folder: folder })
    }

    /// Waits until it is ready. If it ends instead, that is an error, with what it said.
    fn wait(&mut self, is_ready: &impl Fn(u16) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let ended = self.child.try_wait().expect("a child can be asked");
            let log = || std::fs::read_to_string(&self.log).unwrap_or_default();
            if let Some(status) = ended {
                return Err(format!("{status}\n{}", log()));
            }
            if is_ready(self.port) {
                return Ok(());
            }
            assert!(Instant::now() < deadline, "the server is not ready:\n{}", log());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end_group(&mut self.child, Signal::KILL);
    }
}

/// Sends a signal to a child that leads a group of processes, and waits for its end.
pub fn end_group(child: &mut Child, signal: Signal) {
    let group = Pid::from_child(child);
    let _ = kill_process_group(group, signal);
    let _ = child.wait();
}

/// A command that the kernel ends with `signal` when the run of the tests ends, in a group of its own.
pub fn ending_with_us(program: &Path, signal: &str) -> Result<Command, String> {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(self::program("setpriv")?);
    command.args(["--pdeathsig", signal, "--"]).arg(program).process_group(0);
    Ok(command)
}

/// The kernel ends such a child with the *thread* that started it, and a test's thread ends before the run does. So one
/// thread that never ends starts them all.
pub fn spawn_for_the_whole_run(command: Command) -> std::io::Result<Child> {
    type Order = (Command, Sender<std::io::Result<Child>>);
    static STARTER: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (sender, orders): (_, Receiver<Order>) = channel();
        thread::spawn(move || {
            for (mut command, answer) in orders {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(sender)
    });
    let (answer, child) = channel();
    let sender = starter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    sender.send((command, answer)).expect("the starter runs for ever");
    child.recv().expect("the starter answers")
}
