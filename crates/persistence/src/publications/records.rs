//! What the records say of a publication: which tasks can be in it, the words its items begin with, its figures, and what may go out nowhere.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::chain::Digest;
use domain::ids::RoundId;
use domain::publication::guard::{GuardKind, Guarded};
use domain::publication::rules::PublicationRules;
use domain::publication::state::{Figures, HeadText, ItemText, ItemWords, Publication, PublicationKind};
use domain::publication::{MOST_ITEMS, NewItem};
use domain::rights;
use domain::task::state::{CompletionStatus, StatementReply, Task, TaskState};
use domain::task::text::{StatementText, TaskText};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::{Filter, narrowed, reader, visible};
use crate::schema::tasks;
use crate::statement::Statement;
use crate::tasks::{LoadedTask, bodies, names};
use crate::{counts, rounds};

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Tasks the filter finds that can be published: issued, not withdrawn, and no sensitive matter; one more than a publication holds.
pub(super) fn eligible(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
) -> Result<Vec<Uuid>, Error> {
    let query = Statement::default()
        .sql("SELECT t.id FROM tasks t WHERE t.sensitivity = 'open' AND t.state NOT IN ('draft', 'withdrawn') AND ");
    let query = narrowed(visible(query, round, &rights::scope(actor)), filter, &reader(actor, round));
    let rows: Vec<Id> = query.sql(format!(" ORDER BY t.ordinal, t.id LIMIT {}", MOST_ITEMS + 1)).rare().load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The words of the newest statement of a task that was not returned.
fn newest(task: &Task) -> Option<&Digest> {
    task.statements.iter().rev().find(|s| s.reply != StatementReply::Returned).map(|s| &s.digest)
}

fn day(on: NaiveDate) -> String {
    on.format("%Y年%-m月%-d日").to_string()
}

fn measures(text: &TaskText) -> String {
    match text.measures.as_slice() {
        [one] => one.text.clone(),
        all => {
            let numbered = all.iter().enumerate().map(|(i, m)| format!("{}. {}", i + 1, m.text));
            numbered.collect::<Vec<_>>().join("\n")
        }
    }
}

/// What has come of a task, in words: closed, or how far it is with its newest statement.
fn outcome(task: &Task, progress: Option<&str>) -> String {
    let status = task.completion_status();
    match (status, task.closed_on) {
        (CompletionStatus::Completed, Some(on)) => format!("已完成整改，{}销号。", day(on)),
        (CompletionStatus::Sustained, Some(on)) => format!("基本完成并长期坚持，{}销号。", day(on)),
        _ => match progress {
            Some(progress) => format!("{}。{progress}", status.label()),
            None => format!("{}。", status.label()),
        },
    }
}

/// What the newest statements say, by their digest.
fn said(conn: &mut PgConnection, all: &[LoadedTask]) -> Result<BTreeMap<Digest, String>, Error> {
    let wanted: Vec<Digest> = all.iter().filter_map(|l| newest(&l.task)).cloned().collect();
    let mut words = BTreeMap::new();
    for (digest, body) in bodies(conn, wanted)? {
        let text: StatementText = serde_json::from_str(&body)?;
        if let Some(progress) = text.progress {
            words.insert(digest, progress);
        }
    }
    Ok(words)
}

/// What the records say of a task, as an item says it.
fn words_of(loaded: &LoadedTask, said: &BTreeMap<Digest, String>) -> ItemText {
    let progress = newest(&loaded.task).and_then(|d| said.get(d)).map(String::as_str);
    ItemText {
        problem: loaded.text.title.clone(),
        measures: measures(&loaded.text),
        outcome: outcome(&loaded.task, progress),
    }
}

/// Items with the words of the records, so that nothing is typed twice.
pub(super) fn prefilled(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<NewItem>, Error> {
    let all = crate::tasks::find_many(conn, actor, round, ids, now)?;
    let said = said(conn, &all)?;
    let item = |l: &LoadedTask| NewItem {
        task: l.task.id,
        words: ItemWords { text: words_of(l, &said), exemptions: Vec::new() },
    };
    Ok(all.iter().map(item).collect())
}

/// The same words beside the tasks they are of, as they are now, for who compares.
pub(super) fn internal(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<(LoadedTask, ItemText)>, Error> {
    let all = crate::tasks::find_many(conn, actor, round, ids, now)?;
    let said = said(conn, &all)?;
    Ok(all
        .into_iter()
        .map(|l| {
            let text = words_of(&l, &said);
            (l, text)
        })
        .collect())
}

/// The words beside the items: when the inspection was, how the work is organised, where the reader turns to.
pub(super) fn head(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    kind: PublicationKind,
    rules: &PublicationRules,
    (from_on, to_on): (NaiveDate, NaiveDate),
) -> Result<HeadText, Error> {
    let row = rounds::find(conn, actor, round)?;
    let inspected = match (row.inspection_from_on, row.inspection_to_on) {
        (Some(from), Some(to)) => format!("{}至{}，", day(from), day(to)),
        _ => String::new(),
    };
    let told = row.feedback_on.map(|on| format!("{}反馈了意见。", day(on))).unwrap_or_default();
    let lead = match kind {
        PublicationKind::Progress => format!(
            "{inspected}对{}开展了巡视巡察，{told}现将截至{}的整改进展情况予以公布。",
            row.inspected_org,
            day(to_on)
        ),
        PublicationKind::Closures => format!(
            "根据巡视巡察整改工作安排，现将{}至{}审定销号的整改事项予以公示，接受干部群众监督。",
            day(from_on),
            day(to_on)
        ),
    };
    Ok(HeadText {
        // 某某整改整改进展情况通报 would say it twice.
        title: format!("{}{}", row.name.trim_end_matches("整改"), kind.label()).chars().take(100).collect(),
        lead,
        next: String::new(),
        contact: rules.contact.clone(),
    })
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    immediate: i64,
    #[diesel(sql_type = BigInt)]
    immediate_done: i64,
    #[diesel(sql_type = BigInt)]
    extensions: i64,
    #[diesel(sql_type = BigInt)]
    reopened: i64,
    #[diesel(sql_type = BigInt)]
    closed_in_period: i64,
    #[diesel(sql_type = BigInt)]
    meetings: i64,
    #[diesel(sql_type = BigInt)]
    checks: i64,
    #[diesel(sql_type = BigInt)]
    slips: i64,
}

/// The figures of the round as of now: those of the chain, and what was done around the tasks. A referral is no slip anybody may hear of.
pub(super) fn figures(
    conn: &mut PgConnection,
    publication: &Publication,
    now: DateTime<Utc>,
) -> Result<Figures, Error> {
    let round = publication.round;
    let chain = counts::count(conn, &Actor::System, round, &Filter::default())?;
    let counted: Counted = Statement::default()
        .sql(
            "SELECT count(*) FILTER (WHERE t.disposition = 'immediate') AS immediate, \
             count(*) FILTER (WHERE t.disposition = 'immediate' AND t.state IN ('observing', 'closed')) AS immediate_done, \
             count(*) FILTER (WHERE (t.snapshot->>'reopenings')::int > 0) AS reopened, \
             COALESCE(sum((SELECT count(*) FROM jsonb_array_elements(t.snapshot->'requests') r \
                WHERE r#>>'{request,kind}' = 'extension' AND r#>>'{request,state}' = 'granted')), 0)::bigint AS extensions, \
             count(*) FILTER (WHERE t.state IN ('observing', 'closed') AND t.closed_on BETWEEN ",
        )
        .bind::<Date, _>(publication.from_on)
        .sql(" AND ")
        .bind::<Date, _>(publication.to_on)
        .sql(") AS closed_in_period, (SELECT count(*) FROM meetings WHERE state = 'concluded' AND round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(") AS meetings, (SELECT count(*) FROM checks k WHERE k.snapshot->>'state' = 'finished' AND k.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(") AS checks, (SELECT count(*) FROM slips WHERE n IS NOT NULL AND level <> 'referral' AND round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(") AS slips FROM tasks t WHERE t.state <> 'withdrawn' AND t.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .get_result(conn)?;
    Ok(Figures {
        as_of: now,
        findings: chain.findings,
        tasks: chain.tasks,
        measures: chain.measures,
        completed: chain.completed,
        sustained: chain.sustained,
        in_progress: chain.in_progress,
        not_started: chain.not_started,
        immediate: counted.immediate,
        immediate_done: counted.immediate_done,
        meetings: counted.meetings,
        checks: counted.checks,
        slips: counted.slips,
        extensions: counted.extensions,
        reopened: counted.reopened,
        closed_in_period: counted.closed_in_period,
    })
}

#[derive(QueryableByName)]
struct Sensitive {
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = diesel::sql_types::Jsonb)]
    persons: serde_json::Value,
}

/// Words that may go out nowhere: the marked words of the round, and of its sensitive matters the words and the names of who is responsible.
pub(crate) fn guarded(
    conn: &mut PgConnection,
    round: RoundId,
    rules: &PublicationRules,
) -> Result<Vec<Guarded>, Error> {
    let marked = rules.marked_words.iter().map(|word| Guarded { kind: GuardKind::Marked, word: word.clone() });
    let mut all: Vec<Guarded> = marked.collect();
    let rows: Vec<Sensitive> = Statement::default()
        .sql(
            "SELECT r.body AS text, t.snapshot #> '{draft,parties,persons}' AS persons FROM tasks t \
             JOIN revisions r ON r.sha256 = t.snapshot #>> '{draft,text}' WHERE t.sensitivity <> 'open' AND t.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" ORDER BY t.ordinal, t.id")
        .load(conn)?;
    let mut people: Vec<Uuid> = Vec::new();
    for row in rows {
        let text: TaskText = serde_json::from_str(&row.text)?;
        people.extend(serde_json::from_value::<Vec<Uuid>>(row.persons)?);
        let words = std::iter::once(text.title)
            .chain(text.objective)
            .chain(text.measures.into_iter().map(|m| m.text))
            .chain(text.criteria.into_iter().map(|c| c.text));
        all.extend(words.map(|word| Guarded { kind: GuardKind::Matter, word }));
    }
    let named = names(conn, people)?;
    all.extend(named.into_values().map(|word| Guarded { kind: GuardKind::Person, word }));
    Ok(all)
}

/// Which of these tasks may not be published: sensitive ones, drafts and what was withdrawn.
pub(super) fn barred(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let out = [TaskState::Draft.as_str(), TaskState::Withdrawn.as_str()];
    Ok(tasks::table
        .filter(tasks::id.eq_any(ids))
        .filter(tasks::sensitivity.ne("open").or(tasks::state.eq_any(out)))
        .select(tasks::id)
        .load(conn)?)
}
