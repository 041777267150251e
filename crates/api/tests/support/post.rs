//! A mail server and a robot that take what is sent to them and keep it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub id: String,
    pub subject: String,
    pub text: String,
}

/// A mail server on this machine; while it is shut it turns every mail away.
#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    pub mails: Arc<Mutex<Vec<Mail>>>,
    pub is_shut: Arc<AtomicBool>,
    /// Milliseconds between the end of a mail and the answer that it is taken.
    pub pause: Arc<AtomicU64>,
}

impl MailServer {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            mails: Arc::default(),
            is_shut: Arc::default(),
            pause: Arc::default(),
        };
        let own = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                std::thread::spawn(move || own.talk(stream));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn taken(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// None when the other side is gone.
    fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let mut out = stream;
        out.write_all(b"220 test\r\n").ok()?;
        let mut to = String::new();
        while let Some(Ok(line)) = lines.next() {
            let word = line.to_ascii_uppercase();
            if self.is_shut.load(Ordering::SeqCst) && word.starts_with("MAIL") {
                out.write_all(b"451 not now\r\n").ok()?;
            } else if word.starts_with("RCPT TO:") {
                to = line[8..].trim().trim_matches(['<', '>']).to_owned();
                out.write_all(b"250 ok\r\n").ok()?;
            } else if word == "DATA" {
                out.write_all(b"354 go on\r\n").ok()?;
                let mut body = Vec::new();
                for line in lines.by_ref() {
                    let line = line.ok()?;
                    if line == "." {
                        break;
                    }
                    body.push(line.strip_prefix('.').unwrap_or(&line).to_owned());
                }
                self.mails.lock().unwrap().push(read(&to, &body));
                std::thread::sleep(Duration::from_millis(self.pause.load(Ordering::SeqCst)));
                out.write_all(b"250 taken\r\n").ok()?;
            } else if word == "QUIT" {
                out.write_all(b"221 bye\r\n").ok()?;
                return Some(());
            } else {
                out.write_all(b"250 ok\r\n").ok()?;
            }
        }
        Some(())
    }
}

/// Text of words such as `=?utf-8?b?…?=`.
fn decoded(header: &str) -> String {
    let word = |w: &str| {
        let inner = w.trim().strip_prefix("=?utf-8?b?").and_then(|w| w.strip_suffix("?="));
        inner.map_or_else(|| w.to_owned(), |b| String::from_utf8(STANDARD.decode(b).unwrap()).unwrap())
    };
    header.split_whitespace().map(word).collect()
}

fn read(to: &str, lines: &[String]) -> Mail {
    let end = lines.iter().position(String::is_empty).unwrap_or(lines.len());
    let mut headers: Vec<String> = Vec::new();
    for line in &lines[..end] {
        match headers.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => headers.push(line.clone()),
        }
    }
    let header = |name: &str| {
        let found = headers.iter().find_map(|h| h.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let body = lines[(end + 1).min(lines.len())..].concat();
    assert_eq!(header("Content-Transfer-Encoding"), "base64");
    Mail {
        to: to.to_owned(),
        id: header("Message-ID"),
        subject: decoded(&header("Subject")),
        text: String::from_utf8(STANDARD.decode(body).unwrap()).unwrap(),
    }
}

/// A robot on this machine that answers as it is told.
pub fn robot(answer: &'static str) -> (SocketAddr, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let own = heard.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            own.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
        }
    });
    (address, heard)
}
