//! The program served in a process of its own, and requests to it over sockets.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a server may take to listen, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How long something may take to be heard on a stream, however busy the machine is.
const HEARD: Duration = Duration::from_secs(30);

/// A served product in a process of its own, killed when it goes out of scope.
pub struct Served {
    pub child: Child,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Starts the program on an address; on a database given, else with a private one.
pub fn serve(folder: &Path, address: SocketAddr, database: Option<&str>) -> Served {
    serve_with(folder, address, database, &[])
}

/// The same with more of its environment.
pub fn serve_with(folder: &Path, address: SocketAddr, database: Option<&str>, more: &[(&str, &str)]) -> Served {
    serve_into(folder, address, database, more, (Stdio::null(), Stdio::null()))
}

/// The same with all it says in a file.
pub fn serve_logged(
    folder: &Path,
    address: SocketAddr,
    database: Option<&str>,
    more: &[(&str, &str)],
    log: &Path,
) -> Served {
    let file = std::fs::File::create(log).unwrap();
    serve_into(folder, address, database, more, (file.try_clone().unwrap().into(), file.into()))
}

fn serve_into(
    folder: &Path,
    address: SocketAddr,
    database: Option<&str>,
    more: &[(&str, &str)],
    (out, err): (Stdio, Stdio),
) -> Served {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bihuan"));
    command
        .arg("serve")
        .env_remove("BIHUAN_TEST_CLUSTER")
        .env("BIHUAN_DATA_DIR", folder)
        .env("BIHUAN_LISTEN", address.to_string())
        .env("BIHUAN_WEB_DIR", "off")
        .env("BIHUAN_LOG", "off")
        .envs(more.iter().copied())
        .stdout(out)
        .stderr(err);
    if let Some(url) = database {
        command.env("BIHUAN_DATABASE_URL", url);
    }
    let served = Served { child: command.spawn().unwrap() };
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < PATIENCE, "the server does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    served
}

/// A request with JSON under a key, on a connection of its own; none when no whole answer came.
pub fn ask(address: SocketAddr, method: &str, path: &str, token: &str, key: &str, body: &str) -> Option<(u16, Value)> {
    let headers = [("Idempotency-Key", key), ("Content-Type", "application/json")];
    send(address, method, path, token, &headers, body.as_bytes(), Duration::from_secs(20))
}

/// An act on the version that was read, on a connection of its own.
pub fn act(address: SocketAddr, path: &str, token: &str, version: &str, body: &str) -> Option<(u16, Value)> {
    let version = format!("\"{version}\"");
    let headers = [("If-Match", version.as_str()), ("Content-Type", "application/json")];
    send(address, "POST", path, token, &headers, body.as_bytes(), Duration::from_secs(20))
}

/// A file, on a connection of its own.
pub fn send_file(address: SocketAddr, path: &str, token: &str, body: &[u8]) -> Option<(u16, Value)> {
    send(address, "POST", path, token, &[("Content-Type", "application/octet-stream")], body, PATIENCE)
}

fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    patience: Duration,
) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         {headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    // A server that has seen enough answers and reads no further.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body =
        if head.to_ascii_lowercase().contains("transfer-encoding: chunked") { unchunk(body) } else { body.to_owned() };
    // A body that breaks off is no JSON and no acknowledgement.
    Some((status, serde_json::from_str(&body).ok()?))
}

/// A body that came in chunks, put together.
fn unchunk(body: &str) -> String {
    let mut whole = Vec::new();
    let mut rest = body.as_bytes();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|n| usize::from_str_radix(n.trim(), 16).ok());
        let Some(size) = size.filter(|n| *n > 0 && end + 2 + n <= rest.len()) else { break };
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    String::from_utf8_lossy(&whole).into_owned()
}

/// A stream as it comes in.
pub struct Listening {
    tcp: TcpStream,
    pub heard: String,
}

impl Listening {
    /// Asks for a stream with a token, and with more of a head: lines that end in CRLF.
    pub fn open(address: SocketAddr, path: &str, more: &str, token: &str) -> Self {
        let mut tcp = TcpStream::connect(address).unwrap();
        tcp.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let head = format!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: gzip\r\n{more}Authorization: Bearer {token}\r\n\r\n"
        );
        tcp.write_all(head.as_bytes()).unwrap();
        Self { tcp, heard: String::new() }
    }

    /// Reads what there is; whether the other side is still there.
    pub fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        match self.tcp.read(&mut bytes) {
            Ok(0) => false,
            Ok(n) => {
                self.heard.push_str(&String::from_utf8_lossy(&bytes[..n]));
                true
            }
            Err(error) => matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }

    /// Waits until a text has come.
    #[track_caller]
    pub fn hears(&mut self, text: &str) {
        let began = Instant::now();
        while !self.heard.contains(text) {
            assert!(self.read(), "it ended before {text:?}: {}", self.heard);
            assert!(began.elapsed() < HEARD, "{text:?} does not come: {}", self.heard);
        }
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn ends(&mut self) {
        let began = Instant::now();
        while self.read() && !self.heard.ends_with("0\r\n\r\n") {
            assert!(began.elapsed() < HEARD, "it does not end: {}", self.heard);
        }
    }

    /// What has changed, by what was said so far.
    pub fn changes(&self) -> Vec<Value> {
        let said = self.heard.lines().skip_while(|l| !l.starts_with("event: changed"));
        said.filter_map(|l| serde_json::from_str(l.strip_prefix("data: ")?).ok()).collect()
    }

    /// Listens a while.
    pub fn wait(&mut self, a_while: Duration) {
        let began = Instant::now();
        while began.elapsed() < a_while {
            self.read();
        }
    }
}
