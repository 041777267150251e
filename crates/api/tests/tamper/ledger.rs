//! A house whose ledger is sealed and signed, and how its verifiers are asked.

use std::path::PathBuf;
use std::process::Command;

use api::audit;
use api::signer::{self, Signer};
use domain::transparency::audit::Findings;
use persistence::transparency::verify::Trusted;
use persistence::transparency::{self, Pace};
use persistence::{Database, events};
use serde_json::json;

use crate::support::House;

/// A house with a signer of its own.
pub(crate) struct Ledger {
    pub(crate) house: House,
    pub(crate) key_file: PathBuf,
    pub(crate) keys_file: PathBuf,
    pub(crate) anchor_file: PathBuf,
}

impl Ledger {
    pub(crate) async fn new() -> Self {
        let house = House::new().await;
        let folder = house.folder().to_owned();
        let (key_file, keys_file) = (folder.join("signer.key"), folder.join("keys"));
        let origin = house.db.database().read_now(transparency::origin).unwrap();
        let public = signer::make(&origin, [7; 32], &key_file).unwrap();
        std::fs::write(&keys_file, format!("# 公钥\n{public}\n")).unwrap();
        Self { house, key_file, keys_file, anchor_file: folder.join("anchors") }
    }

    pub(crate) fn signer(&self) -> Signer {
        Signer::new(Database::new(&self.house.db.signer_url(), 1), &self.key_file, Some(&self.anchor_file)).unwrap()
    }

    /// Seals so many events under a checkpoint; how many there were.
    pub(crate) fn seal(&self, limit: i64) -> usize {
        self.house.db.database().write_now(|conn| events::seal_at(conn, limit, Pace::Now)).unwrap()
    }

    pub(crate) fn trusted(&self) -> Trusted {
        audit::trusted(Some(&self.keys_file), Some(self.anchor_file.as_path())).unwrap()
    }

    /// What the whole verification says of the database as it is.
    pub(crate) fn verified(&self) -> Findings {
        let now = self.house.app.clock.now();
        audit::of_database(&self.house.db.database(), audit::Part::Whole, self.trusted(), now).unwrap()
    }

    /// What the product's own clerks do, some of it sealed and signed in parts, the last of it not yet sealed.
    pub(crate) async fn lived_in() -> Self {
        let ledger = Self::new().await;
        let mut signer = ledger.signer();
        while ledger.seal(150) > 0 {
            signer.turn().unwrap().expect("a checkpoint to sign");
        }
        let round = ledger.house.round().await;
        let page = ledger.house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
        let ids: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect();
        for some in ids[..24].chunks(8) {
            for id in some {
                ledger.house.act("p072", id, "issue", json!({})).await.ok();
            }
            assert!(ledger.seal(500) > 0);
            signer.turn().unwrap().expect("a checkpoint to sign");
        }
        for id in &ids[24..27] {
            ledger.house.act("p072", id, "issue", json!({})).await.ok();
        }
        ledger
    }

    /// What the program prints on its command line, with its exit code.
    pub(crate) fn bihuan(&self, words: &[&str]) -> (String, i32) {
        let output = Command::new(env!("CARGO_BIN_EXE_bihuan"))
            .args(words)
            .env_remove("BIHUAN_TEST_CLUSTER")
            .env_remove("BIHUAN_TEST_HEAVY")
            .env("BIHUAN_DATABASE_URL", self.house.db.url())
            .env("BIHUAN_DATA_DIR", self.house.folder())
            .env("BIHUAN_AUDIT_KEYS", &self.keys_file)
            .env("BIHUAN_ANCHOR_FILE", &self.anchor_file)
            .env("BIHUAN_SIGNER_URL", self.house.db.signer_url())
            .env("BIHUAN_SIGNER_KEY", &self.key_file)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (said, output.status.code().unwrap())
    }
}
