//! What is written for operators (compose file, images, proxies, unit, examples, README) says what the program knows.
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use actix_web::web::Data;
use actix_web::{App as Server, middleware, test as requests};
use api::app::{App, Clock};
use api::config::{Config, VARIABLES};
use api::tokens::TokenKeys;
use api::{routes, telemetry, web};
use yaml_rust2::{Yaml, YamlLoader};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn compose() -> Yaml {
    YamlLoader::load_from_str(&read("docker-compose.yml")).unwrap().remove(0)
}

fn keys(yaml: &Yaml) -> BTreeSet<String> {
    yaml.as_hash().unwrap().keys().map(|k| k.as_str().unwrap().to_owned()).collect()
}

fn strings(yaml: &Yaml) -> Vec<String> {
    yaml.as_vec().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// A value as compose would give it, each `${NAME:?words}` filled in.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, behind) = after.split_once('}').unwrap();
        let (name, words) = inside.split_once(":?").unwrap_or_else(|| panic!("{inside} may be left empty"));
        assert!(!words.is_empty());
        let example = read("deploy/compose.env.example");
        let line = example.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        let value = line.unwrap_or_else(|| panic!("{name} is not in compose.env.example"));
        out += before;
        out += if value.is_empty() { "secret" } else { value };
        rest = behind;
    }
    out + rest
}

/// The variables of a service that are the program's.
fn environment(service: &Yaml) -> BTreeMap<String, String> {
    let all = service["environment"].as_hash().unwrap();
    all.iter()
        .map(|(name, value)| (name.as_str().unwrap().to_owned(), filled(value.as_str().unwrap())))
        .filter(|(name, _)| name.starts_with("BIHUAN_"))
        .collect()
}

/// The lines `NAME=value` of a file of settings.
fn settings(path: &str) -> BTreeMap<String, String> {
    let text = read(path);
    let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The directives of an nginx file, white space made plain, comments left out.
fn directives(path: &str) -> Vec<String> {
    let text: Vec<String> =
        read(path).lines().map(|line| line.trim().to_owned()).filter(|line| !line.starts_with('#')).collect();
    let text = text.join(" ");
    text.split([';', '{', '}'])
        .map(|d| d.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|d| !d.is_empty())
        .collect()
}

fn is_subcommand(words: &[&str]) -> bool {
    let output = Command::new(env!("CARGO_BIN_EXE_bihuan")).args(words).arg("--help").output().unwrap();
    output.status.success()
}

/// Where the proxy of the containers and that of the plain installation are written.
const PROXIES: [&str; 2] = ["deploy/web/proxy.conf", "deploy/offline/nginx.conf.example"];

#[test]
fn every_variable_of_the_deployment_is_one_the_program_knows() {
    let known: BTreeSet<&str> = VARIABLES.iter().map(|(name, ..)| *name).collect();
    let mut n = 0;
    for path in [
        "docker-compose.yml",
        "README.md",
        "run",
        "deploy/README.md",
        "deploy/compose.env.example",
        "deploy/db/init.sh",
        "deploy/db/roles.sql",
        "deploy/api.Dockerfile",
        "deploy/web.Dockerfile",
        "deploy/web/bihuan.conf",
        "deploy/web/proxy.conf",
        "deploy/offline/README.md",
        "deploy/offline/bihuan.env.example",
        "deploy/offline/migrate.env.example",
        "deploy/offline/nginx.conf.example",
        "deploy/offline/bihuan.service",
        "deploy/offline/bihuan-signer.service",
        "deploy/offline/signer.env.example",
        "deploy/db/signer.sql",
        "deploy/db/public.sql",
        "deploy/offline/pack",
        "deploy/offline/install.sh",
        "deploy/offline/bihuan-backup.service",
        "deploy/offline/bihuan-backup.timer",
    ] {
        for rest in read(path).split("BIHUAN_").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            let name = format!("BIHUAN_{}", name.trim_end_matches('_'));
            // The prefix by itself is a word of prose.
            if name == "BIHUAN_" || name.starts_with("BIHUAN_TEST_") {
                continue;
            }
            assert!(known.contains(name.as_str()), "{path} names {name}, which config.rs does not know");
            n += 1;
        }
    }
    assert!(n > 20, "only {n} were found");
}

#[test]
fn the_readme_lists_every_variable_with_its_default() {
    let readme = read("README.md");
    for (name, default, _) in VARIABLES {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("README.md does not list {name}"));
        let given = row.split('|').nth(2).unwrap().trim().trim_matches('`');
        assert_eq!(given.trim_matches('–'), *default, "{name}");
    }
}

