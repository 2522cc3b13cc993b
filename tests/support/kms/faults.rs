//! Faults between kenc and an emulator of KMS.

use serde_json::{Value, json};

use super::emulators::{Kms, REGION, answers, home_at, unsigned};
use crate::support::program::Home;
use crate::support::servers::{Server, python_program, request};

/// microburst: faults in front of an emulator, each with the code and the form that AWS gives it.
pub struct Faults {
    pub port: u16,
    _server: Server,
}

impl Faults {
    /// Puts faults in front of `kms`: one rule of microburst, without the service.
    pub fn before(kms: &Kms, mut rule: Value) -> Result<Self, String> {
        let server = Server::start(
            &python_program("microburst")?,
            |command, port| {
                command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
                command.args(["--upstream", &format!("http://127.0.0.1:{}", kms.port)]);
            },
            |port| answers(port, "/_microburst/health"),
        )?;
        let port = server.port;
        // The first call makes it load what it knows of AWS, which on a busy machine takes longer than kenc waits.
        let target = ("x-amz-target", "TrentService.ListKeys");
        let headers =
            [target, ("content-type", "application/x-amz-json-1.1"), ("authorization", &unsigned(REGION, "kms"))];
        request(port, "POST", "/", &headers, "{}").map_err(|error| error.to_string())?;
        rule["service"] = json!("kms");
        let json = [("content-type", "application/json")];
        let rules = json!([rule]).to_string();
        let answer = request(port, "POST", "/_microburst/rules", &json, &rules).map_err(|error| error.to_string())?;
        assert!((200..300).contains(&answer.status), "{}", answer.body);
        Ok(Self { port, _server: server })
    }

    pub fn home(&self) -> Home {
        home_at(self.port)
    }

    /// How many faults have been injected.
    pub fn fired(&self) -> usize {
        let answer = request(self.port, "GET", "/_microburst/fired", &[], "").expect("microburst answers");
        answer.json().as_array().expect("it is a list").len()
    }
}
