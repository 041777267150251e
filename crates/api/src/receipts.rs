//! Receipts (docs/domain.md §33): the header every accepted write is answered with, and the proof that what it names is in the signed tree.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use domain::account;
use domain::ids::TaskId;
use domain::transparency::hex;
use domain::transparency::note::note;
use persistence::transparency::{self, receipts::Receipt};
use persistence::{Error, events, tasks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// Name of the header.
pub const HEADER: &str = "audit-receipt";

/// Most streams one header names: proxies bound what a head may be.
const MOST: usize = 8;

/// The header's value, a list of RFC 9651: each stream with the last event the write added to it. `more` counts the streams that are not named.
pub fn header(written: &[Receipt]) -> Option<String> {
    let items = written
        .iter()
        .take(MOST)
        .map(|r| format!("\"{}/{}\";seq={};hash=\"{}:{}\"", r.stream_kind, r.stream_id, r.seq, r.alg, r.hash));
    let mut value = items.collect::<Vec<_>>().join(", ");
    if written.len() > MOST {
        value += &format!(";more={}", written.len() - MOST);
    }
    (!value.is_empty()).then_some(value)
}

/// Which event.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// Kind and id of its stream, as the receipt says them.
    #[param(example = "task/01890000-0000-7000-8000-000000000001")]
    pub stream: String,
    #[param(example = 7)]
    pub seq: i64,
}

/// An event's place in the verifiable ledger.
#[derive(Serialize, ToSchema)]
pub struct ProofView {
    pub stream: String,
    pub seq: i64,
    /// Algorithm of every hash here.
    #[schema(example = "sha256")]
    pub alg: String,
    /// The event's hash, as the receipt said it.
    pub hash: String,
    /// None until a checkpoint covers it, which takes seconds.
    pub sealed: Option<SealedView>,
}

/// What shows that an event is in the tree.
#[derive(Serialize, ToSchema)]
pub struct SealedView {
    /// Place in the one order of all events, from 1; the leaf's index is one less.
    pub position: u64,
    /// The leaf the event is, hex.
    pub leaf: String,
    /// From the leaf's sibling up (RFC 6962 §2.1.1), hex.
    pub proof: Vec<String>,
    /// Leaves under the checkpoint.
    pub size: u64,
    /// The checkpoint as a signed note (c2sp.org/tlog-checkpoint).
    pub checkpoint: String,
    /// Whether the signer has signed it.
    pub is_signed: bool,
}

/// Prove that an event is in the signed tree; for whoever sees its task, else for the auditor.
#[utoipa::path(tag = "accounts", params(ProofQuery), responses((status = 200, body = ProofView)))]
#[get("/audit/proof")]
pub async fn get_proof(caller: Caller, app: Data<App>, query: Params<ProofQuery>) -> Result<HttpResponse, Problem> {
    let ProofQuery { stream, seq } = query.0;
    let parts = stream.split_once('/').and_then(|(kind, id)| Some((kind.to_owned(), id.parse::<Uuid>().ok()?)));
    let (kind, id) = parts.ok_or_else(|| Problem::field("/stream", "wrong-type"))?;
    let origin = caller.origin.clone();
    let view = app
        .db
        .read(&caller.origin.actor, move |conn| {
            if account::permit_audit(&origin.actor).is_err() {
                // Whoever neither audits nor sees the task learns nothing, not even that there is one.
                if kind != "task" {
                    return Err(Error::NotFound);
                }
                tasks::find(conn, &origin.actor, TaskId(id), origin.now)?;
            }
            let event = events::between(conn, &kind, id, seq.saturating_sub(1), seq)?.pop().ok_or(Error::NotFound)?;
            let sealed = transparency::inclusion(conn, &kind, id, seq)?.map(|found| SealedView {
                position: found.position,
                leaf: hex(&found.leaf),
                proof: found.proof.iter().map(hex).collect(),
                size: found.checkpoint.size,
                checkpoint: note(&found.checkpoint.text, &found.checkpoint.lines),
                is_signed: !found.checkpoint.lines.is_empty(),
            });
            Ok(ProofView { stream: format!("{kind}/{id}"), seq, alg: event.alg, hash: event.hash, sealed })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_names_eight_streams_and_counts_the_rest() {
        let written: Vec<Receipt> = (1..=10)
            .map(|n| Receipt {
                stream_kind: "task",
                stream_id: Uuid::from_u128(n),
                seq: 3,
                alg: "sha256",
                hash: "ab".repeat(32),
            })
            .collect();
        assert_eq!(header(&[]), None);
        let one = header(&written[..1]).unwrap();
        assert_eq!(
            one,
            format!("\"task/00000000-0000-0000-0000-000000000001\";seq=3;hash=\"sha256:{}\"", "ab".repeat(32))
        );
        let many = header(&written).unwrap();
        assert_eq!(many.matches("task/").count(), 8);
        assert!(many.ends_with(";more=2") && many.len() < 2048);
    }
}
