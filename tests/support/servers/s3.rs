//! Servers that speak the protocol of S3, and something in between that does with each request as a test wants.

use std::io::{BufReader, BufWriter, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use super::http::{Message, exchange, request};
use super::process::{Server, program};
use crate::support::kms::{REGION, moto};
use crate::support::program::Home;

const ACCESS_KEY: &str = "test";
const SECRET_KEY: &str = "test-secret";

/// A server of objects.
pub struct ObjectServer {
    pub port: u16,
    /// The folder of its buckets, if it has one.
    folder: Option<PathBuf>,
    _server: Option<Server>,
    _root: Option<tempfile::TempDir>,
}

/// versitygw: a server on a folder, which checks every condition and every checksum. One for all tests of a crate.
pub fn versitygw() -> Result<&'static ObjectServer, String> {
    static VERSITYGW: OnceLock<Result<ObjectServer, String>> = OnceLock::new();
    VERSITYGW.get_or_init(start_versitygw).as_ref().map_err(Clone::clone)
}

fn start_versitygw() -> Result<ObjectServer, String> {
    let root = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = root.path().join("buckets");
    std::fs::create_dir(&folder).expect("a folder can be made");
    let server = Server::start(
        &program("versitygw").map_err(|fault| format!("{fault}; `tests/run` installs it"))?,
        |command, port| {
            command.env("ROOT_ACCESS_KEY", ACCESS_KEY).env("ROOT_SECRET_KEY", SECRET_KEY);
            command.args(["--quiet", "--keep-alive", "--port", &format!("127.0.0.1:{port}"), "posix"]).arg(&folder);
        },
        |port| request(port, "GET", "/", &[], "").is_ok(),
    )?;
    Ok(ObjectServer { port: server.port, folder: Some(folder), _server: Some(server), _root: Some(root) })
}

/// moto, which has versions and redirects, and checks no condition on what is completed or copied.
pub fn moto_objects() -> Result<ObjectServer, String> {
    Ok(ObjectServer { port: moto()?.port, folder: None, _server: None, _root: None })
}

impl ObjectServer {
    /// A home with a local key, from which kenc reaches this server.
    pub fn home(&self) -> Home {
        home_of_objects(self.port)
    }

    /// Makes a bucket.
    #[track_caller]
    pub fn new_bucket(&self, name: &str) {
        if let Some(folder) = &self.folder {
            std::fs::create_dir(folder.join(name)).expect("a bucket of this name is new");
        } else {
            // As new buckets of AWS are: without access-control lists.
            let owner = [("x-amz-object-ownership", "BucketOwnerEnforced")];
            let answer = request(self.port, "PUT", &format!("/{name}"), &owner, "").expect("the server answers");
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }

    /// The file of an object.
    pub fn file(&self, bucket: &str, key: &str) -> PathBuf {
        self.folder.as_ref().expect("this server has files").join(bucket).join(key)
    }

    /// The number of uploads that were begun, and neither completed nor aborted.
    pub fn unfinished(&self, bucket: &str) -> usize {
        let folder = self.file(bucket, ".sgwtmp/multipart");
        let entries = |folder: &PathBuf| -> Vec<PathBuf> {
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
        };
        entries(&folder).iter().map(|object| entries(object).len()).sum()
    }
}

/// A home with a local key, from which kenc reaches objects on a port of 127.0.0.1.
pub fn home_of_objects(port: u16) -> Home {
    Home::with_key()
        .with("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .with("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .with("AWS_REGION", REGION)
        .with("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{port}"))
}

/// What a relay does with a request.
pub enum Fate {
    /// It is passed on, perhaps changed.
    Passed(Message),
    /// It is answered.
    Answered(Message),
    /// The connection is closed.
    Reset,
}

/// A relay on a port of its own. It listens until the run of the tests ends.
pub struct ObjectRelay {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl ObjectRelay {
    /// Does with every request to `server` what `decide` says.
    pub fn to(server: &ObjectServer, decide: impl Fn(Message) -> Fate + Send + Sync + 'static) -> Self {
        Self::with(server, decide, |_| ())
    }

    /// Passes every request on, and has its answer changed.
    pub fn changing(server: &ObjectServer, change: impl Fn(&mut Message) + Send + Sync + 'static) -> Self {
        Self::with(server, Fate::Passed, change)
    }

    /// Does with every request to `server` what `decide` says, and has the answers changed.
    pub fn with(
        server: &ObjectServer,
        decide: impl Fn(Message) -> Fate + Send + Sync + 'static,
        change: impl Fn(&mut Message) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        let port = listener.local_addr().expect("it has an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, target) = (Arc::clone(&asked), server.port);
        let (decide, change) = (Arc::new(decide), Arc::new(change));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, decide, change) = (Arc::clone(&seen), Arc::clone(&decide), Arc::clone(&change));
                thread::spawn(move || serve(stream, target, &seen, &*decide, &*change));
            }
        });
        Self { port, asked }
    }

    /// The first lines of all requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics while it counts").clone()
    }

    /// How many requests had these words in their first line.
    pub fn count(&self, words: &str) -> usize {
        self.asked().iter().filter(|line| line.contains(words)).count()
    }
}

fn serve(
    mut stream: TcpStream,
    target: u16,
    seen: &Mutex<Vec<String>>,
    decide: impl Fn(Message) -> Fate,
    change: impl Fn(&mut Message),
) {
    let Ok(reading) = stream.try_clone() else { return };
    let Ok(Some(request)) = Message::read(&mut BufReader::new(reading)) else { return };
    seen.lock().expect("no test panics while it counts").push(request.first_line.clone());
    let is_head = request.first_line.starts_with("HEAD ");
    let answer = match decide(request) {
        Fate::Passed(request) => exchange(target, &request).ok(),
        Fate::Answered(answer) => Some(answer),
        Fate::Reset => None,
    };
    let Some(mut answer) = answer else { return };
    change(&mut answer);
    if !is_head {
        let _ = answer.send(&mut BufWriter::new(&mut stream));
        return;
    }
    // It tells of a body that does not come.
    let headers = answer.headers.iter().filter(|(name, _)| name != "connection");
    let lines: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let _ = write!(stream, "{}\r\n{}connection: close\r\n\r\n", answer.first_line, lines.concat());
}

/// An answer of S3 that is an error.
pub fn object_error(status: u16, code: &str, message: &str) -> Message {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>R-1</RequestId></Error>"
    );
    Message {
        first_line: format!("HTTP/1.1 {status} Scripted"),
        headers: vec![
            ("content-type".to_owned(), "application/xml".to_owned()),
            ("x-amz-request-id".to_owned(), "R-1".to_owned()),
        ],
        body: body.into_bytes(),
    }
}

/// Sends a message to a server, and forgets what it answers.
pub fn pass_on(port: u16, message: &Message) {
    let _ = exchange(port, message);
}

/// kenc that reads from a pipe, to which a test writes.
pub fn spawn_with_pipe(mut command: Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program can be started")
}
