//! The doctor: each check can fail and says so by its own code; the self-assessment rests on tests that exist.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use api::app::Clock;
use api::config::Config;
use api::doctor::{self, CHECKS, Finding, Form, State};
use chrono::{DateTime, TimeDelta, Utc};
use persistence::testing::{lines, run};
use serde_json::{Value, json};
use support::House;

/// The settings of a house, some of them otherwise.
fn config(house: &House, otherwise: &[(&str, &str)]) -> Config {
    let mut given: BTreeMap<String, String> = [
        ("BIHUAN_DATABASE_URL", house.db.url()),
        ("BIHUAN_OWNER_URL", house.db.owner_url()),
        ("BIHUAN_DATA_DIR", house.folder().to_str().unwrap().to_owned()),
        ("BIHUAN_WEB_DIR", "off".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    given.extend(otherwise.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::read(&given).unwrap()
}

fn at(now: DateTime<Utc>) -> Clock {
    let clock = Clock::default();
    clock.set(now);
    clock
}

#[track_caller]
fn state(findings: &[Finding], code: &str) -> State {
    findings.iter().find(|f| f.code == code).unwrap_or_else(|| panic!("{code} is not said")).state
}

/// What the doctor finds of a house with these settings, as deep as asked, at its own time.
fn examined(house: &House, otherwise: &[(&str, &str)], is_deep: bool) -> Vec<Finding> {
    doctor::examine(&Ok(config(house, otherwise)), is_deep, &house.app.clock)
}

#[track_caller]
fn says(house: &House, otherwise: &[(&str, &str)], is_deep: bool, expected: &[(&str, State)]) {
    let findings = examined(house, otherwise, is_deep);
    for (code, wanted) in expected {
        let found = findings.iter().find(|f| f.code == *code).unwrap();
        assert_eq!(found.state, *wanted, "{found:?}");
        assert!(*wanted == State::Unknown || found.advice.is_empty() == (*wanted == State::Good), "{found:?}");
    }
}

#[test]
fn every_check_is_listed_once_and_said_every_time() {
    let codes: BTreeSet<&str> = CHECKS.iter().map(|check| check.code).collect();
    assert_eq!(codes.len(), CHECKS.len());
    assert!(codes.len() >= 25);
    assert!(CHECKS.iter().all(|check| !check.about.is_empty() && !check.advice.is_empty()));
    // Even where nothing can be looked at.
    let findings = doctor::examine(&Err(vec!["BIHUAN_X：没有这一项配置".to_owned()]), true, &Clock::default());
    assert_eq!(findings.iter().map(|f| f.code).collect::<Vec<_>>(), CHECKS.iter().map(|c| c.code).collect::<Vec<_>>());
    assert_eq!(state(&findings, "configuration"), State::Bad);
    assert_eq!(state(&findings, "chains"), State::Unknown);
    assert!(doctor::is_bad(&findings));
    let text = doctor::text(&findings);
    assert!(
        text.contains("有误  配置（configuration）：BIHUAN_X：没有这一项配置") && text.contains("处理："),
        "{text}"
    );
    let json: Value = serde_json::from_str(&doctor::json(&findings, &Clock::default()).unwrap()).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), CHECKS.len());
    assert_eq!((&json["is_bad"], &json["findings"][0]["state"]), (&json!(true), &json!("bad")));
}

#[actix_web::test]
async fn settings_and_files_that_are_wrong_are_said_by_their_check() {
    let house = House::new().await;
    let folder = house.folder();
    let mode = |path: &Path, mode: u32| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(folder, 0o700);
    says(
        &house,
        &[],
        false,
        &[
            ("configuration", State::Good),
            ("data-dir", State::Good),
            ("data-dir-rights", State::Good),
            ("key-rights", State::Good),
            ("web", State::Good),
            ("address", State::Good),
            ("secure", State::Attention),
            ("proxy", State::Good),
            ("public-page", State::Good),
            ("rehearsal", State::Good),
            ("log-level", State::Good),
            ("mail", State::Good),
            ("backup-programs", State::Good),
            ("last-backup", State::Attention),
            ("demo", State::Attention),
        ],
    );
    mode(folder, 0o755);
    mode(&folder.join("token-key.pem"), 0o640);
    says(&house, &[], false, &[("data-dir-rights", State::Attention), ("key-rights", State::Bad)]);
    mode(folder, 0o777);
    says(&house, &[], false, &[("data-dir-rights", State::Bad)]);
    let outside = house.db.public_url();
    let open = [
        ("BIHUAN_LISTEN", "0.0.0.0:8080"),
        ("BIHUAN_PUBLIC_LISTEN", "0.0.0.0:8090"),
        ("BIHUAN_LOG", "off"),
        ("BIHUAN_PUBLIC_DATABASE_URL", outside.as_str()),
    ];
    let bad = [("address", State::Bad), ("secure", State::Bad), ("demo", State::Bad)];
    says(&house, &open, false, &bad);
    says(&house, &open, false, &[("public-page", State::Attention), ("log-level", State::Attention)]);
    let whole = [("BIHUAN_PUBLIC_URL", "https://zhenggai.example"), ("BIHUAN_TRUSTS_PROXY", "true")];
    says(&house, &whole, false, &[("address", State::Good), ("secure", State::Good), ("proxy", State::Good)]);
    says(&house, &whole[..1], false, &[("proxy", State::Attention)]);
    says(&house, &[open[0], whole[0], whole[1]], false, &[("proxy", State::Attention)]);
    says(&house, &[("BIHUAN_REHEARSAL_DAYS", "3")], false, &[("rehearsal", State::Attention)]);
    says(&house, &[("BIHUAN_WEB_DIR", folder.to_str().unwrap())], false, &[("web", State::Bad)]);
    let mail = [("BIHUAN_SMTP_URL", "smtp://127.0.0.1:1"), ("BIHUAN_MAIL_FROM", "a@mail.example")];
    says(&house, &mail, false, &[("mail", State::Unknown)]);
    says(&house, &mail, true, &[("mail", State::Bad)]);
    says(
        &house,
        &[("BIHUAN_DATABASE_URL", "postgres://bihuan_app@127.0.0.1:1/none")],
        false,
        &[("database", State::Bad), ("chains", State::Unknown)],
    );
    // A backup of today, of three days ago, of nine.
    let now = house.app.clock.now();
    for (days, wanted) in [(0, State::Good), (3, State::Attention), (9, State::Bad)] {
        let last = json!({ "at": now - TimeDelta::days(days), "file": "/backup/a", "sha256": "", "size": 1 });
        std::fs::write(folder.join("last-backup.json"), last.to_string()).unwrap();
        says(&house, &[], false, &[("last-backup", wanted)]);
    }
    std::fs::write(folder.join("last-backup.json"), "{").unwrap();
    says(&house, &[], false, &[("last-backup", State::Unknown)]);
}

#[actix_web::test]
async fn a_database_that_is_not_as_it_should_be_is_said_by_its_check() {
    let house = House::new().await;
    house.keep_clock().await;
    let sql = |text: &str| run(&house.db.super_url(), text).unwrap();
    says(
        &house,
        &[],
        true,
        &[
            ("database", State::Good),
            ("database-version", State::Good),
            ("migrations", State::Good),
            ("encoding", State::Good),
            ("app-role", State::Good),
            ("second-net", State::Good),
            ("messages", State::Good),
            ("append-only", State::Good),
            ("time-limits", State::Good),
            ("connections", State::Good),
            ("database-link", State::Good),
            ("database-size", State::Good),
            // The tests' cluster does not wait for the disk, and the house's clock stands in the spring.
            ("durability", State::Bad),
            ("clock", State::Bad),
        ],
    );
    let apart = doctor::examine(&Ok(config(&house, &[])), false, &Clock::default());
    assert_eq!(state(&apart, "clock"), State::Good);
    says(&house, &[("BIHUAN_POOL_SIZE", "60")], false, &[("connections", State::Attention)]);
    let owner = house.db.owner_url();
    let more = [("BIHUAN_DATABASE_URL", owner.as_str())];
    says(&house, &more, false, &[("app-role", State::Bad), ("append-only", State::Bad)]);
    sql("GRANT UPDATE ON events TO bihuan_app");
    says(&house, &[], false, &[("app-role", State::Good), ("append-only", State::Bad)]);
    sql("REVOKE UPDATE ON events FROM bihuan_app");
    sql("ALTER TABLE tasks DISABLE ROW LEVEL SECURITY");
    says(&house, &[], false, &[("second-net", State::Bad)]);
    sql("ALTER TABLE tasks ENABLE ROW LEVEL SECURITY");
    let last = "(SELECT max(version) FROM __diesel_schema_migrations)";
    sql(&format!("DELETE FROM __diesel_schema_migrations WHERE version = {last}"));
    says(&house, &[], false, &[("migrations", State::Bad), ("append-only", State::Good)]);
}

#[actix_web::test]
async fn records_that_are_not_as_they_should_be_are_said_by_their_check() {
    let house = House::new().await;
    let task = house.task("T01").await;
    let scan = house.upload("p072", &format!("/tasks/{task}/scans?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    house.act("p072", &task, "issue", json!({})).await.ok();
    house.keep_clock().await;
    let sql = |text: &str| run(&house.db.super_url(), text).unwrap();
    let well = [
        "chains",
        "rows",
        "files",
        "sealer",
        "due-acts",
        "deliveries",
        "calendar",
        "accounts",
        "passwords",
        "administrators",
        "keys",
    ];
    says(&house, &[], true, &well.map(|code| (code, State::Good)));
    says(&house, &[], false, &[("rows", State::Unknown)]);

    // What waits.
    let other = house.task("T02").await;
    house.act("p072", &other, "issue", json!({})).await.ok();
    let later = |minutes| {
        let clock = at(house.app.clock.now() + TimeDelta::minutes(minutes));
        doctor::examine(&Ok(config(&house, &[])), false, &clock)
    };
    assert_eq!(state(&later(1), "sealer"), State::Good);
    assert_eq!(state(&later(6), "sealer"), State::Attention);
    assert_eq!(state(&later(61), "sealer"), State::Bad);
    house.keep_clock().await;
    sql(
        "UPDATE due_acts SET done_at = NULL, due_at = '2026-02-01', attempts = 3 WHERE (act, subject_id, due_at) IN (SELECT act, subject_id, due_at FROM due_acts LIMIT 1)",
    );
    says(&house, &[], false, &[("due-acts", State::Attention)]);
    sql("UPDATE due_acts SET attempts = 10 WHERE due_at = '2026-02-01'");
    says(&house, &[], false, &[("due-acts", State::Bad)]);
    sql(
        "INSERT INTO deliveries (notification_id, channel, state, attempts, next_at) SELECT id, 'mail', 'failed', 5, now() FROM notifications LIMIT 1",
    );
    assert_eq!(
        lines(&house.db.super_url(), "SELECT count(*)::text AS line FROM deliveries WHERE state = 'failed'"),
        ["1"]
    );
    says(&house, &[], false, &[("deliveries", State::Attention)]);

    // What a year brings.
    let years = |date: &str| {
        let clock = at(DateTime::parse_from_rfc3339(date).unwrap().to_utc());
        doctor::examine(&Ok(config(&house, &[])), false, &clock)
    };
    assert_eq!(state(&years("2040-03-01T02:00:00Z"), "calendar"), State::Bad);
    let next = years("2026-12-10T02:00:00Z");
    assert_eq!(state(&next, "calendar"), State::Attention, "in December the next year is known");
    assert_eq!(state(&years("2027-03-04T02:00:00Z"), "passwords"), State::Attention);

    // Accounts and keys.
    let form = json!({ "login": "nobody", "display_name": "无人", "person_id": null });
    house.request("sysadmin", "POST", "/accounts", None, Some(form)).await.ok();
    says(&house, &[], false, &[("accounts", State::Attention)]);
    // Administrators without a second factor; then each has one, and this server its key; then somebody must have one and has none.
    says(&house, &[], false, &[("second-factors", State::Attention)]);
    sql("INSERT INTO second_factors (account_id, alg, sealed, seal_alg, created_at, confirmed_at, last_step) \
            SELECT id, 'totp-sha1-6-30', 'x', 'xchacha20-poly1305', now(), now(), 0 FROM accounts WHERE duty IS NOT NULL");
    says(&house, &[], false, &[("second-factors", State::Good)]);
    let asked = r#"'{"required_of": ["leader"], "proof_minutes": 15}'"#;
    sql(&format!(
        "INSERT INTO identity_rules (id, rules, seq) VALUES ('00000000-0000-0000-0000-000000000000', {asked}, 0)"
    ));
    says(&house, &[], false, &[("second-factors", State::Attention)]);
    let (key, away) = (house.folder().join("second-factor.key"), house.folder().join("away"));
    std::fs::rename(&key, &away).unwrap();
    says(&house, &[], false, &[("second-factors", State::Bad)]);
    std::fs::rename(&away, &key).unwrap();
    sql("DELETE FROM identity_rules; DELETE FROM second_factors");
    sql("UPDATE accounts SET status = 'disabled' WHERE duty = 'auditor'");
    says(&house, &[], false, &[("administrators", State::Bad)]);
    sql(
        "INSERT INTO accounts (id, login, display_name, status, password_hash, must_change_password, seq, version, created_at, is_service) \
            VALUES ('00000000-0000-0000-0000-000000000001', 'portal', '门户', 'active', '', false, 0, 0, now(), true); \
         INSERT INTO service_accounts (account_id, purpose, person_id, seq, created_at) \
            SELECT '00000000-0000-0000-0000-000000000001', '门户', id, 0, now() FROM persons LIMIT 1; \
         INSERT INTO api_keys (id, account_id, secret_sha256, alg, scopes, unit_ids, expires_on, granted_by, created_at) \
            VALUES ('0123456789ab', '00000000-0000-0000-0000-000000000001', 'x', 'sha256', ARRAY['read_ledger'], ARRAY[]::uuid[], '2026-03-10', \
            '00000000-0000-0000-0000-000000000001', now())",
    );
    says(&house, &[], false, &[("keys", State::Attention)]);
    sql("UPDATE api_keys SET expires_on = '2026-12-31'");
    says(&house, &[], false, &[("keys", State::Good)]);
    sql("UPDATE api_keys SET expires_on = '2026-02-01'");
    says(&house, &[], false, &[("keys", State::Attention)]);
    // Checkpoints are kept outside in a file or by a system they are sent to, and it has the newest of yesterday.
    says(&house, &[], false, &[("anchors", State::Attention)]);
    says(&house, &[("BIHUAN_ANCHOR_FILE", "/var/lib/bihuan-signer/anchors")], false, &[("anchors", State::Good)]);
    sql(
        "INSERT INTO webhooks (id, account_id, url, streams, unit_ids, expires_on, state, cursor, granted_by, created_at) \
         SELECT gen_random_uuid(), account_id, 'https://oa.example.cn/', '{checkpoint}', '{}', '2026-12-31', 'active', 0, granted_by, now() FROM api_keys LIMIT 1",
    );
    says(&house, &[], false, &[("anchors", State::Attention)]);
    sql(
        "INSERT INTO webhook_deliveries (id, webhook_id, kind, body, state, attempts, next_at, tries, created_at, done_at, checkpoint_size) \
         SELECT gen_random_uuid(), id, 'checkpoint.signed', '', 'delivered', 1, now(), '[]', now(), '2026-02-20T00:00:00Z', 5 FROM webhooks",
    );
    says(&house, &[], false, &[("anchors", State::Good)]);
    sql("INSERT INTO checkpoints (size, alg, root, body, made_at) VALUES (1000000, 'sha256', '', '', now()); \
         INSERT INTO checkpoint_signatures (size, verifier, alg, line, made_at) VALUES (1000000, 'v', 'ed25519', '', now())");
    says(&house, &[], false, &[("anchors", State::Attention)]);
    sql("DELETE FROM checkpoint_signatures WHERE size = 1000000; DELETE FROM checkpoints WHERE size = 1000000");

    // What somebody did behind our back.
    let sha256 = scan["sha256"].as_str().unwrap();
    let path = house.folder().join("blobs").join(&sha256[..2]).join(sha256);
    std::fs::write(&path, b"%PDF-1.4\n%%EOG\n").unwrap();
    says(&house, &[], false, &[("files", State::Good)]);
    says(&house, &[], true, &[("files", State::Bad)]);
    std::fs::remove_file(&path).unwrap();
    says(&house, &[], false, &[("files", State::Bad)]);
    sql(&format!("UPDATE tasks SET snapshot = jsonb_set(snapshot, '{{version}}', '99') WHERE id = '{task}'"));
    says(&house, &[], true, &[("rows", State::Bad), ("chains", State::Good)]);
    sql(&format!("UPDATE events SET role = role || 'x' WHERE stream_id = '{other}' AND seq = 1"));
    says(&house, &[], false, &[("chains", State::Bad)]);
    let findings = examined(&house, &[], true);
    let chains = findings.iter().find(|f| f.code == "chains").unwrap();
    assert!(chains.state == State::Bad && chains.found.contains(&other), "{chains:?}");
    let told = doctor::assess(&findings, Form::Text);
    assert!(told.contains("8.1.4.3 c) 审计记录的保护与备份：不符合"), "{told}");
}

/// Names in backticks that a text gives as tests.
fn named(text: &str) -> BTreeSet<&str> {
    let names = text.split('`').skip(1).step_by(2);
    names.filter(|n| n.contains('_') && n.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect()
}

#[test]
fn the_self_assessment_names_every_clause_and_only_tests_that_exist() {
    let findings = doctor::examine(&Err(Vec::new()), false, &Clock::default());
    let told = doctor::assess(&findings, Form::Markdown);
    for n in 1..=11 {
        assert!(told.contains(&format!("| 8.1.4.{n}")), "8.1.4.{n} is left out");
    }
    let rows: Vec<&str> = told.lines().filter(|line| line.starts_with("| 8.1.4.")).collect();
    assert!(rows.len() >= 30);
    for row in &rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 5, "{row}");
        assert!(["符合", "部分符合", "不符合", "由部署单位落实"].contains(&cells[3]), "{row}");
        assert!(!cells[4].is_empty(), "{row}");
    }
    let second = rows.iter().find(|row| row.contains("8.1.4.1 d)")).unwrap();
    assert!(second.contains("| 部分符合 |") && second.contains("没有证书"), "what is not there is said: {second}");
    let mut sources = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match (entry.path().is_dir(), entry.path().extension().is_some_and(|e| e == "rs")) {
                (true, _) => folders.push(entry.path()),
                (false, true) => sources += &std::fs::read_to_string(entry.path()).unwrap(),
                _ => {}
            }
        }
    }
    let tests = named(&told);
    assert!(tests.len() > 15, "{tests:?}");
    for test in tests {
        assert!(sources.contains(&format!("fn {test}(")), "there is no test {test}");
    }
}
