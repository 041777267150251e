//! The draw of a spot check: nobody can steer it, and anybody can draw again from its bundle (docs/domain.md §24).
//!
//! The frame is frozen under a root, the parties commit to numbers nobody else knows, reveal them, and everything else follows by SHA-256 alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::chain::{Digest, canonical};
use crate::ids::{CheckId, PersonId, TaskId};
use crate::refusal::{FieldError, Refusal};
use crate::words;

/// How a bundle is made today; a bundle names it.
pub const FORMAT: &str = "bihuan-draw-1";

words! {
    /// The line a party of a draw stands on; a draw needs two (docs/domain.md §24).
    pub enum Line {
        Office = "office", "整改办";
        Team = "team", "督导组";
        Leader = "leader", "领导组";
        System = "system", "系统";
    }
}

/// Somebody who gives a number to the seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Nil for the server in a quick draw.
    pub person: PersonId,
    pub name: String,
    pub line: Line,
}

/// Somebody who may be drawn to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Inspector {
    pub person: PersonId,
    pub name: String,
}

/// A stratum with how many tasks it holds and how many are drawn of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    pub name: String,
    pub size: u32,
    pub sample: u32,
}

/// A task that can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub task: TaskId,
    pub number: String,
    /// Name of its stratum.
    pub stratum: String,
    /// Inspectors who must keep away from it (docs/domain.md §10).
    pub barred: Vec<PersonId>,
}

/// A task in scope that cannot be drawn, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    pub task: TaskId,
    pub number: String,
    pub reason: String,
}

/// Everything the draw is made from, frozen before anybody commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Frame {
    pub check: CheckId,
    /// Which draw of the check this is, from 1.
    pub nth: u32,
    /// Why each earlier draw was given up, in their order.
    pub given_up: Vec<String>,
    /// Whether one person draws with a number of the server's alone.
    pub is_quick: bool,
    /// When the tasks were read, UTC.
    pub taken_at: DateTime<Utc>,
    /// How many inspectors look at each task.
    pub inspectors_each: u32,
    pub parties: Vec<Party>,
    pub inspectors: Vec<Inspector>,
    /// By name.
    pub strata: Vec<Stratum>,
    /// By number, then id.
    pub entries: Vec<Entry>,
    pub excluded: Vec<Exclusion>,
}

/// What a party promised and what it revealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    pub person: PersonId,
    pub commitment: Digest,
    /// 64 hex digits; none where the party did not reveal and the draw went on without it.
    pub nonce: Option<Digest>,
}

/// A task that was drawn, with those who look at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    pub task: TaskId,
    pub ticket: Digest,
    pub inspectors: Vec<PersonId>,
}

/// A whole draw, to be drawn again by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    pub format: String,
    pub frame: Frame,
    pub root: Digest,
    /// In the order of the parties.
    pub commitments: Vec<Commitment>,
    pub seed: Digest,
    /// Stratum by stratum, each by ticket.
    pub sample: Vec<Drawn>,
    /// SHA-256 of all the rest in canonical text.
    pub digest: Digest,
}

fn sha256(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Digest::of_bytes(hasher.finalize().into())
}

/// The Merkle tree hash of RFC 6962 §2.1 over these leaves.
pub fn merkle_root(leaves: &[String]) -> Digest {
    fn root(leaves: &[String]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => Sha256::new().chain_update([0]).chain_update(leaf).finalize().into(),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                Sha256::new().chain_update([1]).chain_update(root(left)).chain_update(root(right)).finalize().into()
            }
        }
    }
    Digest::of_bytes(root(leaves))
}

impl Frame {
    /// The root over its head, its entries and its exclusions, each in canonical text.
    pub fn root(&self) -> Digest {
        let mut head = json!(self);
        if let Some(head) = head.as_object_mut() {
            head.remove("entries");
            head.remove("excluded");
        }
        let entries = self.entries.iter().map(|e| json!({ "entry": e }));
        let excluded = self.excluded.iter().map(|e| json!({ "excluded": e }));
        let leaves = std::iter::once(json!({ "head": head })).chain(entries).chain(excluded);
        merkle_root(&leaves.map(|leaf| canonical(&leaf)).collect::<Vec<_>>())
    }

