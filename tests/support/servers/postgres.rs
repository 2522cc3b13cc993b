//! A PostgreSQL server of our own, on a socket in a private folder and nowhere else.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use super::process::{end_group, program, run_quietly, spawn_for_the_whole_run};

const READY_WITHIN: Duration = Duration::from_mins(10);

/// A running server with one empty database, `postgres`.
pub struct Postgres {
    child: Child,
    programs: PathBuf,
    folder: TempDir,
}

impl Postgres {
    pub fn start() -> Result<Self, String> {
        let programs = programs()?;
        let user = Unprivileged::find()?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a folder can be made");
        user.own(&data);
        let mut make = user.command(&programs.join("initdb"))?;
        run_quietly(make.args(["-U", "kenc", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data));

        let mut serve = user.command(&programs.join("postgres"))?;
        serve.arg("-D").arg(&data).args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"]).arg(&data);
        let log = fs::File::create(folder.path().join("log")).expect("a file can be made");
        serve.stdin(Stdio::null()).stderr(log.try_clone().expect("a file has more than one handle")).stdout(log);
        let child = spawn_for_the_whole_run(serve).map_err(|error| format!("postgres does not start: {error}"))?;
        let mut server = Self { child, programs, folder };
        server.wait();
        Ok(server)
    }

    /// A client program of the same version, as its superuser.
    pub fn client(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("PGHOST", self.folder.path().join("data")).env("PGUSER", "kenc").env("HOME", self.folder.path());
        command
    }

    /// What a query gives, as text.
    #[track_caller]
    pub fn query(&self, database: &str, sql: &str) -> String {
        let mut query = self.client("psql");
        query.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]);
        let output = query.output().expect("the program can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("the output is text").trim().to_owned()
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let mut ready = self.client("pg_isready");
            if ready.stdout(Stdio::null()).status().expect("the program can be started").success() {
                return;
            }
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none() && Instant::now() < deadline, "the server is not ready:\n{log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends its own processes, which have groups of their own, and then itself, without a checkpoint.
        end_group(&mut self.child, Signal::QUIT);
    }
}

/// The folder of the server's programs. Debian keeps them off the search path, a folder for each version.
fn programs() -> Result<PathBuf, String> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    let on_path = || program("initdb").ok()?.parent().map(Path::to_owned);
    of_debian.or_else(on_path).ok_or_else(|| "there is no PostgreSQL server here".to_owned())
}

/// Whom the server runs as: it refuses to run as root.
struct Unprivileged {
    /// User and group, if it is not who runs the tests.
    ids: Option<(u32, u32)>,
}

impl Unprivileged {
    fn find() -> Result<Self, String> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { ids: None });
        }
        let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
        let ids = |name: &str| {
            let fields: Vec<&str> =
                users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|f| f[0] == name)?;
            Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
        };
        let ids = ids("postgres").or_else(|| ids("nobody"));
        ids.map(|ids| Self { ids: Some(ids) }).ok_or_else(|| "there is no unprivileged user here".to_owned())
    }

    fn own(&self, path: &Path) {
        if let Some((user, group)) = self.ids {
            chown(path, Some(user), Some(group)).expect("root may give away its files");
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("the folder is ours");
        assert!(fs::metadata(path).is_ok_and(|metadata| metadata.uid() != 0));
    }

    /// A program as that user, that the kernel ends when the run of the tests ends.
    fn command(&self, path: &Path) -> Result<Command, String> {
        use std::os::unix::process::CommandExt;
        let setpriv = program("setpriv")?;
        let mut command = Command::new(&setpriv);
        if let Some((user, group)) = self.ids {
            // A change of user takes the end with us away again: so that comes after it.
            command.args([format!("--reuid={user}"), format!("--regid={group}")]).args(["--clear-groups", "--"]);
            command.arg(&setpriv);
        }
        command.args(["--pdeathsig", "QUIT", "--"]).arg(path).process_group(0);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).current_dir("/");
        Ok(command)
    }
}
