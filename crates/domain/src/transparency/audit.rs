//! Finds what no longer fits (docs/domain.md §33): reads the ledger once, record by record, and names whatever was changed, left out or put in.
//!
//! The records come from the database or from a bundle; what is said of them is the same. A second verifier, `tools/audit_verify.py`, shares no line
//! of this and must find the same.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::anchor::Anchor;
use super::note::{self, Checkpoint, Signed, Verifier};
use super::tree::{Frontier, Node};
use super::{from_hex, hex, leaf};
use crate::chain::{self, EventFields};
use crate::words;

/// How a bundle is written today; a bundle names it.
pub const FORMAT: &str = "bihuan-audit-1";

/// Most faults that are listed; the first is what counts.
pub const MOST_FAULTS: usize = 50;

words! {
    /// What does not fit.
    pub enum FaultKind {
        Form = "form", "格式不对";
        Alg = "alg", "所记的算法不认识";
        Hash = "hash", "哈希与内容不符";
        Payload = "payload", "内容不是规范文本";
        Chain = "chain", "与同一流水的前一事件接不上";
        Seq = "seq", "序号不连续";
        Time = "time", "早于同一流水的前一事件";
        Position = "position", "总序不连续，缺少前面的位置";
        Missing = "missing", "总序所指的事件不在";
        Pending = "pending", "已有位置，却仍在待封存之列";
        Unsealed = "unsealed", "没有位置，也不在待封存之列";
        Leaf = "leaf", "与封存时的叶子不符";
        LeafMissing = "leaf-missing", "封存时的叶子不在";
        Node = "node", "树的节点与由叶子算出的不符";
        CheckpointForm = "checkpoint-form", "检查点的文本与所记的规模、根、标识不符";
        CheckpointBeyond = "checkpoint-beyond", "检查点比总序更长：总序被截短";
        CheckpointMissing = "checkpoint-missing", "外存的检查点，库里没有";
        Root = "root", "检查点的根与由事件算出的不符";
        Signature = "signature", "检查点的签名不符：签名之后被改写";
        Unsigned = "unsigned", "没有一个检查点有可信的签名";
        AnchorSignature = "anchor-signature", "外存检查点的签名不符";
        Anchor = "anchor", "与外存检查点不符：历史被改写";
        AnchorBeyond = "anchor-beyond", "外存检查点比总序更长：历史被截短，或换回了旧备份";
        Row = "row", "业务行与其事件不符";
        Revision = "revision", "正文与其摘要不符";
        End = "end", "没有结尾，或数目与结尾所记不同";
    }
}

/// One thing that does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub table: &'static str,
    pub key: String,
    pub kind: FaultKind,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}：{}", self.table, self.key, self.kind.label())
    }
}

/// An event as it is stored; what is not there is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRecord {
    pub stream_kind: String,
    pub stream_id: String,
    pub seq: i64,
    pub kind: String,
    pub schema_version: i16,
    /// UTC, six digits of a second, `Z`.
    pub at: String,
    pub account: String,
    pub person: String,
    pub role: String,
    pub unit: String,
    pub address: String,
    pub request_id: String,
    pub round: String,
    pub payload: String,
    pub alg: String,
    pub prev_hash: String,
    pub hash: String,
}

/// The form of a moment that an event's hash covers.
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl EventRecord {
    /// The hash its fields and the one before it make; none when its moment is not written as it must be.
    pub fn computed(&self) -> Option<String> {
        let at = DateTime::parse_from_rfc3339(&self.at).ok()?.to_utc();
        let fields = EventFields {
            stream_kind: &self.stream_kind,
            stream_id: &self.stream_id,
            seq: self.seq,
            kind: &self.kind,
            schema_version: self.schema_version,
            at,
            account: &self.account,
            person: &self.person,
            role: &self.role,
            unit: &self.unit,
            address: &self.address,
            request_id: &self.request_id,
            round: &self.round,
            payload: &self.payload,
        };
        (moment(at) == self.at).then(|| chain::event_hash(&fields, &self.prev_hash).as_str().to_owned())
    }
}

/// A line of the ledger, in the order they are read: the head, then events by position, each checkpoint behind the last event it covers, then events
/// without a position by stream and seq, then the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Record {
    Head {
        format: String,
        /// Which tree.
        origin: String,
        made_at: DateTime<Utc>,
        /// Where the records begin: 0, or the size of the checkpoint that is trusted.
        after: u64,
        /// Public keys as their owner handed them on; a verifier trusts those it was given otherwise.
        keys: Vec<String>,
    },
    /// Boxed, for most records are these.
    Event {
        position: Option<u64>,
        pending: bool,
        stream_kind: String,
        stream_id: String,
        seq: i64,
        /// The leaf as it was sealed, hex; none while it was not.
        leaf: Option<String>,
        /// None where the position names an event that is not there.
        event: Option<Box<EventRecord>>,
    },
    Checkpoint {
        size: u64,
        alg: String,
        /// Hex.
        root: String,
        text: String,
        made_at: DateTime<Utc>,
        /// Signature lines of the note.
        signatures: String,
    },
    End {
        events: u64,
        checkpoints: u64,
    },
}

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// In the order they were found; the first is where it begins.
    pub faults: Vec<Fault>,
    pub events: u64,
    pub streams: u64,
    pub checkpoints: u64,
    /// Checkpoints with a signature of a known key.
    pub signed: u64,
    /// Checkpoints kept outside that were compared.
    pub anchors: u64,
    /// Size and root of the tree, hex, as the events make it.
    pub size: u64,
    pub root: String,
}

