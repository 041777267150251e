//! Words and secrets that are told to the server are in no log line, no figure and no answer to somebody else, whatever level is set and whatever fails
//! (docs/domain.md §21). A canary is a word that is nowhere else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::House;
use support::publications::{published, switch_on};
use support::served::{PATIENCE, free_address, serve_logged};
use support::slips::ids;

/// What was told, and the answers.
#[derive(Default)]
struct Aviary {
    canaries: Vec<(String, String)>,
    /// What each failed request had told, and the whole answer.
    refusals: Vec<(String, String)>,
}

impl Aviary {
    /// A word that is nowhere else, fit for a password, a name and an address.
    fn canary(&mut self, what: &str) -> String {
        let word = format!("Kanarie{:03}zQ7{}", self.canaries.len(), what.replace(' ', ""));
        self.canaries.push((what.to_owned(), word.clone()));
        word
    }

    /// Something the server made that must be as little seen.
    fn secret(&mut self, what: &str, value: &str) {
        assert!(value.len() > 12, "{what}: {value}");
        self.canaries.push((what.to_owned(), value.to_owned()));
    }

    /// Sends a request as it is written; the whole answer, empty where none came.
    fn send(
        &mut self,
        to: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String) {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{lines}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut answer = Vec::new();
        if let Ok(mut stream) = TcpStream::connect(to) {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read_to_end(&mut answer);
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        if !(200..300).contains(&status) {
            self.refusals.push((request, answer.clone()));
        }
        (status, answer)
    }
}

/// The server, and who speaks to it.
struct Talk {
    to: SocketAddr,
    birds: Aviary,
}

impl Talk {
    fn json(&mut self, token: &str, method: &str, path: &str, body: &Value) -> (u16, String) {
        self.text(token, method, path, "application/json", &body.to_string())
    }

    fn text(&mut self, token: &str, method: &str, path: &str, kind: &str, body: &str) -> (u16, String) {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        self.birds.send(self.to, method, &format!("/api/v1{path}"), &headers, body)
    }

