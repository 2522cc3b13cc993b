//! A relay between kenc and an emulator, which records requests and can answer them itself.

use std::io::{BufReader, BufWriter};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use super::http::{Message, exchange};

/// A relay on a port of its own. It listens until the run of the tests ends.
pub struct Relay {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    /// Passes everything on to another port of 127.0.0.1.
    pub fn to(port: u16) -> Self {
        Self::start(move |request| exchange(port, request).ok())
    }

    /// Answers every call itself, with a status and a body.
    pub fn answering(status: u16, body: &Value) -> Self {
        let answer = answer(status, body);
        Self::start(move |_| Some(answer.clone()))
    }

    /// Answers itself what `is_meant`, by operation and body, and passes all else on.
    pub fn to_but(
        port: u16,
        is_meant: impl Fn(&str, &Value) -> bool + Send + Sync + 'static,
        status: u16,
        body: &Value,
    ) -> Self {
        let answer = answer(status, body);
        Self::start(move |request| {
            let body = serde_json::from_slice(&request.body).unwrap_or_default();
            if is_meant(operation(request), &body) { Some(answer.clone()) } else { exchange(port, request).ok() }
        })
    }

    fn start(answer: impl Fn(&Message) -> Option<Message> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
        let port = listener.local_addr().expect("it has an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { port, asked }
    }

    /// The operations that were asked, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics while it counts").clone()
    }
}

/// A port that takes connections and never answers, and tells of each. It listens until the run of the tests ends.
pub fn silent_listener() -> (u16, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be had");
    let port = listener.local_addr().expect("it has an address").port();
    let (taken, told) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            kept.push(stream);
            // The receiver may have been dropped.
            let _ = taken.send(());
        }
    });
    (port, told)
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answer: &dyn Fn(&Message) -> Option<Message>) {
    let Ok(reading) = stream.try_clone() else { return };
    let Ok(Some(request)) = Message::read(&mut BufReader::new(reading)) else { return };
    seen.lock().expect("no test panics while it counts").push(operation(&request).to_owned());
    if let Some(answer) = answer(&request) {
        let _ = answer.send(&mut BufWriter::new(&mut stream));
    }
}

fn operation(request: &Message) -> &str {
    request.header("x-amz-target").unwrap_or_default().rsplit('.').next().unwrap_or_default()
}

fn answer(status: u16, body: &Value) -> Message {
    let json = ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned());
    let request_id = ("x-amzn-requestid".to_owned(), "5e1f0c3a-0000-4000-8000-000000000001".to_owned());
    Message {
        first_line: format!("HTTP/1.1 {status} Scripted"),
        headers: vec![json, request_id],
        body: body.to_string().into_bytes(),
    }
}
