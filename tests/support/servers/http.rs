//! As much of HTTP/1.1 as it takes to talk to an emulator on 127.0.0.1, from either side.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Longest wait for an emulator to answer, on a machine that is busy with other things.
const ANSWER_WITHIN: Duration = Duration::from_mins(10);
/// No message of these tests is longer.
const MAX_BODY: usize = 16 << 20;

/// A request or an answer, as it came: the first line, the headers, and the body.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub first_line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// Reads one, or `None` if the connection ends before it begins.
    pub fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(mut message) = Self::read_head(stream)? else { return Ok(None) };
        message.body = if message.header("transfer-encoding") == Some("chunked") {
            chunked_body(stream)?
        } else {
            let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            body(stream, length)?
        };
        Ok(Some(message))
    }

    /// The same without a body.
    pub fn read_head(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut message = Self { first_line: line(stream)?, ..Self::default() };
        if message.first_line.is_empty() {
            return Ok(None);
        }
        loop {
            let line = line(stream)?;
            let Some((name, value)) = line.split_once(':') else { break };
            message.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Some(message))
    }

    pub fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// Sends it, as the last one of its connection.
    pub fn send(&self, stream: &mut impl Write) -> io::Result<()> {
        write!(stream, "{}\r\n", self.first_line)?;
        let framing = ["connection", "content-length", "transfer-encoding"];
        for (name, value) in self.headers.iter().filter(|(name, _)| !framing.contains(&name.as_str())) {
            write!(stream, "{name}: {value}\r\n")?;
        }
        write!(stream, "connection: close\r\ncontent-length: {}\r\n\r\n", self.body.len())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }
}

/// What an emulator answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    /// The answer as JSON, if it was not a failure.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        if self.body.is_empty() { Value::Null } else { serde_json::from_str(&self.body).expect("the answer is JSON") }
    }

    /// The content of an element of an XML answer.
    #[track_caller]
    pub fn element(&self, name: &str) -> String {
        let (_, rest) = self.body.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{}", self.body));
        rest.split('<').next().unwrap_or_default().to_owned()
    }
}

/// Sends a request to a port of 127.0.0.1.
pub fn request(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
    let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let message = Message {
        first_line: format!("{method} {path} HTTP/1.1"),
        headers: headers.chain([("host".to_owned(), format!("127.0.0.1:{port}"))]).collect(),
        body: body.as_bytes().to_vec(),
    };
    let answer = exchange(port, &message)?;
    let status = answer.first_line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok(Answer { status, body: String::from_utf8_lossy(&answer.body).into_owned() })
}

/// Sends a message to a port of 127.0.0.1 and reads the answer.
pub fn exchange(port: u16, message: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    message.send(&mut BufWriter::new(&mut stream))?;
    let mut stream = BufReader::new(stream);
    // The answer to HEAD tells of a body that does not come.
    let is_head = message.first_line.starts_with("HEAD ");
    let answer = if is_head { Message::read_head(&mut stream)? } else { Message::read(&mut stream)? };
    answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.take(1 << 16).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

fn body(stream: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length.min(MAX_BODY)];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn chunked_body(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let length = usize::from_str_radix(&line(stream)?, 16).map_err(io::Error::other)?;
        whole.extend(body(stream, length)?);
        line(stream)?;
        if length == 0 {
            return Ok(whole);
        }
    }
}