struct Last {
    seq: i64,
    hash: String,
    at: String,
}

/// Reads records and remembers what does not fit.
pub struct Auditor {
    keys: Vec<Verifier>,
    /// By size, the smallest last.
    anchors: Vec<Anchor>,
    origin: String,
    frontier: Frontier,
    /// The last position read.
    position: u64,
    streams: HashMap<(String, String), Last>,
    /// The first place whose leaf is not there; a fault once something behind it was sealed.
    without_leaf: Option<(u64, String)>,
    /// Size of a checkpoint that is kept outside and must come next.
    awaited: Option<u64>,
    last_signed: u64,
    is_ended: bool,
    is_over: bool,
    found: Findings,
}

impl Auditor {
    /// Begins where a tree stands (empty: at the beginning), trusting these keys and what was kept outside.
    pub fn new(frontier: Frontier, keys: Vec<Verifier>, mut anchors: Vec<Anchor>) -> Self {
        anchors.retain(|a| a.checkpoint.size >= frontier.size());
        anchors.sort_by_key(|a| std::cmp::Reverse(a.checkpoint.size));
        let (position, last_signed) = (frontier.size(), frontier.size());
        Self {
            keys,
            anchors,
            origin: String::new(),
            frontier,
            position,
            streams: HashMap::new(),
            without_leaf: None,
            awaited: None,
            last_signed,
            is_ended: false,
            is_over: false,
            found: Findings::default(),
        }
    }

    /// Adds something that was found elsewhere.
    pub fn fault(&mut self, table: &'static str, key: impl Into<String>, kind: FaultKind) {
        if self.found.faults.len() < MOST_FAULTS {
            self.found.faults.push(Fault { table, key: key.into(), kind });
        }
    }

    /// Whether a stream has been met.
    pub fn knows(&self, stream_kind: &str, stream_id: &str) -> bool {
        self.streams.contains_key(&(stream_kind.to_owned(), stream_id.to_owned()))
    }

    /// Where a stream stood before the first record.
    pub fn stood(&mut self, event: &EventRecord) {
        let last = Last { seq: event.seq, hash: event.hash.clone(), at: event.at.clone() };
        self.streams.insert((event.stream_kind.clone(), event.stream_id.clone()), last);
    }

    /// Reads the next record; nodes of the tree that became whole.
    pub fn take(&mut self, record: &Record) -> Vec<Node> {
        if let Some(size) = self.awaited.take()
            && !matches!(record, Record::Checkpoint { size: next, .. } if *next == size)
        {
            self.fault("checkpoints", format!("{size}（总序至 {size}）"), FaultKind::CheckpointMissing);
        }
        match record {
            Record::Head { format, origin, after, .. } => {
                if format != FORMAT || *after != self.frontier.size() {
                    self.fault("bundle", "head", FaultKind::Form);
                }
                self.origin.clone_from(origin);
                self.compare_anchors();
                Vec::new()
            }
            Record::Event { position, pending, stream_kind, stream_id, seq, leaf, event } => {
                self.found.events += u64::from(event.is_some());
                let place = format!("{stream_kind}/{stream_id}/{seq}");
                let key = position.map_or_else(|| place.clone(), |p| format!("{place}（总序 {p}）"));
                if let Some(position) = *position {
                    if position != self.position + 1 {
                        self.fault("event_positions", key.clone(), FaultKind::Position);
                    }
                    self.position = position;
                }
                match (position, pending) {
                    (Some(_), true) => self.fault("pending_events", key.clone(), FaultKind::Pending),
                    (None, false) => self.fault("events", key.clone(), FaultKind::Unsealed),
                    _ => {}
                }
                match event {
                    Some(e) if (&e.stream_kind, &e.stream_id, e.seq) != (stream_kind, stream_id, *seq) => {
                        self.fault("events", key.clone(), FaultKind::Form);
                    }
                    Some(event) => self.chain(event, &key),
                    None => self.fault("event_positions", key.clone(), FaultKind::Missing),
                }
                if position.is_some() { self.grow(event.as_deref(), leaf.as_deref(), key) } else { Vec::new() }
            }
            Record::Checkpoint { size, alg, root, text, signatures, .. } => {
                self.checkpoint(*size, alg, root, text, signatures);
                Vec::new()
            }
            Record::End { events, checkpoints } => {
                self.is_ended = *events == self.found.events && *checkpoints == self.found.checkpoints;
                self.end();
                Vec::new()
            }
        }
    }

