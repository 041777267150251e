//! Whether a finding is one unit's matter or that of many (docs/domain.md §41): proposed from what the records know, decided by the office of its round.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::cause::{self, FindingScope, ScopeFacts, ScopeProposal};
use domain::ids::FindingId;
use domain::recurrence::Verdict;
use domain::rights;
use domain::task::context::Decision;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::recurrence::{Known, own};
use crate::schema::{accounts, finding_links, finding_scopes, findings};

/// What was decided.
#[derive(Clone, Debug)]
pub struct Decided {
    pub scope: FindingScope,
    pub proposed: FindingScope,
    /// What the proposal rested on then.
    pub grounds: Vec<String>,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// The kind of a finding as its reader sees it.
#[derive(Clone, Debug)]
pub struct Scoped {
    pub proposal: ScopeProposal,
    pub decided: Option<Decided>,
    pub may_decide: bool,
}

#[derive(QueryableByName)]
struct Judged {
    #[diesel(sql_type = Text)]
    basis: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    units: Vec<Uuid>,
}

/// What the records of its round know of a finding.
fn facts(conn: &mut PgConnection, finding: &Known) -> Result<ScopeFacts, Error> {
    let id = finding.id.0;
    let n_common: i64 = finding_links::table
        .filter(finding_links::verdict.eq(Verdict::Common.as_str()))
        .filter(finding_links::finding_id.eq(id).or(finding_links::other_id.eq(id)))
        .count()
        .get_result(conn)?;
    let rules = cause::rules_of(&finding.basis);
    let mut others: BTreeMap<String, BTreeSet<Uuid>> =
        rules.iter().map(|rule| (rule.clone(), BTreeSet::new())).collect();
    if !rules.is_empty() {
        let judged: Vec<Judged> = diesel::sql_query(
            "SELECT f.basis, array_agg(DISTINCT t.lead_unit_id) AS units FROM findings f \
             JOIN tasks t ON t.finding_id = f.id AND t.state <> 'withdrawn' AND t.lead_unit_id IS NOT NULL \
             WHERE f.round_id = $1 AND f.id <> $2 AND f.basis LIKE '%《%' GROUP BY f.id, f.basis",
        )
        .bind::<SqlUuid, _>(finding.round.0)
        .bind::<SqlUuid, _>(id)
        .load(conn)?;
        for row in judged {
            for rule in cause::rules_of(&row.basis) {
                if let Some(units) = others.get_mut(&rule) {
                    units.extend(row.units.iter().filter(|unit| !finding.units.contains_key(*unit)));
                }
            }
        }
    }
    Ok(ScopeFacts {
        body: finding.body.clone(),
        rules,
        n_common: usize::try_from(n_common).unwrap_or(0),
        others: others.into_iter().map(|(rule, units)| (rule, units.len())).collect(),
    })
}

fn kept(conn: &mut PgConnection, id: FindingId) -> Result<Option<Decided>, Error> {
    type Row = (String, String, Vec<Option<String>>, String, String, DateTime<Utc>);
    let row: Option<Row> = finding_scopes::table
        .inner_join(accounts::table)
        .filter(finding_scopes::finding_id.eq(id.0))
        .select((
            finding_scopes::scope,
            finding_scopes::proposed,
            finding_scopes::grounds,
            finding_scopes::reason,
            accounts::display_name,
            finding_scopes::decided_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(scope, proposed, grounds, reason, by, at)| {
        let grounds = grounds.into_iter().flatten().collect();
        let (scope, proposed) = (FindingScope::parse(&scope)?, FindingScope::parse(&proposed)?);
        Some(Decided { scope, proposed, grounds, reason, by, at })
    }))
}

/// What is proposed as the kind of a finding and what was decided, for who sees its whole round.
///
/// Errors: `NotFound` for a finding he does not see or may not read.
pub fn look(conn: &mut PgConnection, actor: &Actor, id: FindingId) -> Result<Scoped, Error> {
    let finding = own(conn, actor, id)?;
    Ok(Scoped {
        proposal: cause::propose(&facts(conn, &finding)?),
        decided: kept(conn, id)?,
        may_decide: rights::permit_office(actor, finding.round).is_ok(),
    })
}

/// Decides the kind; a later decision takes the place of an earlier one, and both are on the record with what was proposed then.
///
/// Errors: `NotFound` as for `look`, `not-allowed`, content (`domain::cause::decided`), `nothing-changed`.
pub fn decide(
    conn: &mut PgConnection,
    origin: &Origin,
    id: FindingId,
    scope: FindingScope,
    reason: &str,
) -> Result<(), Error> {
    let finding = own(conn, &origin.actor, id)?;
    rights::permit_office(&origin.actor, finding.round)?;
    let account = origin.account().ok_or(Error::NotFound)?;
    findings::table.find(id.0).select(findings::id).for_no_key_update().first::<Uuid>(conn)?;
    let proposal = cause::propose(&facts(conn, &finding)?);
    let reason = cause::decided(scope, reason, proposal.scope)?;
    let before = kept(conn, id)?;
    if before.is_some_and(|b| b.scope == scope && b.reason == reason) {
        return Err(domain::refusal::Refusal::conflict("nothing-changed").into());
    }
    let last_seq: i64 =
        finding_scopes::table.find(id.0).select(finding_scopes::seq).first(conn).optional()?.unwrap_or(0);
    let mut decision = Decision::<()>::default();
    let payload = json!({
        "scope": scope, "proposed": proposal.scope, "grounds": decision.words(&proposal.reasons.join("；")),
        "reason": decision.words(&reason),
    });
    let stream = Stream { kind: "finding", id: id.0, round: Some(finding.round) };
    let seq = last_seq + 1;
    let said = [("finding.scope_decided", payload)];
    events::keep(conn, origin, stream, last_seq, &decision.revisions, said.into_iter(), seq)?;
    let row = (
        finding_scopes::scope.eq(scope.as_str()),
        finding_scopes::proposed.eq(proposal.scope.as_str()),
        finding_scopes::grounds.eq(proposal.reasons),
        finding_scopes::reason.eq(reason),
        finding_scopes::account_id.eq(account.0),
        finding_scopes::decided_at.eq(origin.now),
        finding_scopes::seq.eq(seq),
    );
    if last_seq == 0 {
        diesel::insert_into(finding_scopes::table).values((finding_scopes::finding_id.eq(id.0), row)).execute(conn)?;
    } else {
        diesel::update(finding_scopes::table.find(id.0)).set(row).execute(conn)?;
    }
    diesel::update(findings::table.find(id.0)).set(findings::scope.eq(scope.as_str())).execute(conn)?;
    Ok(())
}
