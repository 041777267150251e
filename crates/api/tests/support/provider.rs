//! A provider of identities on this machine: discovery, keys, the place people are sent to, codes and tokens, over real HTTP; it does as it is told
//! to, right and wrong.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::app::{Matched, ProviderSettings};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "bihuan";
/// With what has to be written otherwise in a form.
pub const SECRET: &str = "s3cret & more";

/// How its tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Signs {
    /// By its key of the moment.
    Own,
    /// By a key under the name of its own.
    Foreign,
    /// By a key it does not publish.
    Unknown,
    /// By the secret it shares with us.
    Shared,
    /// Says that it is not signed.
    None,
    /// As its own, without the signature.
    Cut,
}

type Twist = Box<dyn Fn(&mut Value) + Send>;

struct Inside {
    /// Which of its keys it signs with.
    key: u8,
    signs: Signs,
    twist: Twist,
    /// The name it calls itself in its discovery.
    calls_itself: Option<String>,
    /// What was agreed for each code that was not used.
    codes: BTreeMap<String, BTreeMap<String, String>>,
    /// How often its keys were asked for.
    keys_asked: usize,
    now: i64,
}

#[derive(Clone)]
pub struct Provider {
    pub address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn signed(header: &Header, claims: &Value, seed: u8) -> String {
    let pem = key(seed).to_pkcs8_pem(LineEnding::LF).unwrap();
    encode(header, claims, &EncodingKey::from_ed_pem(pem.as_bytes()).unwrap()).unwrap()
}

/// The parts of a query or a form.
pub fn parts(text: &str) -> BTreeMap<String, String> {
    let read = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let [first, more @ ..] = rest {
            if *first == b'%' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
                rest = &more[2..];
            } else {
                bytes.push(*first);
                rest = more;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    text.split('&').filter_map(|p| p.split_once('=')).map(|(name, value)| (read(name), read(value))).collect()
}

impl Provider {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let inside = Inside {
            key: 1,
            signs: Signs::Own,
            twist: Box::new(|_| {}),
            calls_itself: None,
            codes: BTreeMap::new(),
            keys_asked: 0,
            now: 0,
        };
        let own = Self { address: listener.local_addr().unwrap(), inside: Arc::new(Mutex::new(inside)) };
        let server = own.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                server.answer(stream);
            }
        });
        own
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How a house is told of it.
    pub fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            issuer: self.issuer(),
            client: CLIENT.to_owned(),
            secret: Some(SECRET.to_owned()),
            claim: "preferred_username".to_owned(),
            matched: Matched::Login,
            name: "统一身份认证".to_owned(),
            second_factor: vec!["mfa".to_owned()],
        }
    }

    pub fn set_time(&self, now: i64) {
        self.inside.lock().unwrap().now = now;
    }

    /// Changes what the next tokens say.
    pub fn twist(&self, twist: impl Fn(&mut Value) + Send + 'static) {
        self.inside.lock().unwrap().twist = Box::new(twist);
    }

    pub fn sign(&self, signs: Signs) {
        self.inside.lock().unwrap().signs = signs;
    }

    /// From now on it signs with another key, and publishes that one.
    pub fn rotate(&self) {
        self.inside.lock().unwrap().key += 1;
    }

    pub fn call_itself(&self, name: &str) {
        self.inside.lock().unwrap().calls_itself = Some(name.to_owned());
    }

    pub fn keys_asked(&self) -> usize {
        self.inside.lock().unwrap().keys_asked
    }

    /// What a person does who is sent there and logs in: the code he comes back with.
    pub fn agree(&self, address: &str, login: &str) -> String {
        let (place, query) = address.split_once('?').unwrap();
        assert_eq!(place, format!("{}/authorize", self.issuer()));
        let mut asked = parts(query);
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|s| s == "openid"));
        asked.insert("login".to_owned(), login.to_owned());
        let mut inside = self.inside.lock().unwrap();
        let code = format!("code-{}-{}", inside.codes.len(), asked["state"].get(..8).unwrap());
        inside.codes.insert(code.clone(), asked);
        code
    }

    fn answer(&self, mut stream: TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut line, mut headers) = (String::new(), BTreeMap::new());
        if reader.read_line(&mut line).is_err() || line.is_empty() {
            return;
        }
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).is_err() || header.trim().is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').unwrap();
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let n = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let mut body = vec![0; n];
        reader.read_exact(&mut body).unwrap();
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let (status, said) = match path.as_str() {
            "/.well-known/openid-configuration" => (200, self.discovery()),
            "/keys" => (200, self.keys()),
            "/token" => self.token(&headers, &String::from_utf8(body).unwrap()),
            _ => (404, json!({})),
        };
        let said = said.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            said.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(said.as_bytes()));
    }

    fn discovery(&self) -> Value {
        let issuer = self.issuer();
        let name = self.inside.lock().unwrap().calls_itself.clone().unwrap_or_else(|| issuer.clone());
        json!({
            "issuer": name, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"), "authorization_response_iss_parameter_supported": true,
            "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["EdDSA"],
        })
    }

    fn keys(&self) -> Value {
        let mut inside = self.inside.lock().unwrap();
        inside.keys_asked += 1;
        let public = URL_SAFE_NO_PAD.encode(key(inside.key).verifying_key().to_bytes());
        let kid = format!("k{}", inside.key);
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": public }] })
    }

    fn token(&self, headers: &BTreeMap<String, String>, body: &str) -> (u16, Value) {
        let no = |error: &str| (400, json!({ "error": error }));
        let mut inside = self.inside.lock().unwrap();
        let form = parts(body);
        let basic = headers.get("authorization").and_then(|h| h.strip_prefix("Basic ")).unwrap_or_default();
        let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
        let known = pair.split_once(':').map(|(id, secret)| parts(&format!("id={id}&secret={secret}")));
        if !known.is_some_and(|k| k["id"] == CLIENT && k["secret"] == SECRET) {
            return no("invalid_client");
        }
        let Some(asked) = form.get("code").and_then(|code| inside.codes.remove(code)) else {
            return no("invalid_grant");
        };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
        if challenge != asked["code_challenge"] || form["redirect_uri"] != asked["redirect_uri"] {
            return no("invalid_grant");
        }
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": "7f3a", "exp": inside.now + 300, "iat": inside.now,
            "nonce": asked["nonce"], "preferred_username": asked["login"],
        });
        (inside.twist)(&mut claims);
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(format!("k{}", inside.key));
        let token = match inside.signs {
            Signs::Own => signed(&header, &claims, inside.key),
            Signs::Foreign => signed(&header, &claims, 99),
            Signs::Unknown => {
                header.kid = Some("k99".to_owned());
                signed(&header, &claims, 99)
            }
            Signs::Shared => {
                header.alg = Algorithm::HS256;
                encode(&header, &claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
            }
            Signs::None => {
                let head = json!({ "alg": "none", "kid": header.kid }).to_string();
                format!("{}.{}.", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims.to_string()))
            }
            Signs::Cut => {
                let whole = signed(&header, &claims, inside.key);
                format!("{}.", whole.rsplit_once('.').unwrap().0)
            }
        };
        (200, json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": token }))
    }
}
