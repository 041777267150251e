//! What a handover, what somebody still holds and who has left look like to a reader.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar;
use domain::handover::Held;
use domain::handover::state::{Handover, HandoverState, HeldKind, Part, Signature};
use domain::ids::HandoverId;
use persistence::handovers::{self, Leaver, Loaded, Sight};
use persistence::{Origin, PgConnection};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::task_view::Named;

/// Something a person is named by.
#[derive(Serialize, ToSchema)]
pub struct HeldThing {
    #[schema(inline)]
    pub kind: HeldKind,
    pub kind_label: String,
    /// The thing itself, such as the task; none of what is only counted.
    pub id: Option<Uuid>,
    pub number: String,
    /// What stands in its place where the reader may not read it.
    pub title: String,
    /// As what it names him.
    pub parts: Vec<String>,
    pub state: String,
    pub due_on: Option<NaiveDate>,
    /// Whether a handover moves it.
    pub moves: bool,
    /// Who settles what no handover moves.
    pub advice: Option<String>,
    /// Whether the caller may put it on a list.
    pub may_list: bool,
}

/// What somebody still holds.
#[derive(Serialize, ToSchema)]
pub struct HeldList {
    pub person: Named,
    pub unit: Named,
    /// Whether the caller may draw a list up.
    pub may_prepare: bool,
    pub items: Vec<HeldThing>,
}

fn labels(parts: &[Part]) -> Vec<String> {
    parts.iter().map(|part| part.label().to_owned()).collect()
}

/// One thing somebody holds, as its reader sees it.
pub fn held_view(held: &Held, actor: &Actor, sight: &Sight) -> HeldThing {
    let has_title = matches!(held.kind, HeldKind::Task | HeldKind::Resolution);
    let reads = has_title && sight.reads(actor, held.kind, held.id);
    let kept = if has_title { sight.kept(held.kind, held.id) } else { "" };
    let advice: Vec<&str> = held.parts.iter().filter_map(|part| part.advice()).collect();
    HeldThing {
        kind: held.kind,
        kind_label: held.kind.label().to_owned(),
        id: has_title.then_some(held.id),
        number: held.number.clone(),
        title: if reads { held.title.clone() } else { kept.to_owned() },
        parts: labels(&held.parts),
        state: held.state.clone(),
        due_on: held.due_on,
        moves: held.moves(),
        advice: (!advice.is_empty()).then(|| advice.join("；")),
        may_list: held.moves() && sight.may_list(actor, held.kind, held.id, held.round),
    }
}

/// Somebody whose post ended while he still answers for something.
#[derive(Serialize, ToSchema)]
pub struct LeaverView {
    pub person: Named,
    pub unit: Named,
    pub ended_on: NaiveDate,
    /// Tasks and resolutions.
    pub n: i64,
    /// Whether a list of his is being signed.
    pub is_listed: bool,
}

/// Who left and still answers for something, as far as the caller looks after it.
#[derive(Serialize, ToSchema)]
pub struct LeaverList {
    pub items: Vec<LeaverView>,
    pub n_persons: usize,
    pub n_items: i64,
    /// The warning in words; none where there is nothing to warn of.
    #[schema(example = "2人职务已终止，仍负责5件事项")]
    pub warning: Option<String>,
}

/// Those who left, with the warning.
pub fn leaver_list(leavers: Vec<Leaver>) -> LeaverList {
    let persons: std::collections::BTreeSet<Uuid> = leavers.iter().map(|l| l.person.0).collect();
    let n_items: i64 = leavers.iter().map(|l| l.n).sum();
    let n_persons = persons.len();
    let items = leavers.into_iter().map(|l| LeaverView {
        person: Named { id: l.person.0, name: l.name },
        unit: Named { id: l.unit.unit().map(|u| u.0).unwrap_or_default(), name: l.unit_name },
        ended_on: l.ended_on,
        n: l.n,
        is_listed: l.is_listed,
    });
    LeaverList {
        items: items.collect(),
        n_persons,
        n_items,
        warning: (n_persons > 0).then(|| format!("{n_persons}人职务已终止，仍负责{n_items}件事项")),
    }
}

/// What a list of handovers says of one.
#[derive(Serialize, ToSchema)]
pub struct HandoverLine {
    pub id: Uuid,
    pub from: Named,
    pub to: Named,
    pub unit: Named,
    pub on: NaiveDate,
    #[schema(inline)]
    pub state: HandoverState,
    pub state_label: String,
    pub n_items: usize,
    pub prepared_at: DateTime<Utc>,
    /// Whether it waits for a signature.
    pub is_open: bool,
    /// Whether it waits for the caller's own.
    pub waits_for_me: bool,
}

