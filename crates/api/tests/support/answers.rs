//! Answers as they are given, kept as examples of the contract: BLESS=1 keeps one of each operation that has none yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value};

/// Longest text of an example, characters.
const TEXT: usize = 60;
/// Values an example may have before its lists are cut to one item; they have two at most.
const VALUES: usize = 50;
/// Fields that hold what lets somebody in; and what stands before it in others.
const SECRETS: [&str; 5] = ["access_token", "token", "secret", "one_time_password", "codes"];
const LEADING: [&str; 4] = ["bihuan_", "/downloads/", "/calendar/", "secret="];
/// Where a test listens, and where another system might.
const HERE: &str = "http://127.0.0.1:";
const THERE: &str = "https://oa.example";

static KEEPS: LazyLock<bool> = LazyLock::new(|| std::env::var_os("BLESS").is_some());

/// Method, path by its parts and name of each operation.
static OPERATIONS: LazyLock<Vec<(String, Vec<String>, String)>> = LazyLock::new(|| {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let mut all: Vec<(String, Vec<String>, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parts = path.split('/').map(str::to_owned).collect();
            all.push((method.to_uppercase(), parts, operation["operationId"].as_str().unwrap().to_owned()));
        }
    }
    // `/units/tree` before `/units/{id}`.
    all.sort_by_key(|(_, parts, _)| parts.iter().filter(|part| part.starts_with('{')).count());
    all
});

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/answers.json")
}

/// What was kept before; it stays as it is.
static KEPT: LazyLock<BTreeMap<String, Value>> =
    LazyLock::new(|| serde_json::from_str(&std::fs::read_to_string(file()).unwrap_or_default()).unwrap_or_default());
static FOUND: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

fn operation(method: &str, path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |wanted: &[String]| {
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(|(w, p)| w.starts_with('{') || w == p)
    };
    OPERATIONS.iter().find(|(m, wanted, _)| m == method && fits(wanted)).map(|(.., name)| name.as_str())
}

fn values(of: &Value) -> usize {
    match of {
        Value::Null => 0,
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        Value::String(text) => usize::from(!text.is_empty()),
        _ => 1,
    }
}

/// A text of the same shape that lets nobody in; what already is comes back as it is.
fn hidden(name: &str, text: &str) -> String {
    let mask = |part: &str| -> String {
        let of = |c: char| match c {
            _ if !c.is_ascii_alphanumeric() => c,
            '0'..='9' => '0',
            _ => 'x',
        };
        part.chars().map(of).collect()
    };
    if SECRETS.contains(&name) {
        return mask(text);
    }
    if let Some((front, rest)) = LEADING.iter().find_map(|l| text.find(l).map(|i| text.split_at(i + l.len()))) {
        let end = rest.find(['.', '&']).unwrap_or(rest.len());
        return format!("{front}{}{}", mask(&rest[..end]), &rest[end..]);
    }
    match text.strip_prefix(HERE) {
        Some(rest) => format!("{THERE}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => text.to_owned(),
    }
}

/// Whether an example holds what lets somebody in.
pub fn opens(name: &str, of: &Value) -> bool {
    match of {
        Value::String(text) => hidden(name, text) != *text,
        Value::Array(items) => items.iter().any(|item| opens(name, item)),
        Value::Object(fields) => fields.iter().any(|(name, value)| opens(name, value)),
        _ => false,
    }
}

/// Ids by the order in which they come, long texts and lists cut, no secret.
struct Shortened {
    ids: BTreeMap<String, usize>,
    most: usize,
}

impl Shortened {
    fn text(&mut self, name: &str, text: &str) -> String {
        if text.parse::<uuid::Uuid>().is_ok() {
            let next = self.ids.len() + 1;
            let n = self.ids.entry(text.to_owned()).or_insert(next);
            return format!("01890000-0000-7000-8000-{n:012}");
        }
        let text = hidden(name, text);
        let is_prose = !text.is_ascii();
        if is_prose && text.chars().count() > TEXT {
            return format!("{}…", text.chars().take(TEXT - 1).collect::<String>());
        }
        text
    }

    fn of(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(name, text).into(),
            Value::Array(items) => items.iter().take(self.most).map(|item| self.of(name, item)).collect(),
            Value::Object(fields) => {
                // Of what is kept by id, as many as of a list.
                let is_map = fields.len() > self.most && fields.keys().all(|key| key.parse::<uuid::Uuid>().is_ok());
                let most = if is_map { self.most } else { fields.len() };
                let shown = fields.iter().take(most).map(|(key, value)| (self.text("", key), self.of(key, value)));
                shown.collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }
}

fn shortened(body: &Value) -> Value {
    let cut = |most| Shortened { ids: BTreeMap::new(), most }.of("", body);
    let two = cut(2);
    if values(&two) > VALUES { cut(1) } else { two }
}

/// An answer that was given; of several to one operation, the fullest of those that are short is kept.
pub fn given(method: &str, path: &str, status: u16, body: &Value) {
    if !*KEEPS || !(200..300).contains(&status) || body.is_null() {
        return;
    }
    let Some(name) = operation(method, path).filter(|name| !KEPT.contains_key(*name)) else { return };
    let example = shortened(body);
    let fullness = |of: &Value| if values(of) > 2 * VALUES { 1 } else { values(of) };
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if found.get(name).is_none_or(|before| fullness(before) < fullness(&example)) {
        found.insert(name.to_owned(), example);
    }
}

/// Writes what was found down beside what was kept before.
pub fn keep() {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if !*KEEPS || found.is_empty() {
        return;
    }
    let all: BTreeMap<_, _> = KEPT.iter().chain(found.iter()).collect();
    std::fs::write(file(), format!("{}\n", serde_json::to_string_pretty(&all).unwrap())).unwrap();
}
