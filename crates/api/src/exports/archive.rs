//! Every finding's document (一问题一档案) in one archive, one after the other straight to the disk, with a catalogue of all of them.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use chrono::{DateTime, Datelike, Timelike, Utc};
use domain::calendar;
use domain::ids::FindingId;
use persistence::exports::Outcome;
use persistence::ledger::{self, Filter};
use persistence::{Error, PgConnection, counts};
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::make::{MOST_MERGED, Order, Progress, Totals, head, sealed};
use crate::covers;
use crate::documents::{ArchiveFile, FormTemplate};
use crate::ledger::LedgerQuery;
use crate::office::ListBook;

/// Tasks whose findings are looked up at a time.
const PAGE: i64 = 500;
/// What the catalogue is called in it.
const CATALOGUE: &str = "目录.xlsx";

/// The findings of which the asker sees a task, in the order of the ledger.
fn findings(conn: &mut PgConnection, order: &Order) -> Result<Vec<Uuid>, Error> {
    let sort = LedgerQuery::default().order().map_err(|p| Error::internal(p.code))?;
    let (mut all, mut seen, mut after) = (Vec::new(), BTreeSet::new(), None);
    loop {
        let (actor, round) = (&order.origin.actor, order.gathered.round);
        let places = ledger::list(conn, actor, round, &Filter::default(), sort, after, PAGE)?;
        after = places.last().map(|row| sort.after(row)).and_then(|text| sort.read_after(&text));
        let n = places.len();
        all.extend(places.into_iter().map(|place| place.finding_id).filter(|id| seen.insert(*id)));
        if n < usize::try_from(PAGE).unwrap_or(0) {
            return Ok(all);
        }
    }
}

/// The moment as an archive keeps it, Asia/Shanghai.
fn stamp(at: DateTime<Utc>) -> zip::DateTime {
    let (day, time) = (calendar::today(at), calendar::time_of_day(at));
    let part = |n: u32| u8::try_from(n).unwrap_or(0);
    let year = u16::try_from(day.year()).unwrap_or(1980);
    let (month, date) = (part(day.month()), part(day.day()));
    zip::DateTime::from_date_and_time(year, month, date, part(time.hour()), part(time.minute()), part(time.second()))
        .unwrap_or_default()
}

/// A name as every system can keep it, and none twice.
fn named(title: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let stem: String = title.chars().map(safe).collect();
    let mut name = format!("{stem}.docx");
    let mut n = 1;
    while !taken.insert(name.clone()) {
        n += 1;
        name = format!("{stem}（{n}）.docx");
    }
    name
}

/// Writes all of it as of one moment; one document is in memory at a time.
pub(super) fn written(
    conn: &mut PgConnection,
    order: &Order,
    template: &FormTemplate,
    progress: &Progress,
    folder: &Path,
    file: &Path,
) -> Result<Outcome, Error> {
    let catalogue = folder.join(format!("{}-catalogue.xlsx", order.id));
    let outcome = packed(conn, order, template, progress, folder, (file, &catalogue));
    let _ = std::fs::remove_file(&catalogue);
    outcome
}

fn packed(
    conn: &mut PgConnection,
    order: &Order,
    template: &FormTemplate,
    progress: &Progress,
    folder: &Path,
    (file, catalogue): (&Path, &Path),
) -> Result<Outcome, Error> {
    let (origin, gathered) = (&order.origin, &order.gathered);
    let counts = counts::recount(conn, &origin.actor, gathered.round, &Filter::default())?;
    progress.expect(counts.tasks);
    let head = head(order, Vec::new(), counts.tasks <= MOST_MERGED);
    let mut book = ListBook::new(head, folder).map_err(Error::unwritten)?;
    let mut archive = ZipWriter::new(File::create(file).map_err(Error::unwritten)?);
    // What goes in is packed already.
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(stamp(origin.now))
        .large_file(false);
    let mut totals = Totals::default();
    let mut taken = BTreeSet::from([CATALOGUE.to_owned()]);
    for finding in findings(conn, order)? {
        if let Some(given_up) = progress.given_up() {
            return Ok(given_up);
        }
        let made = match ArchiveFile::of(conn, origin, FindingId(finding), template, &gathered.calendar) {
            Ok(made) => made,
            // Everything in it was withdrawn.
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let name = named(&made.title, &mut taken);
        archive.start_file(name.as_str(), options).map_err(Error::unwritten)?;
        std::io::Write::write_all(&mut archive, &made.bytes).map_err(Error::unwritten)?;
        let n = made.lines.len();
        let mut rows = Vec::with_capacity(n);
        for mut line in made.lines {
            line.finding.file.clone_from(&name);
            totals.take(&line);
            rows.extend(line.rows(gathered.kind, totals.lines));
        }
        book.write(&rows).map_err(Error::unwritten)?;
        progress.advance(n);
    }
    let rows = i64::from(book.rows());
    let words = totals.words(gathered.kind, &counts, origin.now)? + &covers::sentence(conn)?;
    book.save(&words, catalogue).map_err(Error::unwritten)?;
    archive.start_file(CATALOGUE, options).map_err(Error::unwritten)?;
    let mut source = File::open(catalogue).map_err(Error::unwritten)?;
    std::io::copy(&mut source, &mut archive).map_err(Error::unwritten)?;
    archive.finish().map_err(Error::unwritten)?;
    let (size, sha256) = sealed(file).map_err(Error::unwritten)?;
    Ok(Outcome::Ready { size, sha256, rows, tasks: counts.tasks })
}