    /// An event by itself and behind the one before it.
    fn chain(&mut self, event: &EventRecord, key: &str) {
        let mut kinds = Vec::new();
        if event.alg != chain::ALG {
            kinds.push(FaultKind::Alg);
        }
        if event.computed().as_deref() != Some(&event.hash) {
            kinds.push(FaultKind::Hash);
        }
        let read: Option<Value> = serde_json::from_str(&event.payload).ok();
        if read.is_none_or(|value| chain::canonical(&value) != event.payload) {
            kinds.push(FaultKind::Payload);
        }
        let last = self.streams.get(&(event.stream_kind.clone(), event.stream_id.clone()));
        let (seq, hash, at) = last.map_or((0, "", ""), |l| (l.seq, l.hash.as_str(), l.at.as_str()));
        if event.seq != seq + 1 {
            kinds.push(FaultKind::Seq);
        } else if event.prev_hash != hash {
            kinds.push(FaultKind::Chain);
        } else if event.at.as_str() < at {
            kinds.push(FaultKind::Time);
        }
        self.stood(event);
        for kind in kinds {
            self.fault("events", key, kind);
        }
    }

    /// The tree with one leaf more: the one the event makes; what was sealed must be the same.
    fn grow(&mut self, event: Option<&EventRecord>, sealed: Option<&str>, key: String) -> Vec<Node> {
        let stored = sealed.and_then(from_hex);
        let made = event.map(|e| leaf(&e.stream_kind, &e.stream_id, e.seq, &e.alg, &e.hash));
        match (sealed, &self.without_leaf) {
            (None, None) => self.without_leaf = Some((self.position, key.clone())),
            (Some(_), Some(_)) => self.leaf_is_missing(),
            _ => {}
        }
        if sealed.is_some() && made.is_some() && stored != made {
            self.fault("tree_nodes", key, FaultKind::Leaf);
        }
        let nodes = self.frontier.push(made.or(stored).unwrap_or_default());
        self.compare_anchors();
        nodes
    }

    fn leaf_is_missing(&mut self) {
        if let Some((_, key)) = self.without_leaf.take() {
            self.fault("tree_nodes", key, FaultKind::LeafMissing);
        }
    }

    fn compare_anchors(&mut self) {
        while let Some(anchor) = self.anchors.pop_if(|a| a.checkpoint.size <= self.position) {
            let key = format!("{}（总序至 {}）", anchor.checkpoint.size, anchor.checkpoint.size);
            self.found.anchors += 1;
            self.awaited = Some(anchor.checkpoint.size);
            let is_trusted =
                self.keys.is_empty() || note::signed(&anchor.text, &anchor.lines, &self.keys) == Signed::Yes;
            if !is_trusted {
                self.fault("anchor", key, FaultKind::AnchorSignature);
            } else if anchor.checkpoint.root != self.frontier.root() || anchor.checkpoint.origin != self.origin {
                self.fault("anchor", key, FaultKind::Anchor);
            }
        }
    }

    fn checkpoint(&mut self, size: u64, alg: &str, root: &str, text: &str, signatures: &str) {
        self.found.checkpoints += 1;
        let key = format!("{size}（总序 {} 至 {size}）", (self.last_signed + 1).min(size));
        let said = Checkpoint { origin: self.origin.clone(), size, root: from_hex(root).unwrap_or_default() };
        let was_sealed = self.without_leaf.as_ref().is_some_and(|(position, _)| *position <= size);
        if was_sealed {
            self.leaf_is_missing();
        }
        if alg != chain::ALG || Checkpoint::parse(text).as_ref() != Some(&said) {
            self.fault("checkpoints", key.clone(), FaultKind::CheckpointForm);
        } else if size > self.position {
            self.fault("checkpoints", key.clone(), FaultKind::CheckpointBeyond);
        } else if said.root != self.frontier.root() {
            self.fault("checkpoints", key.clone(), FaultKind::Root);
        }
        if self.keys.is_empty() {
            return;
        }
        match note::signed(text, signatures, &self.keys) {
            Signed::Yes => {
                self.found.signed += 1;
                self.last_signed = size;
            }
            Signed::ByNobodyKnown => {}
            Signed::Falsely => self.fault("checkpoint_signatures", key, FaultKind::Signature),
        }
    }

    /// What can only be said at the end.
    fn end(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        let beyond = self.anchors.len();
        if let Some(anchor) = self.anchors.last().map(|a| a.checkpoint.size) {
            let key = format!("{anchor}（总序只到 {}）", self.position);
            self.found.anchors += beyond as u64;
            self.fault("anchor", key, FaultKind::AnchorBeyond);
        }
        if !self.keys.is_empty() && self.found.checkpoints > 1 && self.found.signed == 0 {
            self.fault("checkpoint_signatures", "*", FaultKind::Unsigned);
        }
        if !self.is_ended {
            self.fault("bundle", "end", FaultKind::End);
        }
    }

    /// What it all comes to.
    pub fn finish(mut self) -> Findings {
        self.end();
        self.found.streams = self.streams.len() as u64;
        self.found.size = self.frontier.size();
        self.found.root = hex(&self.frontier.root());
        self.found
    }
}
