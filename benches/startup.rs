//! How long does the program itself take, from its start to its end, when there is next to nothing to encrypt?

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use tempfile::TempDir;

const KMS_KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// A folder with a local key, 1 KiB to encrypt, and nothing else that the program could find.
struct Home {
    folder: TempDir,
    recipient: String,
    key_service: SocketAddr,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plain"), [7; 1024]).unwrap();
        let mut home = Self { folder, recipient: String::new(), key_service: key_service() };
        let printed = home.kenc(&["keygen"]).stdout(Stdio::piped()).output().unwrap().stdout;
        String::from_utf8(printed).unwrap().trim().clone_into(&mut home.recipient);
        home.run(&["encrypt", "-o", "sealed", "plain"]);
        home
    }

    fn kenc(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kenc"));
        command.args(arguments).current_dir(&self.folder).env_clear().stdin(Stdio::null()).stdout(Stdio::null());
        for name in ["HOME", "XDG_CONFIG_HOME", "APPDATA"] {
            command.env(name, self.folder.path());
        }
        command
            .env("AWS_ENDPOINT_URL_KMS", format!("http://{}", self.key_service))
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    fn run(&self, arguments: &[&str]) {
        assert!(self.kenc(arguments).status().unwrap().success());
    }
}

/// A key service on loopback, which knows one data key and gives it to everybody. Returns where it listens.
fn key_service() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    address
}

fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut body_len = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= "\r\n".len() {
            break;
        }
        if let Some(len) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            body_len = len.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; body_len];
    // A client that went away is no failure of the service.
    let _ = reader.read_exact(&mut body);
    let data_key = "QUFB".repeat(10) + "QUE=";
    let body = format!(r#"{{"CiphertextBlob":"d3JhcHBlZA==","KeyId":"{KMS_KEY}","Plaintext":"{data_key}"}}"#);
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}",
        body.len()
    );
    let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
}

fn startup(criterion: &mut Criterion) {
    let home = Home::new();
    let mut group = criterion.benchmark_group("startup");
    for (name, arguments) in [
        ("version", &["--version"][..]),
        ("encrypt 1 KiB, age key", &["encrypt", "-k", &home.recipient, "plain"]),
        ("decrypt 1 KiB, age key", &["decrypt", "sealed"]),
        ("inspect 1 KiB", &["inspect", "sealed"]),
        ("encrypt 1 KiB, KMS key over HTTP", &["encrypt", "-k", KMS_KEY, "plain"]),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| home.run(arguments)));
    }
    group.finish();
}

criterion_group!(benches, startup);
criterion_main!(benches);