#[test]
fn the_services_start_with_what_the_program_needs() {
    let compose = compose();
    let services = &compose["services"];
    assert_eq!(keys(services), ["api", "db", "migrate", "web"].map(str::to_owned).into());
    for (service, expected) in [("migrate", "migrate"), ("api", "serve")] {
        let command = strings(&services[service]["command"]);
        assert_eq!(command, [expected]);
        assert!(is_subcommand(&[expected]), "bihuan has no {expected}");
    }
    assert!(!is_subcommand(&["no-such-command"]));

    let config = Config::read(&environment(&services["api"])).unwrap();
    let settings = config.settings();
    assert!(config.database_url.unwrap().starts_with("postgres://bihuan_app:secret@db:5432/bihuan"));
    assert_eq!(config.owner_url, None, "what serves must not be able to migrate");
    assert!(settings.is_tls && settings.trusts_proxy && settings.web_dir.is_none());
    let migrate = Config::read(&environment(&services["migrate"])).unwrap();
    assert!(migrate.owner_url.unwrap().starts_with("postgres://bihuan_owner:secret@db:5432/bihuan"));
    assert_eq!(migrate.database_url, None);

    // Started in an order in which each finds what it needs; each says whether it is well.
    assert_eq!(services["migrate"]["depends_on"]["db"]["condition"].as_str(), Some("service_healthy"));
    assert_eq!(services["api"]["depends_on"]["migrate"]["condition"].as_str(), Some("service_completed_successfully"));
    assert_eq!(services["web"]["depends_on"]["api"]["condition"].as_str(), Some("service_healthy"));
    for service in ["db", "api", "web"] {
        assert!(services[service]["healthcheck"]["test"].as_vec().is_some_and(|t| t.len() > 2), "{service}");
    }
    let volumes = keys(&compose["volumes"]);
    for (service, folder) in [("db", "/var/lib/postgresql/data"), ("api", "/var/lib/bihuan")] {
        let mounts = strings(&services[service]["volumes"]);
        let kept = mounts.iter().find_map(|m| m.strip_suffix(&format!(":{folder}"))).unwrap();
        assert!(volumes.contains(kept), "{service} keeps nothing");
    }
}

#[test]
fn the_ports_meet() {
    let compose = compose();
    let services = &compose["services"];
    let api = environment(&services["api"]);
    assert_eq!(api["BIHUAN_DATA_DIR"], "/var/lib/bihuan");
    let listen: SocketAddr = api["BIHUAN_LISTEN"].parse().unwrap();
    assert!(!listen.ip().is_loopback(), "the proxy is in another container");
    let port = listen.port();
    let check = strings(&services["api"]["healthcheck"]["test"]).join(" ");
    assert!(check.contains(&format!("/dev/tcp/127.0.0.1/{port}")) && check.contains("/readyz"));
    assert!(read("deploy/api.Dockerfile").contains(&format!("EXPOSE {port}")));
    let proxy = directives("deploy/web/bihuan.conf");
    assert!(proxy.contains(&format!("server api:{port}")), "{proxy:?}");
    for published in strings(&services["web"]["ports"]) {
        let inside = published.split(':').nth(1).unwrap().to_owned();
        assert!(proxy.iter().any(|d| d.starts_with(&format!("listen {inside} "))), "nothing listens on {inside}");
    }
    assert!(
        services["api"]["ports"].is_badvalue() && services["db"]["ports"].is_badvalue(),
        "only web is reached from outside"
    );

    let offline = settings("deploy/offline/bihuan.env.example");
    let proxy = directives("deploy/offline/nginx.conf.example");
    assert!(proxy.contains(&format!("proxy_pass http://{}", offline["BIHUAN_LISTEN"])));
}

#[test]
fn the_roles_are_those_the_migrations_grant_to() {
    let roles = read("deploy/db/roles.sql");
    for words in [
        "CREATE ROLE bihuan_owner LOGIN",
        "CREATE ROLE bihuan_app LOGIN",
        "CREATE ROLE bihuan_narrow NOLOGIN",
        "GRANT bihuan_narrow TO bihuan_app",
        "CREATE DATABASE bihuan OWNER bihuan_owner",
    ] {
        assert!(roles.contains(words), "{words}");
    }
    for migration in std::fs::read_dir(root().join("migrations")).unwrap().flatten().filter(|m| m.path().is_dir()) {
        let up = std::fs::read_to_string(migration.path().join("up.sql")).unwrap();
        for role in up.split(" TO ").skip(1).filter(|rest| rest.starts_with("bihuan_")) {
            let name = role.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
            let is_known = ["bihuan_app", "bihuan_signer", "bihuan_public", "bihuan_narrow"].contains(&name);
            assert!(is_known, "{}: {role:.30}", migration.path().display());
        }
    }
    // What the signer may is granted by the migration where its role is there, else when the role is made.
    let signer = read("deploy/db/signer.sql");
    let up = read("migrations/0021_verifiable_ledger/up.sql");
    let grants: Vec<&str> = up.lines().map(str::trim).filter(|l| l.ends_with(" TO bihuan_signer;")).collect();
    assert!(grants.len() == 2 && grants.iter().all(|grant| signer.contains(grant)), "{grants:?}");
    // And what the open page may.
    let public = read("deploy/db/public.sql");
    let up = read("migrations/0026_second_net/up.sql");
    let grants: Vec<&str> = up.lines().map(str::trim).filter(|l| l.ends_with(" TO bihuan_public;")).collect();
    assert!(grants.len() == 1 && public.contains(grants[0]), "{grants:?}");
    let mounts = strings(&compose()["services"]["db"]["volumes"]);
    let scripts: Vec<&String> = mounts.iter().filter(|m| m.contains("/docker-entrypoint-initdb.d/")).collect();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        let (here, there) = script.split_once(':').unwrap();
        assert!(root().join(here).is_file(), "{here}");
        let there = there.trim_end_matches(":ro");
        assert!(there.ends_with(".sh") || read("deploy/db/init.sh").contains(there), "nothing runs {there}");
    }
}