/// Handovers the caller sees, newest first.
#[derive(Serialize, ToSchema)]
pub struct HandoverList {
    pub items: Vec<HandoverLine>,
}

fn named(id: Uuid, names: &BTreeMap<Uuid, String>) -> Named {
    Named { id, name: names.get(&id).cloned().unwrap_or_default() }
}

/// A line of the list.
pub fn line(handover: &Handover, names: &BTreeMap<Uuid, String>, actor: &Actor) -> HandoverLine {
    let own = actor.person().and_then(|p| p.person);
    HandoverLine {
        id: handover.id.0,
        from: named(handover.from.0, names),
        to: named(handover.to.0, names),
        unit: named(handover.unit.0, names),
        on: handover.on,
        state: handover.state,
        state_label: handover.state.label().to_owned(),
        n_items: handover.items.len(),
        prepared_at: handover.prepared_at,
        is_open: handover.is_open(),
        waits_for_me: own.is_some() && handover.waits_for() == own,
    }
}

/// One thing on a list.
#[derive(Serialize, ToSchema)]
pub struct HandoverItemView {
    #[schema(inline)]
    pub kind: HeldKind,
    pub kind_label: String,
    pub id: Uuid,
    pub number: String,
    pub title: String,
    /// As what it names him.
    pub parts: Vec<String>,
    /// As it stood when the list was last written down.
    pub state: String,
    pub due_on: Option<NaiveDate>,
    /// What it is now, where that is something else.
    pub now: Option<String>,
    /// Whether who leaves does not hold it any more, so that it is not handed over.
    pub is_gone: bool,
}

/// A signature on a list.
#[derive(Serialize, ToSchema)]
pub struct HandoverSignatureView {
    pub person: Named,
    pub mode_label: String,
    pub at: DateTime<Utc>,
    pub signed_on: NaiveDate,
    /// SHA-256 of what was signed.
    pub content_hash: String,
    pub recorded_by: Option<String>,
    pub confirmed_by: Option<String>,
    /// SHA-256 of the scan.
    pub scan: Option<String>,
}

/// An act that is open.
#[derive(Serialize, ToSchema)]
pub struct HandoverActionView {
    /// Stable code.
    pub action: String,
    pub label: String,
}

/// A file that came with it.
#[derive(Serialize, ToSchema)]
pub struct HandoverFileView {
    pub id: Uuid,
    pub filename: String,
    /// Of the file, hex.
    pub sha256: String,
}

/// A handover whole.
#[derive(Serialize, ToSchema)]
pub struct HandoverView {
    pub id: Uuid,
    pub version: i64,
    pub from: Named,
    pub to: Named,
    pub unit: Named,
    pub on: NaiveDate,
    /// The document it rests on.
    pub basis: String,
    #[schema(inline)]
    pub state: HandoverState,
    pub state_label: String,
    pub prepared_by: String,
    pub prepared_at: DateTime<Utc>,
    pub items: Vec<HandoverItemView>,
    /// How many are no longer as they were written down.
    pub n_changed: usize,
    /// SHA-256 of what is to be signed now; whoever signs names it. None when it is over.
    pub content_hash: Option<String>,
    pub given: Option<HandoverSignatureView>,
    /// From paper, waiting for the second officer.
    pub pending: Option<HandoverSignatureView>,
    pub taken: Option<HandoverSignatureView>,
    /// Why it was withdrawn, or the last paper not confirmed.
    pub reason: Option<String>,
    pub open_actions: Vec<HandoverActionView>,
    pub files: Vec<HandoverFileView>,
}

fn signature(of: &Signature, names: &BTreeMap<Uuid, String>) -> HandoverSignatureView {
    let called = |id: Option<domain::ids::AccountId>| id.map(|a| names.get(&a.0).cloned().unwrap_or_default());
    HandoverSignatureView {
        person: named(of.person.0, names),
        mode_label: of.mode.label().to_owned(),
        at: of.at,
        signed_on: of.signed_on,
        content_hash: of.content.as_str().to_owned(),
        recorded_by: called(of.recorded_by),
        confirmed_by: called(of.confirmed_by),
        scan: of.document.as_ref().map(|d| d.scan.clone()),
    }
}