    /// Whether a draw can be made from it.
    ///
    /// Errors: `frame-empty`, `party-twice`, `parties-of-one-line`, `sample-out-of-range`, `too-few-inspectors` with the numbers of the tasks.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.entries.is_empty() {
            return Err(Refusal::conflict("frame-empty"));
        }
        let people: BTreeSet<PersonId> = self.parties.iter().map(|p| p.person).collect();
        if people.len() < self.parties.len() {
            return Err(Refusal::field("/parties", "party-twice"));
        }
        let lines: BTreeSet<Line> = self.parties.iter().map(|p| p.line).collect();
        let is_of_lines =
            if self.is_quick { self.parties == [server()] } else { lines.len() >= 2 && !lines.contains(&Line::System) };
        if !is_of_lines {
            return Err(Refusal::field("/parties", "parties-of-one-line"));
        }
        let tasks: BTreeSet<TaskId> =
            self.entries.iter().map(|e| e.task).chain(self.excluded.iter().map(|e| e.task)).collect();
        if tasks.len() < self.entries.len() + self.excluded.len() {
            return Err(Refusal::field("/without", "repeated"));
        }
        if self.strata.iter().any(|s| s.sample > s.size) || self.strata.iter().all(|s| s.sample == 0) {
            return Err(Refusal::field("/sample", "sample-out-of-range"));
        }
        let free = |entry: &&Entry| {
            let n = self.inspectors.iter().filter(|i| !entry.barred.contains(&i.person)).count();
            n < self.inspectors_each as usize
        };
        let short: Vec<&str> = self.entries.iter().filter(free).map(|e| e.number.as_str()).take(20).collect();
        if short.is_empty() {
            Ok(())
        } else {
            let params = json!({ "numbers": short.join("、") });
            Err(Refusal::invalid("content", vec![FieldError::with("/inspectors", "too-few-inspectors", params)]))
        }
    }

    /// The tasks drawn by this seed: of each stratum those with the smallest tickets, for each the inspectors with the smallest.
    pub fn sample(&self, seed: &Digest) -> Vec<Drawn> {
        let seed = seed.bytes();
        let mut strata: BTreeMap<&str, Vec<(Digest, &Entry)>> = BTreeMap::new();
        for entry in &self.entries {
            let ticket = sha256(&[&seed, entry.task.0.as_bytes()]);
            strata.entry(&entry.stratum).or_default().push((ticket, entry));
        }
        let mut sample = Vec::new();
        for stratum in &self.strata {
            let mut tickets = strata.remove(stratum.name.as_str()).unwrap_or_default();
            tickets.sort_by(|a, b| a.0.cmp(&b.0));
            tickets.truncate(stratum.sample as usize);
            sample.extend(tickets.into_iter().map(|(ticket, entry)| Drawn {
                task: entry.task,
                ticket,
                inspectors: self.look_at(entry, &seed),
            }));
        }
        sample
    }

    fn look_at(&self, entry: &Entry, seed: &[u8; 32]) -> Vec<PersonId> {
        let free = self.inspectors.iter().map(|i| i.person).filter(|p| !entry.barred.contains(p));
        let mut tickets: Vec<(Digest, PersonId)> =
            free.map(|p| (sha256(&[seed, entry.task.0.as_bytes(), p.0.as_bytes()]), p)).collect();
        tickets.sort();
        tickets.into_iter().map(|(_, person)| person).take(self.inspectors_each as usize).collect()
    }
}

/// What a party hands in before anybody reveals: SHA-256(check ‖ party ‖ nonce), 16, 16 and 32 bytes.
pub fn commitment(check: CheckId, party: PersonId, nonce: &Digest) -> Digest {
    sha256(&[check.0.as_bytes(), party.0.as_bytes(), &nonce.bytes()])
}

/// The seed: SHA-256 of the revealed nonces in the order of the parties, then the root.
pub fn seed(commitments: &[Commitment], root: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    for nonce in commitments.iter().filter_map(|c| c.nonce.as_ref()) {
        hasher.update(nonce.bytes());
    }
    hasher.update(root.bytes());
    Digest::of_bytes(hasher.finalize().into())
}

/// The party of a quick draw: the server.
pub fn server() -> Party {
    Party { person: PersonId(Uuid::nil()), name: "服务器".into(), line: Line::System }
}

