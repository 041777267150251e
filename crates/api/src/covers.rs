//! What is handed on says what the ledger behind it was (docs/domain.md §33): how many events, which root. Here that is written, and here it is asked
//! whether it was this ledger, and shown.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::account::permit_audit;
use domain::calendar;
use domain::transparency::note::{Checkpoint, note};
use domain::transparency::tree::Hash;
use domain::transparency::{from_hex, hex};
use persistence::transparency::{self, Covered};
use persistence::{Error, PgConnection};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::config::Config;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::serve::Opened;

/// The names a template has for it: the checkpoint's text, which is drawn as a code, and a line for people.
pub(crate) const NAMES: [&str; 2] = ["核验码", "核验说明"];
/// So much of the root stands in the line; all of it is in the code.
const SHORT: usize = 12;

/// The newest checkpoint at this moment; none before the first event is under one.
fn newest(conn: &mut PgConnection) -> Result<Option<Checkpoint>, Error> {
    let newest = transparency::newest(conn)?.filter(|kept| kept.size > 0);
    Ok(newest.and_then(|kept| Checkpoint::parse(&kept.text)))
}

/// What a document made at this moment says of it, by the names of templates; empty before the first checkpoint.
pub(crate) fn names(conn: &mut PgConnection, at: DateTime<Utc>) -> Result<[(String, Value); 2], Error> {
    let (code, line) = newest(conn)?.map_or_else(Default::default, |head| {
        let root: String = STANDARD.encode(head.root).chars().take(SHORT).collect();
        let moment = format!("{} {}", calendar::today(at), calendar::time_of_day(at).format("%H:%M"));
        (head.text(), format!("台账总序 {} · 根 {root}… · 生成时间 {moment}", head.size))
    });
    let [first, second] = NAMES.map(str::to_owned);
    Ok([(first, code.into()), (second, line.into())])
}

/// The same at the end of a list, root and all; nothing before the first checkpoint.
pub(crate) fn sentence(conn: &mut PgConnection) -> Result<String, Error> {
    let said = |head: Checkpoint| format!("。事件封存至第 {} 件，根 {}", head.size, STANDARD.encode(head.root));
    Ok(newest(conn)?.map_or_else(String::new, said))
}

/// A root as a code has it (base64) or as hex.
fn root(text: &str) -> Option<Hash> {
    let text = text.trim();
    from_hex(&text.to_ascii_lowercase()).or_else(|| STANDARD.decode(text).ok()?.try_into().ok())
}

/// What a document says of the ledger.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CoversQuery {
    /// How many events.
    #[param(example = 1289)]
    pub size: u64,
    /// The root, 44 characters of base64 as in the code, or 64 hex digits.
    #[param(example = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    pub root: String,
}

/// Whether a document's ledger was this one, and what shows it.
#[derive(Serialize, ToSchema)]
pub struct CoversView {
    /// Whether the ledger of the checkpoint begins with exactly these events.
    pub is_covered: bool,
    #[schema(example = 1289)]
    pub size: u64,
    /// The checkpoint it was held against, as a note (c2sp.org/tlog-checkpoint).
    pub checkpoint: String,
    /// Whether the signer has signed it.
    pub is_signed: bool,
    /// That the checkpoint's tree begins with the document's (RFC 6962 §2.1.2), hex; empty where they are the same, and where it is not covered.
    pub proof: Vec<String>,
}

/// Ask whether the size and root at the foot of a document are those of this ledger, with the proof of consistency up to the newest signed checkpoint; for the auditor.
#[utoipa::path(tag = "accounts", params(CoversQuery), responses((status = 200, body = CoversView)))]
#[get("/audit/covers")]
pub async fn get_covers(caller: Caller, app: Data<App>, query: Params<CoversQuery>) -> Result<HttpResponse, Problem> {
    permit_audit(caller.actor())?;
    let CoversQuery { size, root: text } = query.0;
    let root = root(&text).ok_or_else(|| Problem::field("/root", "wrong-type"))?;
    let found = app.db.read(&caller.origin.actor, move |conn| transparency::covers(conn, size, &root)).await?;
    let Covered { is_covered, checkpoint, proof } = found;
    Ok(HttpResponse::Ok().json(CoversView {
        is_covered,
        size,
        is_signed: !checkpoint.lines.is_empty(),
        checkpoint: note(&checkpoint.text, &checkpoint.lines),
        proof: proof.iter().map(hex).collect(),
    }))
}

/// The same as an operator asks for it.
///
/// Errors: in words, that it is not this ledger's, or what keeps it from being said.
pub fn run(config: &Config, size: u64, text: &str) -> Result<String, String> {
    let root = root(text).ok_or_else(|| format!("{text}：不是根，应为 44 个字符的 base64 或 64 位十六进制"))?;
    let db = &Opened::new(config)?.app.db;
    let found = db.read_now(|conn| transparency::covers(conn, size, &root)).map_err(|e| e.to_string())?;
    let kind = if found.checkpoint.lines.is_empty() { "检查点（未签名）" } else { "已签名的检查点" };
    let against = format!("总序到 {} 的{kind}", found.checkpoint.size);
    if !found.is_covered {
        return Err(format!("否：{against}不以这 {size} 件、这个根开头，文书不出自这本台账，或历史被改写、截短"));
    }
    let proof: Vec<String> = found.proof.iter().map(hex).collect();
    let note = note(&found.checkpoint.text, &found.checkpoint.lines);
    Ok([format!("是：{against}以这 {size} 件开头"), "一致性证明：".to_owned(), proof.join("\n"), note].join("\n"))
}
