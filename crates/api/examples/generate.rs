//! Fills an empty, migrated database with a data set: `generate tiny|small|big|UNITSxTASKS`, the owner's address in BIHUAN_OWNER_URL. Every account has
//! the password that is printed.

use std::process::ExitCode;

use persistence::dataset::{self, Size};

/// Of every account of a data set, which is nobody's.
const PASSWORD: &str = "测量-样本-7319";
const SEED: u64 = 7319;

#[expect(clippy::disallowed_methods, reason = "a program of its own")]
fn run() -> Result<String, String> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let size = Size::parse(&name).ok_or("generate tiny|small|big|UNITSxTASKS")?;
    let url = std::env::var("BIHUAN_OWNER_URL").map_err(|_| "BIHUAN_OWNER_URL is not set")?;
    let hash = api::passwords::hash(PASSWORD)?;
    let now = api::app::Clock::default().now();
    let made = dataset::fill(&url, size, SEED, &hash, now).map_err(|e| e.to_string())?;
    let line = serde_json::json!({
        "round": made.round, "tasks": made.tasks, "statements": made.statements, "events": made.events, "password": PASSWORD,
    });
    Ok(line.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}
