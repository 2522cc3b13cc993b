//! The sbatch script of `examples/scale` on a cluster of one machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{files_in, state};
use crate::support::{Home, program, repository, wait_until};

const TASKS: u32 = 8;

/// A cluster of Slurm: its own munge, controller and node, all on 127.0.0.1, in a process namespace of their own. What Slurm kills,
/// it finds by walking through all processes, of which those of the tests are none there. The first process of the namespace ends
/// when this is dropped, or when the test ends without that, and the kernel ends all others with it.
struct SlurmCluster {
    folder: tempfile::TempDir,
    namespace: Child,
}

/// What runs in the namespace: the daemons, and what kills the processes that a test names. It ends with the first daemon.
const DAEMONS: &str = r#"
cd "$1"
munged --foreground --force --num-threads 2 --socket="$1/munge.socket" --key-file="$1/munge.key" --log-file="$1/munge.log" \
    --pid-file="$1/munge.pid" --seed-file="$1/munge.seed" &
until [ -S munge.socket ]; do sleep 0.1; done
slurmctld -D -i -f "$1/slurm.conf" &
slurmd -D -N node -f "$1/slurm.conf" &
(
    while sleep 0.1; do
        for name in kill/*; do
            if [ -f "$name" ]; then
                kill -KILL "$(<"$name")"
                rm "$name"
            fi
        done
    done
) &
wait -n
"#;

impl SlurmCluster {
    fn start(home: &Home) -> Result<Self, String> {
        for name in ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "setpriv", "unshare"] {
            find(name)?;
        }
        if !rustix::process::geteuid().is_root() {
            return Err("slurmd starts jobs as their users only as root".to_owned());
        }
        let own = ["--pid", "--fork", "--mount-proc", "--kill-child=KILL", "--"];
        let probe = Command::new("unshare").args(own).arg("true").output();
        if !probe.is_ok_and(|output| output.status.success()) {
            return Err("processes cannot have a namespace of their own here".to_owned());
        }
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let at = |name: &str| folder.path().join(name).display().to_string();
        fs::write(at("munge.key"), [7; 1024]).unwrap();
        fs::set_permissions(at("munge.key"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let host = fs::read_to_string("/proc/sys/kernel/hostname").map_err(|error| error.to_string())?;
        let [controller, node] = [free_port(), free_port()];
        let config = format!(
            "ClusterName=test\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={controller}\nSlurmdPort={node}\n\
             SlurmUser=root\nSlurmdUser=root\nAuthType=auth/munge\nAuthInfo=socket={socket},cred_expire=5\n\
             StateSaveLocation={state}\nSlurmdSpoolDir={spool}\nSlurmctldPidFile={folder}/slurmctld.pid\n\
             SlurmdPidFile={folder}/slurmd.pid\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n\
             JobAcctGatherType=jobacct_gather/none\nSelectType=select/cons_tres\nSelectTypeParameters=CR_Core\n\
             SchedulerParameters=defer_batch,sched_interval=1,batch_sched_delay=0\nMinJobAge=600\nKillWait=2\n\
             ReturnToService=2\nSlurmdParameters=config_overrides\nMpiDefault=none\nSwitchType=switch/none\n\
             CommunicationParameters=NoInAddrAny,NoCtldInAddrAny\n\
             NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=64 RealMemory=100000 State=UNKNOWN\n\
             PartitionName=all Nodes=node Default=YES State=UP\n",
            host = host.trim(),
            socket = at("munge.socket"),
            state = at("state"),
            spool = at("spool"),
            folder = folder.path().display(),
        );
        fs::write(at("slurm.conf"), config).unwrap();
        for name in ["state", "spool", "kill"] {
            fs::create_dir(at(name)).unwrap();
        }
        let log = fs::File::create(at("daemons.out")).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "unshare"]).args(own).args(["bash", "-c", DAEMONS, "bash"]);
        command.arg(folder.path()).env("PATH", format!("/usr/sbin:{}", std::env::var("PATH").unwrap_or_default()));
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut cluster = Self { folder, namespace: command.spawn().unwrap() };
        wait_until("the node is idle", || {
            cluster.check_alive();
            let told = cluster.tool(home, "scontrol").args(["show", "node", "node", "-o"]).output().unwrap();
            String::from_utf8_lossy(&told.stdout).contains("State=IDLE")
        });
        Ok(cluster)
    }

    fn check_alive(&mut self) {
        if let Some(status) = self.namespace.try_wait().unwrap() {
            let log = fs::read_to_string(self.folder.path().join("daemons.out")).unwrap_or_default();
            panic!("a daemon ended ({status}):\n{log}");
        }
    }

    /// Kills a process of the namespace by its number there.
    fn kill(&self, pid: &str) {
        let (wish, ready) = (self.folder.path().join("wish"), self.folder.path().join("kill/process"));
        fs::write(&wish, pid).unwrap();
        fs::rename(&wish, &ready).unwrap();
        wait_until("the process is killed", || !ready.exists());
    }

    fn tool(&self, home: &Home, name: &str) -> Command {
        let mut command = home.tool(name);
        command.env("SLURM_CONF", self.folder.path().join("slurm.conf"));
        command
    }
}

impl Drop for SlurmCluster {
    fn drop(&mut self) {
        let _ = self.namespace.kill();
        let _ = self.namespace.wait();
    }
}

/// Debian keeps daemons off the search path of users.
fn find(name: &str) -> Result<PathBuf, String> {
    let system = Path::new("/usr/sbin").join(name);
    if system.is_file() {
        Ok(system)
    } else {
        program(name).map_err(|fault| format!("{fault}; `tests/run` installs it"))
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Enough that a task can be killed in the middle.
const FILES: usize = 8_000;

/// Many small files.
fn write_many(home: &Home, count: usize) {
    for number in 0..count {
        let folder = home.file("tree").join(format!("{}/{}", number % 40, number % 7));
        if number < 280 {
            fs::create_dir_all(&folder).unwrap();
        }
        fs::write(folder.join(number.to_string()), format!("file {number}\n")).unwrap();
    }
}

#[test]
fn an_array_of_slurm_of_which_tasks_are_killed_and_requeued_encrypts_the_whole_tree() {
    let home = Home::with_key();
    let cluster = need!(SlurmCluster::start(&home));
    write_many(&home, FILES);
    fs::create_dir(home.file("pids")).unwrap();
    // The process that becomes kenc says who it is.
    let kenc = env!("CARGO_BIN_EXE_kenc");
    home.program("kenc", &format!("echo $$ > pids/$SLURM_ARRAY_TASK_ID; exec {kenc} \"$@\""));
    let script = repository().join("examples/scale/slurm.sbatch");
    let recipient = home.succeeds(&format!("{kenc} keygen --show"));
    let array = format!("--array=1-{TASKS}");
    let mut submit = cluster.tool(&home, "sbatch");
    submit.args(["--parsable", &array, "--cpus-per-task=1", "--mem=0"]).arg(script);
    let output = submit.args(["tree", "sealed", recipient.trim()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let job = String::from_utf8(output.stdout).unwrap().trim().to_owned();

    let report = |task: u32| fs::read_to_string(home.file(&format!("reports/{task}.jsonl"))).unwrap_or_default();
    let has_ended = |task: u32| report(task).contains("\n{\"end\"");
    for task in [2, 4, 6] {
        wait_until("a task has begun", || report(task).lines().count() > 3);
        assert!(!has_ended(task), "task {task} was too fast to be killed");
        if task != 6 {
            let pid = fs::read_to_string(home.file(&format!("pids/{task}"))).unwrap();
            cluster.kill(pid.trim());
        }
        // The scheduler notices on its own time that a task has died.
        wait_until("the task is requeued", || {
            let requeue = cluster.tool(&home, "scontrol").args(["requeue", &format!("{job}_{task}")]).output().unwrap();
            requeue.status.success()
        });
    }
    wait_until("all tasks have ended", || (1..=TASKS).all(|task| has_ended(task) && !report(task).is_empty()));
    for task in [2, 4, 6] {
        assert_eq!(report(task).matches("{\"run\"").count(), 2, "task {task} ran twice");
    }
    let text = home.succeeds(&format!("{kenc} report reports"));
    assert!(text.starts_with(&format!("encrypt tree: {TASKS} of {TASKS} shards complete\n{FILES} files, ")), "{text}");
    assert_eq!(files_in(&home, "sealed").len(), FILES);
    home.succeeds(&format!("{kenc} decrypt -r sealed -o back"));
    assert_eq!(state(&home, "tree"), state(&home, "back"));
}
