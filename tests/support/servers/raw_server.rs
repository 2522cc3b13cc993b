//! A server whose reaction to each request, and to its connection, is given by the test.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::http::{Message, exchange};

/// A server on a port of its own, on 127.0.0.1. It listens until it is dropped.
pub struct RawServer {
    pub port: u16,
    seen: Arc<Mutex<Vec<Asked>>>,
    is_ended: Arc<AtomicBool>,
}

/// A request to KMS.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Such as `Decrypt`.
    pub operation: String,
    /// The body, as JSON.
    pub body: serde_json::Value,
    message: Message,
}

impl Asked {
    /// The method and the path, without a query.
    pub fn target(&self) -> String {
        let mut words = self.message.first_line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        format!("{method} {}", path.split('?').next().unwrap_or_default())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.message.header(name)
    }

    /// A field of the form that is the body.
    pub fn form(&self, wanted: &str) -> Option<String> {
        let body = std::str::from_utf8(&self.message.body).ok()?;
        let (_, value) = body.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == wanted)?;
        Some(percent_decoded(value))
    }

    /// Answers with what a server on another port of 127.0.0.1 answers.
    pub fn relay(&self, port: u16, stream: &mut TcpStream) {
        if let Ok(answer) = exchange(port, &self.message) {
            let _ = answer.send(stream);
        }
    }

    /// Asks a server on another port of 127.0.0.1 the same, and returns its answer.
    pub fn pass_on(&self, port: u16) -> serde_json::Value {
        let answer = exchange(port, &self.message).expect("the emulator answers");
        serde_json::from_slice(&answer.body).expect("the emulator answers in JSON")
    }
}

impl RawServer {
    /// Gives every request to `serve`, each on a thread of its own, and closes the connection after it.
    pub fn start(serve: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        let port = listener.local_addr().expect("it has an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let is_ended = Arc::new(AtomicBool::new(false));
        let (serve, of_server, ended) = (Arc::new(serve), Arc::clone(&seen), Arc::clone(&is_ended));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (serve, seen) = (Arc::clone(&serve), Arc::clone(&of_server));
                thread::spawn(move || {
                    let Ok(reading) = stream.try_clone() else { return };
                    let Ok(Some(message)) = Message::read(&mut BufReader::new(reading)) else { return };
                    let target = message.header("x-amz-target").unwrap_or_default();
                    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
                    let body = serde_json::from_slice(&message.body).unwrap_or_default();
                    let asked = Asked { operation, body, message };
                    seen.lock().expect("no test panics while it counts").push(asked.clone());
                    serve(&asked, &mut stream);
                });
            }
        });
        Self { port, seen, is_ended }
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.seen.lock().expect("no test panics while it counts").clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::SeqCst);
        // It waits for a connection, and looks then.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Sends an answer with a JSON body.
pub fn answer_json(stream: &mut TcpStream, status: u16, body: &str) {
    answer_with(stream, &format!("HTTP/1.1 {status} Scripted\r\ncontent-type: application/x-amz-json-1.1\r\n"), body);
}

/// Sends an answer with a head of the caller's making, which has no length yet.
pub fn answer_with(stream: &mut TcpStream, head: &str, body: &str) {
    // The client may have closed the connection.
    let _ = write!(stream, "{head}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
}

fn percent_decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_at(piece.len().min(2));
        decoded.extend(u8::from_str_radix(code, 16).map(char::from));
        decoded.push_str(rest);
    }
    decoded
}
