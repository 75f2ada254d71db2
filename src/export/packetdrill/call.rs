//! A program's socket call as packetdrill writes it.
//!
//! In: a recorded call. Out: `accept(3, ..., ...) = 4`, or a remark where it means nothing to the
//! kernel's TCP, or why packetdrill cannot make it.

use crate::lesson::Language;
use crate::model::CallRecord;
use crate::trace::Returned;
use crate::words::say;

#[derive(Default)]
pub struct Told {
    /// `None`: it is not made, and `remark` says why.
    pub line: Option<String>,
    pub remark: String,
    /// The descriptor it makes.
    pub opens: Option<i32>,
    pub closes: Option<i32>,
    /// The socket that is connected once it has returned.
    pub connects: Option<i32>,
}

/// A call that has returned.
struct Made<'a> {
    call: &'a CallRecord,
    fd: i32,
    new_fd: Option<i32>,
    /// `ECONNREFUSED`.
    error: Option<&'a str>,
    /// What it returned, where that is a number.
    number: Option<u64>,
    /// How many bytes `send` took or `recv` gave.
    bytes: Option<u64>,
    language: Language,
}

pub fn told(call: &CallRecord, language: Language) -> Result<Told, String> {
    let Some(answer) = &call.resolved else {
        return Ok(left_out(&say!(language, "drill.not_returned")));
    };
    let (error, number) = match &answer.returned {
        Returned::Value { value } => (None, value.parse().ok()),
        Returned::Failed {
            error: Some(error), ..
        } => (Some(error.as_str()), None),
        // Python's own: no kernel call has failed.
        Returned::Failed { error: None, .. } => {
            return Err(say!(language, "drill.timeout", call = call.name).into_owned());
        }
    };
    let made = Made {
        call,
        fd: call.fd.unwrap_or(-1),
        new_fd: answer.new_fd,
        error,
        number,
        bytes: answer.bytes.as_ref().map(|bytes| bytes.len() as u64),
        language,
    };
    made.told()
}

fn left_out(why: &str) -> Told {
    Told {
        remark: why.to_owned(),
        ..Told::default()
    }
}

impl Made<'_> {
    fn told(&self) -> Result<Told, String> {
        let (fd, args) = (self.fd, self.call.args.as_str());
        match self.call.name.as_str() {
            "socket" => self.socket(),
            "setsockopt" => match option(fd, args) {
                Some(option) => Ok(self.line(&option, "0")),
                None => Err(say!(self.language, "drill.option", args = args).into_owned()),
            },
            // Which addresses and ports are free is this machine's affair.
            "bind" if self.error.is_some() => Err(say!(self.language, "drill.bind").into_owned()),
            "bind" => Ok(self.line(&format!("bind({fd}, ..., ...)"), "0")),
            "listen" => {
                let backlog = args.parse().unwrap_or(128_u32);
                Ok(self.line(&format!("listen({fd}, {backlog})"), "0"))
            }
            "accept" => {
                let new = self.new_fd.filter(|_| self.error.is_none());
                let shown = new.map_or_else(String::new, |fd| fd.to_string());
                Ok(Told {
                    opens: new,
                    connects: new,
                    ..self.line(&format!("accept({fd}, ..., ...)"), &shown)
                })
            }
            "connect" => Ok(Told {
                connects: self.error.is_none().then_some(fd),
                ..self.line(&format!("connect({fd}, ..., ...)"), "0")
            }),
            "send" | "sendall" => self.send(),
            "recv" | "recv_into" => self.recv(),
            "shutdown" => Ok(self.line(&format!("shutdown({fd}, {args})"), "0")),
            "close" if self.call.fd.is_some() => Ok(Told {
                closes: Some(fd),
                ..self.line(&format!("close({fd})"), "0")
            }),
            "close" | "getsockname" | "getpeername" | "getsockopt" | "gettimeout" | "fileno"
            | "sleep" | "settimeout" => Ok(left_out(&say!(self.language, "drill.nothing"))),
            other => Err(say!(self.language, "drill.call", call = other).into_owned()),
        }
    }

    /// With what it returned in the run.
    fn line(&self, call: &str, value: &str) -> Told {
        let result = match self.error {
            None => value.to_owned(),
            Some(error) => format!("-1 {error} (as recorded)"),
        };
        Told {
            line: Some(format!("{call} = {result}")),
            ..Told::default()
        }
    }

    fn socket(&self) -> Result<Told, String> {
        // Python's default is a TCP socket.
        let args = &self.call.args;
        if args.contains("SOCK_") && !args.contains("SOCK_STREAM") {
            return Err(say!(self.language, "drill.not_tcp").into_owned());
        }
        let fd = self.new_fd.unwrap_or(3);
        Ok(Told {
            opens: Some(fd),
            ..self.line("socket(..., SOCK_STREAM, IPPROTO_TCP)", &fd.to_string())
        })
    }

    fn send(&self) -> Result<Told, String> {
        let offered = self.call.offers.or(self.bytes).unwrap_or(0);
        let taken = match self.call.name.as_str() {
            "send" => self.number.or(self.bytes).unwrap_or(offered),
            _ => offered,
        };
        if self.call.args.contains("MSG_") || (taken < offered && self.error.is_none()) {
            return Err(say!(self.language, "drill.partly").into_owned());
        }
        let call = format!("write({}, ..., {offered})", self.fd);
        Ok(self.line(&call, &taken.to_string()))
    }

    fn recv(&self) -> Result<Told, String> {
        let args = &self.call.args;
        if args.contains("MSG_") {
            return Err(say!(self.language, "drill.partly").into_owned());
        }
        let got = self.bytes.or(self.number).unwrap_or(0);
        let room = args.parse().unwrap_or(got).max(got);
        Ok(self.line(&format!("read({}, ..., {room})", self.fd), &got.to_string()))
    }
}

/// `SOL_SOCKET, SO_REUSEADDR, 1`.
fn option(fd: i32, args: &str) -> Option<String> {
    let parts: Vec<&str> = args.split(", ").collect();
    let [level, name, value] = parts[..] else {
        return None;
    };
    let value: i64 = match value {
        "True" => 1,
        "False" => 0,
        number => number.parse().ok()?,
    };
    let is_word = |word: &str| {
        let mut bytes = word.bytes();
        bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let level = match level {
        "IPPROTO_TCP" => "SOL_TCP",
        level => level,
    };
    (is_word(level) && is_word(name))
        .then(|| format!("setsockopt({fd}, {level}, {name}, [{value}], 4)"))
}