/// How many of each stratum are drawn when `all` are drawn of the whole: one of each at least, the rest by size (largest remainders, Hamilton).
pub fn share(sizes: &[u32], all: u32) -> Vec<u32> {
    let n: u64 = sizes.iter().map(|s| u64::from(*s)).sum();
    let ones = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
    let wanted = u64::from(all.max(ones)).min(n);
    let rest = wanted.saturating_sub(u64::from(ones));
    let spare: u64 = n - u64::from(ones).min(n);
    let quota = |size: u32| {
        let part = u64::from(size.saturating_sub(1)) * rest;
        (part.checked_div(spare).unwrap_or(0), part.checked_rem(spare).unwrap_or(0))
    };
    let mut shares: Vec<u32> = sizes.iter().map(|s| 1 + u32::try_from(quota(*s).0).unwrap_or(u32::MAX)).collect();
    let given: u64 = shares.iter().map(|s| u64::from(*s)).sum();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(quota(sizes[*i]).1), *i));
    for i in order.into_iter().take(usize::try_from(wanted - given.min(wanted)).unwrap_or(0)) {
        shares[i] += 1;
    }
    shares
}

/// The bundle of a draw whose parties have revealed.
pub fn draw(frame: Frame, commitments: Vec<Commitment>) -> Bundle {
    let root = frame.root();
    let seed = seed(&commitments, &root);
    let sample = frame.sample(&seed);
    let mut bundle = Bundle { format: FORMAT.into(), digest: root.clone(), frame, root, commitments, seed, sample };
    bundle.digest = bundle.own_digest();
    bundle
}

impl Bundle {
    fn own_digest(&self) -> Digest {
        let mut body = json!(self);
        if let Some(body) = body.as_object_mut() {
            body.remove("digest");
        }
        sha256(&[canonical(&body).as_bytes()])
    }
}

/// What does not agree in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code; its words are in `labels`.
    pub code: &'static str,
}

/// Draws again from a bundle's own text and says the first thing that does not agree.
///
/// Errors: `bundle-unreadable`, `bundle-format`, `bundle-changed`, `frame-changed`, `strata-wrong`, `commitment-wrong`, `nothing-revealed`, `seed-wrong`, `sample-wrong`.
pub fn verify(text: &str) -> Result<Bundle, Fault> {
    let fault = |code| Err(Fault { code });
    let Ok(value) = serde_json::from_str::<Value>(text) else { return fault("bundle-unreadable") };
    // Read from the text itself, which also turns a name away that is written twice.
    let Ok(bundle) = serde_json::from_str::<Bundle>(text) else { return fault("bundle-unreadable") };
    if bundle.format != FORMAT {
        return fault("bundle-format");
    }
    // What reads the same but is written otherwise has been changed too.
    if canonical(&json!(bundle)) != canonical(&value) || bundle.own_digest() != bundle.digest {
        return fault("bundle-changed");
    }
    let frame = &bundle.frame;
    if frame.root() != bundle.root {
        return fault("frame-changed");
    }
    let mut sizes: BTreeMap<&str, u32> = BTreeMap::new();
    for entry in &frame.entries {
        *sizes.entry(&entry.stratum).or_default() += 1;
    }
    let told: BTreeMap<&str, u32> = frame.strata.iter().map(|s| (s.name.as_str(), s.size)).collect();
    let all = frame.strata.iter().map(|s| s.sample).sum();
    let shares = share(&frame.strata.iter().map(|s| s.size).collect::<Vec<_>>(), all);
    let is_shared = shares.iter().eq(frame.strata.iter().map(|s| &s.sample));
    if frame.check().is_err() || !is_shared || sizes != told || told.len() != frame.strata.len() {
        return fault("strata-wrong");
    }
    let parties = frame.parties.iter().map(|p| p.person);
    if !parties.eq(bundle.commitments.iter().map(|c| c.person)) {
        return fault("commitment-wrong");
    }
    let fits = |c: &Commitment| c.nonce.as_ref().is_none_or(|n| commitment(frame.check, c.person, n) == c.commitment);
    if !bundle.commitments.iter().all(fits) {
        return fault("commitment-wrong");
    }
    if bundle.commitments.iter().all(|c| c.nonce.is_none()) {
        return fault("nothing-revealed");
    }
    if seed(&bundle.commitments, &bundle.root) != bundle.seed {
        return fault("seed-wrong");
    }
    if frame.sample(&bundle.seed) != bundle.sample {
        return fault("sample-wrong");
    }
    Ok(bundle)
}