fn now_of(held: &Held, before_state: &str, before_due: Option<NaiveDate>) -> String {
    let mut said = Vec::new();
    if held.state != before_state {
        said.push(held.state.clone());
    }
    if held.due_on != before_due {
        said.push(held.due_on.map_or_else(|| "无时限".to_owned(), |on| format!("时限 {on}")));
    }
    if said.is_empty() { "内容有更新".to_owned() } else { said.join("，") }
}

fn view(loaded: &Loaded, sight: &Sight, origin: &Origin, files: Vec<HandoverFileView>) -> HandoverView {
    let of = &loaded.handover;
    let names = &loaded.names;
    let changed = if of.is_open() { handovers::changed(loaded) } else { Vec::new() };
    let items: Vec<HandoverItemView> = of
        .items
        .iter()
        .map(|item| {
            let change = changed.iter().find(|(before, _)| before.is(item));
            let reads = sight.reads(&origin.actor, item.kind, item.id);
            let title = loaded.words.get(&item.title).cloned().unwrap_or_default();
            HandoverItemView {
                kind: item.kind,
                kind_label: item.kind.label().to_owned(),
                id: item.id,
                number: item.number.clone(),
                title: if reads { title } else { sight.kept(item.kind, item.id).to_owned() },
                parts: labels(&item.parts),
                state: item.state.clone(),
                due_on: item.due_on,
                now: change.and_then(|(_, held)| held.as_ref()).map(|held| now_of(held, &item.state, item.due_on)),
                is_gone: change.is_some_and(|(_, held)| held.is_none()),
            }
        })
        .collect();
    HandoverView {
        id: of.id.0,
        version: of.version,
        from: named(of.from.0, names),
        to: named(of.to.0, names),
        unit: named(of.unit.0, names),
        on: of.on,
        basis: loaded.words.get(&of.basis).cloned().unwrap_or_default(),
        state: of.state,
        state_label: of.state.label().to_owned(),
        prepared_by: names.get(&of.prepared_by.0).cloned().unwrap_or_default(),
        prepared_at: of.prepared_at,
        n_changed: changed.len(),
        items,
        content_hash: of.is_open().then(|| domain::handover::content(of, &loaded.facts.now).as_str().to_owned()),
        given: of.given.as_ref().map(|s| signature(s, names)),
        pending: of.pending.as_ref().map(|s| signature(s, names)),
        taken: of.taken.as_ref().map(|s| signature(s, names)),
        reason: of.reason.as_ref().and_then(|d| loaded.words.get(d).cloned()),
        open_actions: loaded
            .open_actions(&origin.actor, origin.now)
            .into_iter()
            .map(|a| HandoverActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
            .collect(),
        files,
    }
}

/// A handover as the caller sees it.
pub fn load(conn: &mut PgConnection, origin: &Origin, id: HandoverId) -> Result<HandoverView, persistence::Error> {
    let (loaded, sight) = handovers::find(conn, &origin.actor, id)?;
    let files = persistence::blobs::of_subject(conn, persistence::blobs::Subject::Handover(id.0))?;
    let files =
        files.into_iter().map(|f| HandoverFileView { id: f.id, filename: f.filename, sha256: f.blob_sha256 }).collect();
    Ok(view(&loaded, &sight, origin, files))
}

/// What waits for the caller's own signature, as lines of his list.
pub(crate) fn todo(
    conn: &mut PgConnection,
    actor: &Actor,
    calendar: &domain::calendar::Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<crate::todo::TodoItem>, persistence::Error> {
    let (waiting, names) = handovers::waiting(conn, actor)?;
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let item = |of: &Handover| {
        let (action, what, verb, since) = match &of.given {
            None => ("give_handover", "签字移交交接清单", "签字", of.prepared_at),
            Some(given) => ("take_handover", "签收交接清单", "签收", given.at),
        };
        let waited = calendar.working_days_between(calendar::today(since), calendar::today(now));
        crate::todo::TodoItem {
            action: action.to_owned(),
            what: what.to_owned(),
            verb: verb.to_owned(),
            context: format!("{}移交{}，{} 项", name(of.from.0), name(of.to.0), of.items.len()),
            version: Some(of.version),
            since: Some(since),
            from: Some("职务交接".to_owned()),
            group: crate::todo::group_of(None, now).to_owned(),
            working_days_waited: Some(waited),
            count: 1,
            handover_id: Some(of.id.0),
            ..crate::todo::TodoItem::default()
        }
    };
    Ok(waiting.iter().map(item).collect())
}