#[test]
fn the_plain_installation_runs_the_program() {
    let unit = read("deploy/offline/bihuan.service");
    let value = |name: &str| unit.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).unwrap().to_owned();
    let start = value("ExecStart");
    let words: Vec<&str> = start.split(' ').collect();
    assert_eq!(words[0], "/opt/bihuan/current/bihuan");
    assert!(is_subcommand(&words[1..]), "{start}");

    let given = settings("deploy/offline/bihuan.env.example");
    let config = Config::read(&given).unwrap();
    assert!(config.listen.ip().is_loopback() && config.settings().is_tls && config.trusts_proxy);
    assert_eq!(config.web_dir.unwrap(), Path::new("/opt/bihuan/current/web"));
    assert_eq!(config.data_dir, Path::new("/var/lib").join(value("StateDirectory")));
    assert!(config.database_url.unwrap().starts_with("postgres://bihuan_app:"));
    let signing = settings("deploy/offline/signer.env.example");
    let signer = Config::read(&signing).unwrap();
    assert!(signer.signer.url.unwrap().starts_with("postgres://bihuan_signer:") && signer.database_url.is_none());
    let unit = read("deploy/offline/bihuan-signer.service");
    assert!(unit.contains("\nUser=bihuan-signer\n") && unit.contains("\nEnvironmentFile=/etc/bihuan/signer.env\n"));
    assert!(unit.contains("/bihuan signer run\n") && is_subcommand(&["signer", "run"]));
    let kept = Path::new("/var/lib/bihuan-signer");
    assert!(signer.signer.key.unwrap().starts_with(kept) && signer.anchor_file.unwrap().starts_with(kept));
    let is_signers = |name: &str| signing.contains_key(name) && name.starts_with("BIHUAN_SIGNER_");
    assert!(!given.keys().any(|name| is_signers(name)), "what serves must not know the key");
    let left_out: Vec<&str> = VARIABLES
        .iter()
        .map(|(name, ..)| *name)
        .filter(|name| !given.contains_key(*name) && !is_signers(name))
        .collect();
    assert_eq!(left_out, ["BIHUAN_OWNER_URL", "BIHUAN_REHEARSAL_DAYS"], "every other variable has its example");
    let migrate = Config::read(&settings("deploy/offline/migrate.env.example")).unwrap();
    assert!(migrate.owner_url.unwrap().starts_with("postgres://bihuan_owner:"));
    let install = read("deploy/offline/install.sh");
    let written = Path::new(&value("EnvironmentFile")).to_owned();
    assert_eq!(written, Path::new("/etc/bihuan/bihuan.env"));
    assert!(install.contains("$root/etc/bihuan/$name") && install.contains("bihuan.env migrate.env signer.env"));
    for file in [
        "bihuan.service",
        "bihuan-signer.service",
        "bihuan.env.example",
        "migrate.env.example",
        "signer.env.example",
        "audit_verify.py",
        "nginx.conf.example",
        "README.md",
    ] {
        assert!(read("deploy/offline/pack").contains(file), "{file} is not packed");
    }
}

#[test]
fn the_daily_backup_runs_the_program_with_what_it_needs() {
    let unit = read("deploy/offline/bihuan-backup.service");
    let start = unit.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
    let (_, words) = start.split_once("/opt/bihuan/current/bihuan ").unwrap();
    let mut words = words.trim_end_matches('\'').splitn(2, ' ');
    let (command, file) = (words.next().unwrap(), words.next().unwrap());
    assert!(command == "backup" && is_subcommand(&[command]), "{start}");
    let folder = Path::new(file).parent().unwrap().to_str().unwrap();
    assert!(unit.contains(&format!("ReadWritePaths={folder}")) && unit.contains(&format!("find {folder} ")));
    for settings in ["bihuan.env", "migrate.env"] {
        assert!(unit.contains(&format!("EnvironmentFile=/etc/bihuan/{settings}")), "{settings}");
    }
    let install = read("deploy/offline/install.sh");
    assert!(install.contains(&format!("mkdir -p \"$root{folder}\"")) && install.contains("enable bihuan-backup.timer"));
    for file in ["bihuan-backup.service", "bihuan-backup.timer"] {
        assert!(read("deploy/offline/pack").contains(file) && install.contains(file), "{file}");
    }
    assert!(read("deploy/api.Dockerfile").contains("postgresql-client"), "pg_dump is in the image");
}

