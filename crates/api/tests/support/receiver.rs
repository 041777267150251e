//! A system on this machine that is told by webhooks: it keeps every message and answers as it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::Value;

/// What it answers.
#[derive(Clone, Debug)]
pub enum Answers {
    With(u16),
    /// Elsewhere, which must not be followed.
    Redirect(String),
    /// No, and then words without an end.
    Endless,
    /// Nothing at all.
    Silence,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Message {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Message {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn said(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether its signature holds under a key as it is handed over, by the text of the specification.
    pub fn is_signed(&self, public_key: &str) -> bool {
        let key: [u8; 32] = STANDARD.decode(public_key.strip_prefix("whpk_").unwrap()).unwrap().try_into().unwrap();
        let given = self.headers["webhook-signature"].strip_prefix("v1a,").unwrap();
        let signature = Signature::from_slice(&STANDARD.decode(given).unwrap()).unwrap();
        let text = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        VerifyingKey::from_bytes(&key).unwrap().verify(text.as_bytes(), &signature).is_ok()
    }
}

#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Message>>>,
    answers: Arc<Mutex<Answers>>,
    /// Bytes of endless answers that were taken from it.
    pub poured: Arc<AtomicUsize>,
}

impl Receiver {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = Self {
            address: listener.local_addr().unwrap(),
            heard: Arc::default(),
            answers: Arc::new(Mutex::new(Answers::With(204))),
            poured: Arc::default(),
        };
        let kept = own.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = kept.clone();
                std::thread::spawn(move || own.talk(stream));
            }
        });
        own
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn answer(&self, answers: Answers) {
        *self.answers.lock().unwrap() = answers;
    }

    pub fn heard(&self) -> Vec<Message> {
        self.heard.lock().unwrap().clone()
    }

    /// None when the other side is gone.
    fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut out = stream;
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split(' ').nth(1)?.to_owned();
        let mut headers = BTreeMap::new();
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        self.heard.lock().unwrap().push(Message { path, headers, body });
        let answers = self.answers.lock().unwrap().clone();
        match answers {
            Answers::With(status) => {
                write!(out, "HTTP/1.1 {status} x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsaid").ok()?;
            }
            Answers::Redirect(to) => {
                write!(out, "HTTP/1.1 307 x\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .ok()?;
            }
            Answers::Endless => {
                write!(out, "HTTP/1.1 500 x\r\nContent-Length: 1073741824\r\nConnection: close\r\n\r\n").ok()?;
                let words = [b'x'; 1024];
                while out.write_all(&words).is_ok() {
                    self.poured.fetch_add(words.len(), Ordering::SeqCst);
                }
            }
            Answers::Silence => std::thread::sleep(Duration::from_secs(60)),
        }
        Some(())
    }
}
