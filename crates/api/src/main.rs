//! The program `bihuan`: serves, and does what an operator does beside it.

use std::path::PathBuf;
use std::process::ExitCode;

use api::app::Clock;
use api::config::Config;
use api::import::ImportRequest;
use api::serve::{self, Opened};
use api::{app, audit, backup, covers, demo, doctor, draw, import, init, routes, signer, telemetry};
use clap::{Parser, Subcommand};

/// Closed-loop rectification: from the inspection's findings to tasks that are done and stay done.
#[derive(Parser)]
#[command(name = "bihuan", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the page, jobs included
    Serve {
        /// Load the sample group first, if the database is empty
        #[arg(long)]
        demo: bool,
    },
    /// Bring the schema up to date, as its owner
    Migrate,
    /// Make the three administrators' accounts
    Init {
        /// Lines of login:password instead of questions
        #[arg(long)]
        passwords_file: Option<PathBuf>,
    },
    /// Import a plan or a ledger
    Import {
        file: PathBuf,
        /// Code of the round
        #[arg(long)]
        round: Option<String>,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        json: bool,
        /// Login on whose behalf it is committed
        #[arg(long = "as")]
        login: Option<String>,
        /// Take rows in doubt in as well, as drafts that keep their doubts
        #[arg(long)]
        with_doubts: bool,
        /// Year of dates that have none
        #[arg(long)]
        year: Option<i32>,
    },
    /// Load the sample group with its accounts and plan, and print the log-ins
    Demo,
    /// Print the contract
    Openapi,
    /// Check settings, files, database and records, and say what to do; ends with 1 when something is bad
    Doctor {
        /// Also what takes long or asks others: all chains, rows and files, the mail server
        #[arg(long)]
        deep: bool,
        #[arg(long)]
        json: bool,
        /// Assess against the clauses of 等保三级 an application answers for
        #[arg(long, conflicts_with = "json")]
        dengbao: bool,
        /// The assessment as a Markdown table
        #[arg(long, requires = "dengbao")]
        markdown: bool,
    },
    /// Back up database, files and public keys into one new file, while it is served
    Backup {
        /// The file to make, a zip; one that is there is not overwritten
        file: PathBuf,
    },
    /// Put a backup into an empty place, check all of it and end every session
    Restore {
        /// What `backup` made
        file: PathBuf,
        /// An empty folder, for a private PostgreSQL; or the address of an empty database, as its owner; else that of BIHUAN_OWNER_URL
        #[arg(long)]
        into: Option<String>,
    },
    /// Verify the ledger of events, or take it away
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Sign checkpoints, as a process of its own with a key of its own
    Signer {
        #[command(subcommand)]
        command: SignerCommand,
    },
    /// Draw a spot check's sample again
    Draw {
        #[command(subcommand)]
        command: DrawCommand,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Verify everything; the first line that does not fit is where it begins
    Verify {
        /// Only one stream, as KIND/ID
        #[arg(long, conflicts_with_all = ["since", "bundle"])]
        stream: Option<String>,
        /// Only what came after the signed checkpoint in this file
        #[arg(long, conflicts_with = "bundle")]
        since: Option<PathBuf>,
        /// A bundle in a file, without a database
        #[arg(long)]
        bundle: Option<PathBuf>,
        /// Checkpoints that were kept outside, in a file; may be given several times, beside that of BIHUAN_ANCHOR_FILE
        #[arg(long, conflicts_with = "stream")]
        anchors: Vec<PathBuf>,
    },
    /// Write the whole ledger into a file that anybody can verify
    Bundle { file: PathBuf },
    /// Say whether the size and root at the foot of a document are those of this ledger, and prove it
    Covers {
        size: u64,
        /// As in the code (base64), or hex
        root: String,
    },
}

#[derive(Subcommand)]
enum SignerCommand {
    /// Make a key in a file and print its public key
    Init { file: PathBuf },
    /// Sign the newest checkpoint whenever the tree has grown
    Run {
        /// Sign once and end
        #[arg(long)]
        once: bool,
    },
}

