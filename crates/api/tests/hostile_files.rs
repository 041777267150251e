//! Files that are hostile or clumsy, made here: each gets its reason, and the memory of the program and of a running server stays within 64 MiB of
//! what a small ledger takes. `cargo test -p api --test hostile_files -- --nocapture` prints the tables.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::House;
use support::served::{Served, free_address, send_file, serve};
use zip::write::SimpleFileOptions;

/// Most memory beyond that for a small ledger, KiB.
const MARGIN: u64 = 64 * 1024;

fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in parts {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(body).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of one sheet from its rows and what follows them, as XML.
fn workbook(rows: &str, tail: &str, strings: Option<String>) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut parts = vec![
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.into(),
        ),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="台账" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{tail}</worksheet>"#),
        ),
    ];
    if let Some(strings) = strings {
        parts.push(("xl/sharedStrings.xml", strings));
    }
    let parts: Vec<(&str, Vec<u8>)> =
        parts.into_iter().map(|(name, body): (&str, String)| (name, body.into_bytes())).collect();
    archive(&parts)
}

fn row(number: usize, cells: &[&str]) -> String {
    let mut xml = format!(r#"<row r="{number}">"#);
    for (i, text) in cells.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
        let at = domain::workbook::address(number - 1, i);
        match text.strip_prefix('!') {
            Some(error) => write!(xml, r#"<c r="{at}" t="e"><v>{error}</v></c>"#).unwrap(),
            None => write!(xml, r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#).unwrap(),
        }
    }
    xml + "</row>"
}

const HEAD: [&str; 6] = ["序号", "存在问题", "整改措施", "责任单位", "责任人", "整改时限"];

fn ledger(problem: &str, measure: &str, due: &str) -> String {
    row(1, &HEAD) + &row(2, &["1", problem, measure, "财务部", "己寅一", due])
}

/// What a file comes to.
enum Comes {
    /// Refused, with these words.
    Refused(&'static str),
    /// Read, with this many tasks and, where named, a doubt of this kind in this cell.
    Read(u64, Option<(&'static str, &'static str)>),
}

fn corpus() -> Vec<(&'static str, Vec<u8>, Comes)> {
    use Comes::{Read, Refused};
    let ole = |stream: &str| {
        let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        file.resize(1024, 0);
        file.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        file
    };
    let plain = ledger("甲事未办", "办甲事", "9月30日前");
    let long = "长".repeat(32_767);
    let wide: Vec<String> = (0..16_384).map(|i| format!("列{i}")).collect();
    let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
    let mut empty = plain.clone();
    for n in 3..1_000_003 {
        write!(empty, r#"<row r="{n}"><c r="A{n}" s="0"/></row>"#).unwrap();
    }
    let merge = |range: &str| format!(r#"<mergeCells count="1"><mergeCell ref="{range}"/></mergeCells>"#);
    let second = row(5, &["整改台账（二）"])
        + &row(6, &["编号", "问题描述", "具体措施", "责任部门", "", "完成时限"])
        + &row(7, &["1", "乙事未办", "办乙事", "审计部", "", "10月1日"]);
    let strings =
        format!("<sst>{}</sst>", (0..1_400_000).map(|i| format!("<si><t>{i:x}</t></si>")).collect::<String>());
    let text = format!(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>"#,
        (0..400_000).map(|i| format!("{i:x}")).collect::<String>()
    );
    let merges: String = (1..300_000).map(|n| format!(r#"<mergeCell ref="A{n}:B{n}"/>"#)).collect();
    let dense: String = (1..60_001)
        .map(|n| {
            format!(
                r#"<row r="{n}">{}</row>"#,
                (0..9)
                    .map(|c| format!(r#"<c r="{}"><v>{c}</v></c>"#, domain::workbook::address(n - 1, c)))
                    .collect::<String>()
            )
        })
        .collect();
    vec![
        ("an honest ledger", workbook(&plain, "", None), Read(1, None)),
        (
            "a bomb of one character",
            archive(&[
                ("xl/workbook.xml", b"<workbook/>".to_vec()),
                ("xl/worksheets/sheet1.xml", vec![b'0'; 150_000_000]),
            ]),
            Refused("已拒绝"),
        ),
        ("an encrypted workbook", ole("EncryptedPackage"), Refused("加密")),
        ("an old xls under a new name", ole("Workbook"), Refused("旧格式")),
        ("a csv under another name", "序号,问题\n1,甲".into(), Refused("不是 xlsx")),
        ("an archive that breaks off", workbook(&plain, "", None)[..400].to_vec(), Refused("损坏")),
        ("sheet XML that breaks off", workbook(&format!("{plain}<row r=\"3\"><c"), "", None), Refused("损坏")),
        (
            "a formula that failed",
            workbook(&ledger("甲事未办", "!#REF!", "9月30日前"), "", None),
            Read(1, Some(("formula_error", "C2"))),
        ),
        ("16 384 columns", workbook(&row(1, &wide), "", None), Refused("过宽")),
        ("a million empty rows", workbook(&empty, "", None), Read(1, None)),
        (
            "a cell of 32 767 characters",
            workbook(&ledger(&long, "办", "9月30日前"), "", None),
            Read(1, Some(("text_too_long", "B2"))),
        ),
        (
            "a measure of 32 767 characters",
            workbook(&ledger("甲事未办", &long, "9月30日前"), "", None),
            Read(1, Some(("text_too_long", "C2"))),
        ),
        (
            "marks of direction",
            workbook(
                &(row(1, &["序\u{200f}号", "\u{202e}存在问题\u{202c}", "整改措施", "责任单位"])
                    + &row(2, &["1", "甲事\u{200e}未办", "办", "财务部"])),
                "",
                None,
            ),
            Read(1, None),
        ),
        ("merged across the header", workbook(&plain, &merge("B1:C1"), None), Read(1, None)),
        ("one merge over the whole sheet", workbook(&plain, &merge("A1:XFD1048576"), None), Read(1, None)),
        ("two tables in one sheet", workbook(&(plain.clone() + &second), "", None), Read(2, None)),
        (
            "a date before 1900",
            workbook(&ledger("甲事未办", "办", "1899年12月31日"), "", None),
            Read(1, Some(("date_unclear", "F2"))),
        ),
        (
            "a top secret",
            workbook(&ledger("绝密事项", "办", "9月30日前"), "", None),
            Read(0, Some(("classified", "B2"))),
        ),
        ("too many shared strings", workbook(&plain, "", Some(strings)), Refused("过多")),
        ("one text without an end", workbook(&text, "", None), Refused("已拒绝")),
        (
            "too many merged ranges",
            workbook(&plain, &format!("<mergeCells>{merges}</mergeCells>"), None),
            Refused("已拒绝"),
        ),
        ("half a million cells and more", workbook(&dense, "", None), Refused("过多")),
    ]
}

/// Runs the program on a file: whether it took it, what it printed, its most memory in KiB.
fn look(folder: &Path, file: &Path) -> (bool, String, String, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bihuan"))
        .args(["import", "--dry-run", "--json"])
        .arg(file)
        .env("BIHUAN_DATA_DIR", folder.join("none"))
        .env_remove("BIHUAN_DATABASE_URL")
        .stdout(Stdio::from(std::fs::File::create(folder.join("out")).unwrap()))
        .stderr(Stdio::from(std::fs::File::create(folder.join("err")).unwrap()))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let ended = loop {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let high = told
            .lines()
            .find_map(|l| l.strip_prefix("VmHWM:"))
            .and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(high.unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    (ended.success(), read("out"), read("err"), most)
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bihuan-hostile-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn each_file_gets_its_reason_and_takes_no_memory() {
    let folder = folder();
    let mut base = 0;
    for (name, bytes, comes) in corpus() {
        let file = folder.join("file.xlsx");
        std::fs::write(&file, &bytes).unwrap();
        let (is_taken, out, err, most) = look(&folder, &file);
        println!(
            "{name}: {} bytes, {} MiB at most; {}",
            bytes.len(),
            most / 1024,
            err.lines().last().unwrap_or("read")
        );
        match comes {
            Comes::Refused(words) => assert!(!is_taken && err.contains(words), "{name}: {err}{out}"),
            Comes::Read(tasks, doubt) => {
                assert!(is_taken, "{name}: {err}");
                let report: Value = serde_json::from_str(&out).unwrap();
                assert_eq!(report["tasks"], tasks, "{name}: {out}");
                if let Some((kind, cell)) = doubt {
                    let doubts = report["doubts"].as_array().unwrap();
                    assert!(doubts.iter().any(|d| d["kind"] == kind && d["cell"] == cell), "{name}: {out}");
                }
            }
        }
        if base == 0 {
            base = most;
        }
        assert!(most < base + MARGIN, "{name} takes {} MiB more", (most - base) / 1024);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Memory of a process in KiB: what it has now (`VmRSS`), the most it had since it was last asked to forget (`VmHWM`).
fn memory(process: u32, line: &str) -> u64 {
    let told = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = told.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'));
    found.and_then(|n| n.trim().trim_end_matches(" kB").parse().ok()).unwrap()
}

/// Posts files to a server at once; what each was answered, and the most memory the server had meanwhile, KiB.
fn post(served: &Served, address: SocketAddr, path: &str, token: &str, files: &[&[u8]]) -> (Vec<(u16, Value)>, u64) {
    let process = served.child.id();
    // Forgets the highest mark.
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
    let answers = std::thread::scope(|scope| {
        let sent: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(move || send_file(address, path, token, file).expect("the server answers")))
            .collect();
        sent.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    (answers, memory(process, "VmHWM"))
}

/// What the server said of a file: its reason, or how many tasks it found; panics when it is not what the file should come to.
fn told(name: &str, (status, answer): &(u16, Value), comes: &Comes) -> String {
    match comes {
        Comes::Refused(words) => {
            let error = &answer["errors"][0];
            let code = error["code"].as_str().unwrap_or_else(|| panic!("{name}: {status} {answer}"));
            let reason = domain::labels::say(code, &error["params"]);
            assert_eq!((*status, error["pointer"].as_str()), (422, Some("/file")), "{name}: {answer}");
            assert!(reason.contains(words), "{name}: {reason}");
            format!("{status} {code}：{reason}")
        }
        Comes::Read(tasks, doubt) => {
            assert_eq!((*status, answer["report"]["tasks"].as_u64()), (201, Some(*tasks)), "{name}: {answer}");
            if let Some((kind, cell)) = doubt {
                let doubts = answer["doubts"].as_array().unwrap();
                assert!(doubts.iter().any(|d| d["kind"] == *kind && d["cell"] == *cell), "{name}: {answer}");
            }
            let asks = doubt.map_or_else(String::new, |(kind, cell)| format!(", {kind} at {cell}"));
            format!("{status} {tasks} tasks{asks}")
        }
    }
}

#[actix_web::test]
async fn a_running_server_gives_each_file_its_reason_and_keeps_its_memory() {
    let house = House::new().await;
    let round = house.round().await;
    let address = free_address();
    let served = serve(house.folder(), address, Some(&house.db.url()));
    let token = house.real_token("p072");
    let path = format!("/rounds/{round}/import-previews?filename=a.xlsx");
    let mut files = corpus();
    // Nothing in it can be packed smaller: every copy of it counts in full.
    let noise: Vec<u8> =
        std::iter::successors(Some(1u64), |x| Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)))
            .map(|x| (x >> 56) as u8)
            .take(19_000_000)
            .collect();
    files.push((
        "a picture of 19 MB and no ledger",
        archive(&[("xl/media/a.png", noise)]),
        Comes::Refused("不是 xlsx"),
    ));
    files.push(("21 MB of anything", vec![b'P'; 21 * 1024 * 1024], Comes::Refused("过大")));
    let honest = files[0].1.clone();
    for _ in 0..3 {
        post(&served, address, &path, &token, &[&honest]);
    }
    let base = memory(served.child.id(), "VmRSS");
    println!("| file | the server says | MiB beyond {} |", base / 1024);
    let mut costs = Vec::new();
    for (i, (name, bytes, comes)) in files.iter().enumerate() {
        let (answers, most) = post(&served, address, &path, &token, &[bytes]);
        let more = most.saturating_sub(base);
        println!("| {name} | {} | {} |", told(name, &answers[0], comes), more / 1024);
        assert!(more <= MARGIN, "{name} takes {} MiB more", more / 1024);
        costs.push((more, i));
    }
    // Two at once: the dearest with the next dearest, and so on.
    costs.sort_by_key(|(more, _)| std::cmp::Reverse(*more));
    for pair in costs.chunks(2).take(3) {
        let [(_, a), (_, b)] = pair else { break };
        let [one, other] = [&files[*a], &files[*b]];
        let (answers, most) = post(&served, address, &path, &token, &[&one.1, &other.1]);
        told(one.0, &answers[0], &one.2);
        told(other.0, &answers[1], &other.2);
        let more = most.saturating_sub(base);
        println!("| {} together with {} | as above | {} |", one.0, other.0, more / 1024);
        assert!(more <= MARGIN, "{} together with {} takes {} MiB more", one.0, other.0, more / 1024);
    }
}

#[test]
fn five_thousand_rows_are_looked_at_in_seconds() {
    let mut rows = row(1, &HEAD);
    for n in 2..5_002 {
        rows += &row(
            n,
            &[
                &(n - 1).to_string(),
                &format!("第{n}号问题未办结"),
                "1.核对\n2.补齐\n3.公示",
                "财务部、审计部",
                "己寅一",
                "9月30日前",
            ],
        );
    }
    let folder = folder();
    let file = folder.join("large.xlsx");
    std::fs::write(&file, workbook(&rows, "", None)).unwrap();
    let begun = std::time::Instant::now();
    let (is_taken, out, err, most) = look(&folder, &file);
    let took = begun.elapsed();
    assert!(is_taken, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((report["tasks"].as_u64(), report["measures"].as_u64()), (Some(5_000), Some(15_000)));
    println!("5 000 rows: {:.1} s, {} MiB at most", took.as_secs_f64(), most / 1024);
    // Unoptimized, on a machine that does other things as well; what grows with the square of the rows takes minutes.
    assert!(took < Duration::from_secs(90));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[actix_web::test]
async fn the_api_answers_a_bomb_and_lives() {
    let house = House::new().await;
    let round = house.round().await;
    let bomb =
        archive(&[("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/worksheets/sheet1.xml", vec![b'0'; 60_000_000])]);
    let bomb: &'static [u8] = Box::leak(bomb.into_boxed_slice());
    for path in ["imports?dry_run=true&filename=a.xlsx", "import-previews?filename=a.xlsx"] {
        let body = house.upload("p072", &format!("/rounds/{round}/{path}"), bomb).await.refused(422, "content");
        assert_eq!(
            (body["errors"][0]["pointer"].as_str(), body["errors"][0]["code"].as_str()),
            (Some("/file"), Some("file-bomb"))
        );
    }
    house.get("p072", "/me").await.ok();
}