    fn get(&mut self, token: &str, path: &str) -> (u16, String) {
        self.text(token, "GET", path, "application/json", "")
    }
}

/// The JSON of an answer that was accepted.
#[track_caller]
fn ok((status, answer): (u16, String)) -> Value {
    assert!((200..300).contains(&status), "{answer}");
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let body = body.find(['{', '[']).map_or("null", |at| &body[at..]);
    let body = body.rfind(['}', ']']).map_or(body, |at| &body[..=at]);
    serde_json::from_str(body).unwrap_or_default()
}

fn cookie(answer: &str) -> String {
    let line = answer.lines().find(|l| l.to_ascii_lowercase().starts_with("set-cookie: bihuan=")).unwrap();
    line.split('=').nth(1).unwrap().split(';').next().unwrap().to_owned()
}

/// Who logs in tells his password, right, wrong, new and old; the tokens he gets are secrets too.
fn sessions(talk: &mut Talk, password: &str) -> String {
    let wrong = talk.birds.canary("wrong password");
    assert_eq!(talk.json("", "POST", "/sessions", &json!({ "login": "p072", "password": wrong })).0, 401);
    let nobody = talk.birds.canary("unknown login");
    assert_eq!(talk.json("", "POST", "/sessions", &json!({ "login": nobody, "password": wrong })).0, 401);
    let typed = talk.birds.canary("password of a wrong type");
    assert_eq!(
        talk.json("", "POST", "/sessions", &json!({ "login": "p072", "password": { typed.as_str(): typed } })).0,
        422
    );
    let field = talk.birds.canary("field nobody knows");
    assert_eq!(
        talk.json("", "POST", "/sessions", &json!({ "login": "p072", "password": "x", field.as_str(): field })).0,
        422
    );
    talk.birds.secret("password of the sample", password);
    let token = ok(talk.json("", "POST", "/sessions", &json!({ "login": "p072", "password": password })));
    let token = token["access_token"].as_str().unwrap().to_owned();
    talk.birds.secret("access token", &token);
    let chosen = talk.birds.canary("chosen password");
    let weak = talk.birds.canary("password p072 too weak for its name");
    talk.json(&token, "PUT", "/me/password", &json!({ "old": weak, "new": chosen }));
    ok(talk.json(&token, "PUT", "/me/password", &json!({ "old": password, "new": chosen })));
    let again = talk.json("", "POST", "/sessions", &json!({ "login": "p072", "password": chosen }));
    let secret = cookie(&again.1);
    talk.birds.secret("refresh token", &secret);
    let token = ok(again)["access_token"].as_str().unwrap().to_owned();
    talk.birds.secret("second access token", &token);
    let origin = format!("http://{}", talk.to);
    let mut renew = |value: &str| {
        let sent = format!("bihuan={value}");
        let headers = [("Cookie", sent.as_str()), ("Origin", origin.as_str())];
        talk.birds.send(talk.to, "POST", "/api/v1/sessions/refresh", &headers, "")
    };
    let (status, answer) = renew(&secret);
    assert_eq!(status, 200, "{answer}");
    let next = cookie(&answer);
    talk.birds.secret("next refresh token", &next);
    let forged = talk.birds.canary("forged cookie");
    let sent = format!("bihuan={forged}");
    talk.birds.send(talk.to, "POST", "/api/v1/sessions/refresh", &[("Cookie", &sent), ("Origin", &origin)], "");
    let headers: Vec<(String, String)> =
        ["User-Agent", "Referer", "X-Forwarded-For", "Idempotency-Key", "If-Match", "X-Request-Id"]
            .into_iter()
            .map(|name| (name.to_owned(), talk.birds.canary(&format!("header {name}")) + "!"))
            .collect();
    let mut headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let bearer = format!("Bearer {}", talk.birds.canary("bearer token"));
    headers.push(("Authorization", &bearer));
    assert_eq!(talk.birds.send(talk.to, "GET", "/api/v1/me", &headers, "").0, 401);
    token
}

/// Titles, texts, names, files and search words, in requests that are taken and in such that are not.
fn matters(talk: &mut Talk, token: &str, round: &str, finding: &Value, task: &str) {
    let mut word = |what: &str| talk.birds.canary(what);
    let (title, text, number) = (word("title"), word("text of a measure"), word("number"));
    let long = word("too long text").repeat(2_000);
    let (wrong, field, broken) = (word("title of a wrong type"), word("unknown field"), word("broken JSON"));
    let (path, query, kind) = (word("unknown path"), word("unknown query"), word("content type"));
    let (search, filter, draft) = (word("search word"), word("filter word"), word("draft"));
    let (file, inside, progress) = (word("file name"), word("words in a file"), word("progress"));
    let reason = word("reason");
    let tasks = format!("/rounds/{round}/tasks");
    let entered = |number: &str, title: &Value, text: &str| json!({ "finding_id": finding, "draft": { "number": number, "title": title, "measures": [{ "text": text }] } });
    ok(talk.json(token, "POST", &tasks, &entered(&number[..12], &json!(title), &text)));
    assert_eq!(talk.json(token, "POST", &tasks, &entered("K2", &json!({ wrong.as_str(): wrong }), "x")).0, 422);
    assert_eq!(talk.json(token, "POST", &tasks, &entered("K3", &json!(long), &long)).0, 422);
    assert_eq!(talk.json(token, "POST", &tasks, &json!({ "finding_id": finding, field.as_str(): field })).0, 422);
    assert_eq!(talk.text(token, "POST", &tasks, "application/json", &format!("{{\"title\": \"{broken}")).0, 400);
    let other = talk.text(token, "POST", &tasks, &format!("text/{kind}"), &broken);
    assert!(other.0 >= 400, "{}", other.1);
    assert_eq!(talk.get(token, &format!("/tasks/{path}")).0, 404);
    assert_eq!(talk.get(token, &format!("/{path}/{path}")).0, 404);
    ok(talk.get(token, &format!("/rounds/{round}/search?text={search}")));
    assert!(talk.get(token, &format!("/rounds/{round}/search?text=xx&{query}={query}")).0 >= 400);
    ok(talk.get(token, &format!("/rounds/{round}/tasks?text={filter}")));
    ok(talk.json(token, "PUT", &format!("/drafts/plan/{task}"), &json!({ "body": { "x": draft } })));
    let evidence = format!("/tasks/{task}/evidence?filename={file}.txt&purpose=process");
    talk.text(token, "POST", &evidence, "application/octet-stream", &inside);
    let statement = json!({ "unit": task, "week": "2026-W10", "progress": progress, "follows": 0 });
    talk.json(token, "POST", &format!("/tasks/{task}/statements"), &statement);
    talk.json(token, "POST", &format!("/tasks/{task}/withdraw"), &json!({ "reason": reason }));
    talk.json(token, "POST", &format!("/rounds/{round}/slips"), &json!({ "matter": reason, "gap": reason }));
}

/// What is recorded of somebody's accountability, which nobody but who is named reads: not in a list, a search, the trail, the feed or on the open page.
fn accountability(talk: &mut Talk, house: &House, open: SocketAddr, token: &str, round: &str, person: &str) {
    let mut word = |what: &str| talk.birds.canary(what);
    let (basis, by, document) = (word("basis of a record"), word("who decided it"), word("its document"));
    let (note, reason) = (word("note on a record"), word("why it was withdrawn"));
    let day = api::app::Clock::default().now().date_naive() - chrono::Days::new(2);
    let records = format!("/rounds/{round}/accountability");
    let form = json!({
        "subject": { "kind": "leader", "id": person }, "form": "reminder", "basis": basis, "decided_by": by,
        "decided_on": day, "document": document, "note": note, "readers": [person],
    });
    let made = ok(talk.json(token, "POST", &records, &form));
    let id = made["id"].as_str().unwrap().to_owned();
    talk.json(token, "POST", &format!("/accountability/{id}/withdraw"), &json!({ "reason": reason }));
    let looks = [
        records,
        format!("/accountability/{id}"),
        format!("/rounds/{round}/search?text={}", &basis[..8]),
        format!("/audit/events?stream_id={id}"),
        "/events".to_owned(),
        "/notices".to_owned(),
        format!("/rounds/{round}/todo"),
        format!("/rounds/{round}/brief"),
    ];
    let own = [basis, by, document, note, reason];
    for login in ["p001", "p002", "p010", "p068", "p073", "sysadmin", "secadmin", "auditor"] {
        let other = house.real_token(login);
        for path in &looks {
            let (_, answer) = talk.get(&other, path);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
            // A search is told back what it sought.
            let sought = path.contains("/search?");
            assert!(own.iter().skip(usize::from(sought)).all(|w| !body.contains(w)), "{login} {path}: {head}{body}");
        }
    }
    let (_, outside) = talk.birds.send(open, "GET", "/", &[], "");
    assert!(own.iter().all(|w| !outside.contains(w)), "{outside}");
}

/// People, mail addresses, keys and targets of other systems; what is sent to them fails.
fn outward(talk: &mut Talk, house: &House, person: &str, unit: &str, closed: SocketAddr) -> String {
    let (maker, giver) = (house.real_token("sysadmin"), house.real_token("secadmin"));
    let mut word = |what: &str| talk.birds.canary(what);
    let (login, name, service, purpose) = (word("login"), word("name of a person"), word("system"), word("purpose"));
    let (mail, robot, target) = (word("mail address"), word("key of a robot"), word("address of a webhook"));
    talk.json(&maker, "POST", "/accounts", &json!({ "login": login, "display_name": name }));
    let made = ok(talk.json(
        &maker,
        "POST",
        "/services",
        &json!({ "name": service, "purpose": purpose, "person_id": person }),
    ));
    let made = made["id"].as_str().unwrap().to_owned();
    let day = api::app::Clock::default().now().date_naive() + chrono::Days::new(30);
    let grant = json!({ "scopes": ["read_ledger", "read_events"], "units": [unit], "expires_on": day });
    let key = ok(talk.json(&giver, "POST", &format!("/services/{made}/keys"), &grant));
    let key = key["key"].as_str().unwrap().to_owned();
    talk.birds.secret("key of a system", &key);
    ok(talk.get(&key, "/key"));
    ok(talk.get(&key, "/events"));
    assert_eq!(talk.get(&key, "/me").0, 403);
    let false_key = format!("{}0000", &key[..key.len() - 4]);
    talk.birds.secret("key that is none", &false_key);
    assert_eq!(talk.get(&false_key, "/key").0, 401);
    let hook = json!({ "url": format!("http://{closed}/{target}"), "streams": ["task", "checkpoint"], "units": [unit], "expires_on": day });
    let hook = ok(talk.json(&giver, "POST", &format!("/services/{made}/webhooks"), &hook));
    let hook = hook["id"].as_str().unwrap().to_owned();
    ok(talk.json(&giver, "POST", &format!("/webhooks/{hook}/ping"), &Value::Null));
    let token = house.real_token("p041");
    let robot = json!({ "kind": "wecom", "url": format!("https://{closed}/{robot}") });
    for (channel, told) in
        [("mail", json!({ "mail": format!("{mail}@example.cn") })), ("robot", json!({ "robot": robot }))]
    {
        talk.json(&token, "PUT", "/me/told-by", &told);
        talk.json(&token, "POST", "/me/told-by/trials", &json!({ "channel": channel, "told_by": told }));
    }
    hook
}

/// What somebody writes on the open page.
fn opinion(talk: &mut Talk, to: SocketAddr, notice: i64) {
    let (text, name, contact) =
        (talk.birds.canary("opinion"), talk.birds.canary("writer"), talk.birds.canary("contact"));
    let (file, inside) = (talk.birds.canary("file of an opinion"), talk.birds.canary("words in its file"));
    let page = talk.birds.send(to, "GET", &format!("/notices/{notice}"), &[], "").1;
    let token = page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let part = |field: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
    };
    let path = format!("/notices/{notice}/opinions");
    let multipart = [("Content-Type", "multipart/form-data; boundary=b")];
    let fields = part("text", &text) + &part("name", &name) + &part("contact", &contact);
    let body = format!("{fields}{}--b--\r\n", part("form", &token));
    let (status, answer) = talk.birds.send(to, "POST", &path, &multipart, &body);
    assert_eq!(status, 201, "{answer}");
    let code = answer.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    talk.birds.secret("code of an opinion", &code);
    // Without the form's token, with a file that is none, as another form, at a page that is not there.
    let attached = format!(
        "{fields}--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{file}.exe\"\r\nContent-Type: application/octet-stream\r\n\r\n{inside}\r\n"
    );
    for body in [format!("{fields}--b--\r\n"), format!("{attached}{}--b--\r\n", part("form", &token))] {
        assert!(talk.birds.send(to, "POST", &path, &multipart, &body).0 >= 400);
    }
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let told = format!("text={text}&name={name}&contact={contact}");
    assert!(talk.birds.send(to, "POST", &path, &form, &told).0 >= 400);
    assert_eq!(talk.birds.send(to, "POST", "/answers", &form, &format!("code={code}")).0, 200);
    talk.birds.send(to, "GET", &format!("/{text}?code={code}"), &[], "");
}