#[test]
fn what_the_images_copy_is_there() {
    let mut copied = Vec::new();
    for path in ["deploy/api.Dockerfile", "deploy/web.Dockerfile"] {
        for line in read(path).lines().filter(|l| l.starts_with("COPY ") && !l.contains("--from=")) {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            for source in &words[..words.len() - 1] {
                assert!(root().join(source).exists(), "{path} copies {source}");
                copied.push((*source).to_owned());
            }
        }
    }
    // What the code takes in from outside its crate must be copied before it is compiled.
    let mut n = 0;
    let mut folders = ["api", "persistence"].map(|name| root().join("crates").join(name).join("src")).to_vec();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let taken =
            ["include_str!(\"", "include_bytes!(\"", "embed_migrations!(\""].map(|opening| text.split(opening).skip(1));
        for rest in taken.into_iter().flatten().filter(|rest| rest.starts_with("../../")) {
            let named = rest.split('"').next().unwrap();
            let beside = file.parent().unwrap().join(named).canonicalize().ok();
            let within =
                beside.and_then(|path| path.strip_prefix(root().canonicalize().unwrap()).map(Path::to_owned).ok());
            // Of a folder of migrations the name counts from the crate.
            let wanted = within.map_or(named.trim_start_matches("../").to_owned(), |path| path.display().to_string());
            n += 1;
            assert!(copied.iter().any(|c| wanted.starts_with(c.as_str())), "{wanted} is not copied into the image");
        }
    }
    assert!(n >= 4, "only {n} were found");
}

/// The program believes these headers, so the proxy must set each and pass none of the client's.
#[test]
fn no_client_chooses_the_address_it_is_seen_under() {
    for path in PROXIES {
        let given = directives(path);
        for wanted in [
            "proxy_set_header X-Forwarded-For $remote_addr",
            "proxy_set_header Forwarded \"\"",
            "proxy_set_header Host $host",
        ] {
            assert!(given.iter().any(|d| d == wanted), "{path} lacks: {wanted}");
        }
    }
}

#[actix_web::test]
async fn the_proxy_sends_the_headers_of_the_program() {
    let folder = std::env::temp_dir().join(format!("bihuan-headers-{}", uuid::Uuid::now_v7()));
    let given = BTreeMap::from([("BIHUAN_PUBLIC_URL".to_owned(), "https://zhenggai.example".to_owned())]);
    let config = Config::read(&given).unwrap();
    // Nothing here asks the database, so it need not be there.
    let db = persistence::Database::new("postgres://nobody@127.0.0.1:1/nothing", 2);
    let app = App::new(db.clone(), db, config.settings(), TokenKeys::load(&folder).unwrap(), Clock::default());
    let contract = Data::new(String::new());
    let service = requests::init_service(
        Server::new()
            .app_data(Data::new(app))
            .configure(|c| routes::configure(c, &contract))
            .configure(web::configure)
            .wrap(middleware::from_fn(telemetry::around)),
    )
    .await;
    let answer =
        requests::call_service(&service, requests::TestRequest::get().uri("/assets/none.js").to_request()).await;
    let mut n = 0;
    for (name, value) in answer.headers() {
        let is_security =
            ["content-security-policy", "x-content-type-options", "referrer-policy", "strict-transport-security"]
                .contains(&name.as_str())
                || name.as_str().starts_with("cross-origin-");
        if is_security {
            let wanted = value.to_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
            let line = read("deploy/web/headers.conf")
                .lines()
                .find(|line| line.to_lowercase().starts_with(&format!("add_header {name} ")))
                .unwrap_or_else(|| panic!("headers.conf lacks {name}"))
                .to_owned();
            assert_eq!(line.split('"').nth(1), Some(wanted.as_str()), "{name}");
            assert!(line.ends_with(" always;"), "{name} is not sent with an error");
            n += 1;
        }
    }
    assert_eq!(n, 6, "{:?}", answer.headers());
    let proxied = directives("deploy/web/bihuan.conf");
    for address in ["location /api/", "location /docs/", "location = /healthz", "location = /readyz"] {
        assert!(proxied.iter().any(|d| d == address), "{address} is not passed on");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