#[derive(Subcommand)]
enum DrawCommand {
    /// Draw again from the bundle of a draw and say whether everything agrees
    Verify { file: PathBuf },
}

fn run(command: Command) -> Result<(), String> {
    if matches!(command, Command::Openapi) {
        println!("{}", routes::document().to_pretty_json().map_err(|e| e.to_string())?);
        return Ok(());
    }
    if let Command::Draw { command: DrawCommand::Verify { file } } = &command {
        println!("{}", draw::verify(file)?);
        return Ok(());
    }
    let config = Config::from_env();
    if let Command::Doctor { deep, json, dengbao, markdown } = command {
        let clock = Clock::default();
        let findings = doctor::examine(&config, deep, &clock);
        let text = match (json, dengbao) {
            (true, _) => doctor::json(&findings, &clock)?,
            (false, true) => {
                let form = if markdown { doctor::Form::Markdown } else { doctor::Form::Text };
                doctor::assess(&findings, form)
            }
            (false, false) => doctor::text(&findings),
        };
        println!("{}", text.trim_end());
        return if doctor::is_bad(&findings) { Err("有误的项须处理".to_owned()) } else { Ok(()) };
    }
    let config = config.map_err(|faults| faults.join("\n"))?;
    telemetry::start_log(&config.log);
    match command {
        Command::Serve { demo } => serve::run(&config, |app, address| {
            if demo {
                println!("{}", demo::run(app).unwrap_or_else(|error| error));
            }
            println!("闭环已启动：{address}");
        }),
        Command::Migrate => {
            let url = config.owner_url.ok_or("请以 BIHUAN_OWNER_URL 指明结构所有者的数据库地址")?;
            let done = persistence::database::migrate(&url).map_err(|e| e.to_string())?;
            println!("已执行 {} 步：{}", done.len(), done.join("、"));
            Ok(())
        }
        Command::Init { passwords_file } => {
            print!("{}", init::run(&Opened::new(&config)?.app, passwords_file.as_deref())?);
            Ok(())
        }
        Command::Import { file, round, dry_run, json, login, with_doubts, year } => {
            let request = ImportRequest {
                file: &file,
                round: round.as_deref(),
                dry_run,
                is_json: json,
                login: login.as_deref(),
                with_doubts,
                year,
            };
            print!("{}", import::run(&config, &request)?);
            Ok(())
        }
        Command::Demo => {
            println!("{}", demo::run(&Opened::new(&config)?.app)?);
            Ok(())
        }
        Command::Audit { command } => {
            let now = app::Clock::default().now();
            let words = match &command {
                AuditCommand::Bundle { file } => audit::export_run(&config, file, now)?,
                AuditCommand::Covers { size, root } => covers::run(&config, *size, root)?,
                AuditCommand::Verify { stream, since, bundle, anchors } => {
                    let part = match (stream, since, bundle) {
                        (_, _, Some(file)) => audit::Part::Bundle(file),
                        (Some(stream), ..) => audit::Part::Stream(stream),
                        (_, Some(file), _) => audit::Part::Since(file),
                        _ => audit::Part::Whole,
                    };
                    audit::run(&config, part, anchors, now)?
                }
            };
            println!("{words}");
            Ok(())
        }
        Command::Signer { command: SignerCommand::Init { file } } => {
            println!("{}", signer::init(&config, &file)?);
            Ok(())
        }
        Command::Signer { command: SignerCommand::Run { once } } => signer::run(&config, once),
        Command::Backup { file } => {
            print!("{}", backup::make(&config, &file)?);
            Ok(())
        }
        Command::Restore { file, into } => {
            let into = into
                .or_else(|| config.owner_url.clone())
                .ok_or("请以 --into 指明空目录或空数据库，或以 BIHUAN_OWNER_URL 指明空数据库")?;
            print!("{}", backup::restore(&config, &file, &into)?);
            Ok(())
        }
        Command::Openapi | Command::Doctor { .. } | Command::Draw { .. } => Ok(()),
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}
