//! The list of slips: as its asker sees the page, some at a time, with the figures of the page at its end.

use std::path::Path;

use persistence::exports::Outcome;
use persistence::{Error, PgConnection};

use super::make::{Order, Progress, head, moment, sealed};
use crate::covers;
use crate::office::ListBook;
use crate::slips::{self, SlipFilter};
use domain::export::SlipEntry;

/// Slips that are read whole at a time.
const PAGE: usize = 200;

/// Writes all of it as of one moment.
pub(super) fn written(
    conn: &mut PgConnection,
    order: &Order,
    filter: SlipFilter,
    progress: &Progress,
    folder: &Path,
    file: &Path,
) -> Result<Outcome, Error> {
    let (origin, round) = (&order.origin, order.gathered.round);
    let mut left = slips::found(conn, origin, round, filter)?;
    let all = i64::try_from(left.len()).map_err(Error::internal)?;
    progress.expect(all);
    let mut book = ListBook::new(head(order, filter.said(&left), false), folder).map_err(Error::unwritten)?;
    // What is counted at the end, without its words.
    let mut counted: Vec<SlipEntry> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        if let Some(given_up) = progress.given_up() {
            return Ok(given_up);
        }
        let rest = left.split_off(left.len().min(PAGE));
        let page = std::mem::replace(&mut left, rest);
        for entry in slips::entries(conn, origin, page, &order.gathered.calendar)? {
            book.write(&[entry.row(counted.len() + 1)]).map_err(Error::unwritten)?;
            let SlipEntry { state, is_open, overdue, .. } = entry;
            counted.push(SlipEntry { state, is_open, overdue, ..SlipEntry::default() });
            progress.advance(1);
        }
    }
    let rows = i64::from(book.rows());
    let as_of = moment(origin.now);
    let words = format!("{}。数据截至 {as_of}{}", SlipEntry::totals(&counted), covers::sentence(conn)?);
    book.save(&words, file).map_err(Error::unwritten)?;
    let (size, sha256) = sealed(file).map_err(Error::unwritten)?;
    Ok(Outcome::Ready { size, sha256, rows, tasks: all })
}
