//! The slips of a round as a list that is handed on (督办台账): what of them the caller sees, in the order of the page (docs/domain.md §25, §29).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendar::{self, Calendar};
use domain::export::SlipEntry;
use domain::ids::RoundId;
use domain::slip;
use domain::slip::ladder::SlipLevel;
use domain::slip::state::SlipState;
use persistence::slips::{self, SlipLine};
use persistence::{Error, Origin, PgConnection};

use super::view::{SlipView, whole};

/// How the page narrows its list.
#[derive(Clone, Copy, Default)]
pub(crate) struct SlipFilter {
    level: Option<SlipLevel>,
    state: Option<SlipState>,
}

impl SlipFilter {
    /// From parameters by their names; none where one is not understood.
    pub(crate) fn from_words(words: &BTreeMap<String, String>) -> Option<Self> {
        let mut filter = Self::default();
        for (name, word) in words {
            match name.as_str() {
                "level" => filter.level = Some(SlipLevel::parse(word)?),
                "state" => filter.state = Some(SlipState::parse(word)?),
                _ => return None,
            }
        }
        Some(filter)
    }

    fn finds(&self, line: &SlipLine) -> bool {
        self.level.is_none_or(|level| line.slip.shape.level == level)
            && self.state.is_none_or(|state| line.slip.state == state)
    }

    /// In words; a level is called as the round calls it.
    pub(crate) fn said(&self, found: &[SlipLine]) -> Vec<String> {
        let name = |level: SlipLevel| match found.first() {
            Some(line) => slip::level_name(level, &line.facts.policy).to_owned(),
            None => level.label().to_owned(),
        };
        let level = self.level.map(|level| format!("督办等级：{}", name(level)));
        level.into_iter().chain(self.state.map(|state| format!("状态：{}", state.label()))).collect()
    }
}

/// The order of the page: what is overdue first, then what is open by its day, then the rest as they come.
pub(super) fn put_in_order(lines: &mut [SlipLine], today: NaiveDate) {
    lines.sort_by_key(|line| {
        let slip = &line.slip;
        let due_on = slip.due_on.or(slip.shape.due_on);
        (!slip.is_overdue(today), !slip.is_open(), due_on.filter(|_| slip.is_open()))
    });
}

/// The slips of a round that the caller sees and the filter finds, in the order of the page.
pub(crate) fn found(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    filter: SlipFilter,
) -> Result<Vec<SlipLine>, Error> {
    let mut lines = slips::list(conn, &origin.actor, round, origin.now)?;
    lines.retain(|line| filter.finds(line));
    put_in_order(&mut lines, calendar::today(origin.now));
    Ok(lines)
}

/// What the list says of slips the caller was shown, in the same order.
pub(crate) fn entries(
    conn: &mut PgConnection,
    origin: &Origin,
    lines: Vec<SlipLine>,
    calendar: &Calendar,
) -> Result<Vec<SlipEntry>, Error> {
    let loaded = slips::read_all(conn, lines)?;
    // The list names no files.
    Ok(loaded.iter().map(|slip| entry(whole(slip, Vec::new(), origin, calendar))).collect())
}

fn entry(view: SlipView) -> SlipEntry {
    let (issued_by, answer, review) = (view.signer(), view.answered(), view.reviewed());
    let names = view.supporting.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>();
    let supporting = names.join("、");
    let line = view.line;
    let (received_by, received_at) = view.receipt.map(|r| (r.by.name, r.at)).unzip();
    SlipEntry {
        id: line.id,
        number: line.number.unwrap_or_default(),
        level: line.level_label,
        urgency: line.urgency_label,
        matter: line.title,
        basis: view.basis,
        task: line.task.map(|task| task.number).unwrap_or_default(),
        gap: view.gap,
        asked: view.asked,
        due_on: line.due_on,
        unit: line.unit.name,
        supporting,
        issued_by: if line.issued_at.is_some() { issued_by } else { String::new() },
        issued_on: line.issued_at.map(calendar::today),
        received_by: received_by.unwrap_or_default(),
        received_at: received_at.map(|at| calendar::today(at).and_time(calendar::time_of_day(at))),
        answer,
        review,
        state: line.state_label,
        is_open: line.is_open,
        overdue: line.is_overdue.then(|| line.working_days_left.map_or(0, |left| -left)),
    }
}