/// All that was written into the folder and is a log.
fn logs(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().extension().is_some_and(|end| end == "log") {
            text += &String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap());
        }
    }
    text
}

#[actix_web::test]
async fn what_is_told_to_the_server_is_in_no_log_no_figure_and_no_answer_to_another() {
    // By the real clock, as the server has it.
    let house = House::with(api::app::Clock::default().now(), api::demo::begin).await;
    switch_on(&house, "open", json!({})).await;
    let (_, notice) = published(&house).await;
    let round = house.round().await;
    let task = house.task("T05").await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let (person, unit) = (ids(&house).await["P041"].clone(), ids(&house).await["U201"].clone());
    let password = std::fs::read_to_string(house.folder().join("demo-password")).unwrap().trim().to_owned();
    let logged = house.folder().join("logged");
    std::fs::create_dir_all(&logged).unwrap();
    let (to, open, closed) = (free_address(), free_address(), free_address());
    let mut talk = Talk { to, birds: Aviary::default() };
    let smtp = format!("smtp://post:{}@{closed}", talk.birds.canary("password of the mail server"));
    let (open_text, hosts) = (open.to_string(), format!("http://{closed}"));
    let outside = house.db.public_url();
    let settings = [
        // The most there is.
        ("BIHUAN_LOG", "trace"),
        ("BIHUAN_PUBLIC_LISTEN", open_text.as_str()),
        ("BIHUAN_PUBLIC_DATABASE_URL", outside.as_str()),
        ("BIHUAN_WEBHOOK_HOSTS", hosts.as_str()),
        ("BIHUAN_ROBOT_HOSTS", "127.0.0.1"),
        ("BIHUAN_SMTP_URL", smtp.as_str()),
        ("BIHUAN_MAIL_FROM", "bihuan@example.cn"),
    ];
    let server = serve_logged(house.folder(), to, Some(&house.db.url()), &settings, &logged.join("server.log"));
    let token = sessions(&mut talk, &password);
    matters(&mut talk, &token, &round, &aspects[0]["findings"][0]["id"], &task);
    accountability(&mut talk, &house, open, &token, &round, person.as_str().unwrap());
    let hook = outward(&mut talk, &house, person.as_str().unwrap(), unit.as_str().unwrap(), closed);
    opinion(&mut talk, open, notice);
    let keeper = house.real_token("secadmin");
    let began = Instant::now();
    while !talk.get(&keeper, &format!("/webhooks/{hook}/deliveries")).1.contains("\"attempts\":1") {
        assert!(began.elapsed() < PATIENCE, "the trial was not made");
        std::thread::sleep(Duration::from_millis(200));
    }
    let (_, figures) = talk.birds.send(to, "GET", "/metrics", &[], "");
    assert!(figures.contains("http_requests_total"), "{figures}");
    // Without its database everything fails.
    let cluster = house.db.super_url().replace(house.db.name(), "postgres");
    let door = |is_open: bool| {
        let name = house.db.name();
        persistence::testing::run(&cluster, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {is_open}")).unwrap();
        let all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        persistence::testing::run(&cluster, &all).unwrap();
    };
    door(false);
    let (lost, sought, given) = (
        talk.birds.canary("title that is lost"),
        talk.birds.canary("word sought in vain"),
        talk.birds.canary("password in vain"),
    );
    let draft = json!({ "number": "K9", "title": lost, "measures": [{ "text": lost }] });
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    assert_eq!(talk.json(&token, "POST", &format!("/rounds/{round}/tasks"), &body).0, 503);
    assert_eq!(talk.get(&token, &format!("/rounds/{round}/search?text={sought}")).0, 503);
    assert_eq!(talk.json("", "POST", "/sessions", &json!({ "login": "p072", "password": given })).0, 503);
    std::thread::sleep(Duration::from_secs(1));
    drop(server);
    door(true);

    let log = logs(&logged);
    for sign in ["\"INFO\"", "\"http.status\":503", "\"http.status\":401", "a webhook did not arrive", "unmatched"] {
        assert!(log.contains(sign), "the log says too little to be looked through: {sign}");
    }
    let birds = talk.birds;
    assert!(birds.canaries.len() > 45, "{}", birds.canaries.len());
    let seen = |text: &str| -> Vec<String> {
        let of = |word: &str| text.match_indices(word).map(|(at, _)| at).next();
        let around = |at: usize| {
            let from = (0..=at.saturating_sub(200)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            text[from..].chars().take(300).collect::<String>()
        };
        birds.canaries.iter().filter_map(|(what, word)| of(word).map(|at| format!("{what}: …{}", around(at)))).collect()
    };
    assert_eq!(seen(&log), Vec::<String>::new(), "in the log");
    assert_eq!(seen(&figures), Vec::<String>::new(), "in the figures");
    assert!(birds.refusals.len() > 20, "{}", birds.refusals.len());
    for (request, answer) in &birds.refusals {
        // What a problem says of its own request is what it was asked for; everything else is another's.
        let foreign: Vec<_> =
            birds.canaries.iter().filter(|(_, word)| answer.contains(word) && !request.contains(word)).collect();
        assert!(foreign.is_empty(), "{foreign:?} in {answer}");
        let secrets: Vec<_> = birds
            .canaries
            .iter()
            .filter(|(what, word)| answer.contains(word) && (what.contains("password") || what.contains("token")))
            .collect();
        assert!(secrets.is_empty(), "{secrets:?} in {answer}");
    }
}
