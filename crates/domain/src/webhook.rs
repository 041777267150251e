//! Webhooks: where another system is told by itself of what happened, in which form, and when what did not arrive is tried again (docs/domain.md §34).
//! The form is that of Standard Webhooks 1.0.0, with its ed25519 signature.

pub mod todo;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::refusal::{FieldError, Refusal};
use crate::service::Grant;
use crate::words;

words! {
    /// What a system asks to be told of: the streams of events it may see, the ledger's signed checkpoints, and what waits for people.
    pub enum HookStream {
        Task = "task", "整改任务";
        Slip = "slip", "督办单";
        Check = "check", "检查";
        Meeting = "meeting", "会议";
        Document = "document", "文书";
        Publication = "publication", "公示";
        Opinion = "opinion", "群众意见";
        PersonalDuty = "personal_duty", "四个亲自";
        SystemicProblem = "systemic_problem", "共性问题";
        Rule = "rule", "制度";
        Handover = "handover", "交接清单";
        AppraisalScheme = "appraisal_scheme", "考评方案";
        Appraisal = "appraisal", "考评";
        Round = "round", "轮次";
        Checkpoint = "checkpoint", "台账检查点";
        /// What waits for the people of the units, and that it waits no longer.
        Todo = "todo", "待办";
    }
}

impl HookStream {
    /// Whether it is about the tasks of units, so that a target has to name some; a checkpoint says nothing of any.
    pub fn needs_units(self) -> bool {
        self != Self::Checkpoint
    }
}

words! {
    /// How it stands with a target.
    pub enum HookState {
        Active = "active", "推送中";
        /// The other side answered 410: it wants no more.
        Gone = "gone", "对方已停收";
        Ended = "ended", "已停用";
    }
}

impl HookState {
    /// The words a user reads, where its last day is over too.
    pub fn said(self, holds: bool) -> &'static str {
        if self == Self::Active && !holds { "已到期" } else { self.label() }
    }
}

words! {
    /// How it stands with one message.
    pub enum DeliveryState {
        Due = "due", "待推送";
        Sending = "sending", "正在推送";
        Delivered = "delivered", "已送达";
        Failed = "failed", "未送达";
        /// A checkpoint that a newer one was sent in the place of, or the beginning of something that is done.
        Replaced = "replaced", "已由更新的代替";
    }
}

/// The stand of a signature's scheme before its comma: ed25519.
pub const SCHEME: &str = "v1a";
/// So a public key begins when it is handed over.
pub const PUBLIC_PREFIX: &str = "whpk_";
/// So many targets a system may have.
pub const MOST_HOOKS: i64 = 10;
/// The kind of a message that only tries a target out.
pub const PING: &str = "webhook.ping";
/// The kind of a message with a signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint.signed";
/// So long after a checkpoint no other one is told to the same target; the newest is told then.
pub const CHECKPOINT_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// Minutes until a message that did not arrive is tried again, one for each attempt that failed: 72 hours in all.
const PAUSES: [i64; 9] = [1, 5, 30, 120, 300, 600, 864, 1200, 1200];
/// A pause is cut by up to this share, so that what failed at once does not come back at once and the last attempt is within the three days.
const JITTER_PERCENT: i64 = 10;
/// The whole of the jitter that is given: 0 cuts nothing, this the full share.
pub const FULL_JITTER: u16 = 1000;

const LONGEST_URL: usize = 500;

/// Where a system wants to be told of what, for which units, until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookForm {
    pub url: String,
    pub streams: BTreeSet<HookStream>,
    /// What a key that reads events would open: its units and its last day.
    pub grant: Grant,
}

impl HookForm {
    /// The form without white space around its address, if it can stand.
    ///
    /// Takes the targets that are allowed, each the front of an address as `Target::origin` writes it, and today in Asia/Shanghai.
    ///
    /// Errors: `content`: `not-an-address` or `webhook-not-allowed` at /url, `required` at /streams, what `Grant::check` says, units only where
    /// something asked for is about units.
    pub fn checked(self, allowed: &[String], today: chrono::NaiveDate) -> Result<Self, Refusal> {
        let form = Self { url: self.url.trim().to_owned(), ..self };
        let mut errors = Vec::new();
        match Target::read(&form.url) {
            None => errors.push(FieldError::at("/url", "not-an-address")),
            Some(target) if !target.is_allowed(allowed) => {
                errors.push(FieldError::at("/url", "webhook-not-allowed"));
            }
            Some(_) => {}
        }
        if form.streams.is_empty() {
            errors.push(FieldError::at("/streams", "required"));
        }
        let needs_units = form.streams.is_empty() || form.streams.iter().any(|s| s.needs_units());
        if let Err(refusal) = form.grant.check(today) {
            errors.extend(refusal.errors.into_iter().filter(|e| needs_units || e.pointer != "/units"));
        }
        if errors.is_empty() { Ok(form) } else { Err(Refusal::invalid("content", errors)) }
    }
}

/// Where a message goes: an address taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub is_tls: bool,
    /// In small letters.
    pub host: String,
    pub port: u16,
}

impl Target {
    /// Takes an address of http or https apart; none where it is no such address, carries an account or a fragment, or cannot be read in one way only.
    pub fn read(url: &str) -> Option<Self> {
        let (is_tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return None,
        };
        let is_plain = url.len() <= LONGEST_URL && url.chars().all(|c| c.is_ascii_graphic() && !"\\#@<>\"".contains(c));
        let authority = rest.split(['/', '?']).next().filter(|_| is_plain)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|p| *p > 0 && !port.starts_with(['+', '0']))?),
            None => (authority, if is_tls { 443 } else { 80 }),
        };
        let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        host.split('.').all(fits).then(|| Self { is_tls, host: host.to_ascii_lowercase(), port })
    }

    /// The front of the address, its port always written.
    pub fn origin(&self) -> String {
        format!("{}://{}:{}", if self.is_tls { "https" } else { "http" }, self.host, self.port)
    }

    /// Whether it is one of those that are allowed; by http only where the list itself says so.
    pub fn is_allowed(&self, allowed: &[String]) -> bool {
        allowed.iter().any(|entry| *entry == self.origin())
    }

    /// Whether it may be spoken to at an address its host was found at.
    ///
    /// A name leads neither to the machine the server runs on nor to what is next to it alone; an address that the list names itself is meant so.
    pub fn may_reach(&self, address: IpAddr) -> bool {
        self.host.parse::<Ipv4Addr>().is_ok_and(|own| IpAddr::V4(own) == address) || !is_inside(address)
    }
}

/// The targets that an operator allows, as `Target::origin` writes them: `host`, `host:port`, by https, or with `http://` before it.
///
/// Errors: the entry that is none.
pub fn allowed(entry: &str) -> Result<String, String> {
    let url = if entry.contains("://") { entry.to_owned() } else { format!("https://{entry}") };
    let target = Target::read(&url).ok_or_else(|| entry.to_owned())?;
    let is_front = url.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?']));
    if is_front { Ok(target.origin()) } else { Err(entry.to_owned()) }
}

/// Whether an address is this machine itself, its link, nobody's or everybody's.
fn is_inside(address: IpAddr) -> bool {
    let is_inside_4 = |a: Ipv4Addr| {
        a.octets()[0] == 0 || a.is_loopback() || a.is_link_local() || a.is_multicast() || a.is_broadcast()
    };
    match address.to_canonical() {
        IpAddr::V4(a) => is_inside_4(a),
        IpAddr::V6(a) => {
            let is_link = (a.segments()[0] & 0xffc0) == 0xfe80;
            let is_own = a.is_loopback() || a.is_unspecified() || a.is_multicast() || is_link;
            is_own || embedded(a).is_some_and(is_inside_4)
        }
    }
}

/// The old address inside a translated one (64:ff9b::/96, 2002::/16, ::/96).
fn embedded(a: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = a.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// 410: the target is ended.
    Gone,
    /// Anything else, redirects and silence too.
    Again,
}

/// What an answer's status means; none where there was no answer.
pub fn verdict(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::Gone,
        _ => Verdict::Again,
    }
}

/// When a message that failed so many times is tried again; none when it is left to an administrator.
///
/// `jitter` is drawn anew each time, 0 to `FULL_JITTER`.
pub fn again_at(failures: usize, jitter: u16, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = TimeDelta::minutes(*PAUSES.get(failures.checked_sub(1)?)?);
    let most = pause.num_milliseconds() * JITTER_PERCENT / 100;
    let cut = most * i64::from(jitter.min(FULL_JITTER)) / i64::from(FULL_JITTER);
    Some(now + pause - TimeDelta::milliseconds(cut))
}

/// The `webhook-id` of a message, the same however often it is sent.
pub fn message_id(delivery: Uuid) -> String {
    format!("msg_{}", delivery.simple())
}

/// The text that is signed; `timestamp` is that of the attempt, seconds since 1970, UTC.
pub fn signed_text(id: &str, timestamp: i64, body: &str) -> String {
    format!("{id}.{timestamp}.{body}")
}

/// What a message says of an event: where it stands in the order of all and what it is about, never what it says.
pub struct Told<'a> {
    pub position: i64,
    pub stream: &'a str,
    pub stream_id: Uuid,
    pub seq: i64,
    pub round: Option<Uuid>,
}

fn body(kind: &str, at: DateTime<Utc>, data: &Value) -> String {
    json!({ "type": kind, "timestamp": at.to_rfc3339_opts(SecondsFormat::Millis, true), "data": data }).to_string()
}

/// The body of a message about an event of a kind that happened at a moment.
pub fn event_body(kind: &str, at: DateTime<Utc>, told: &Told) -> String {
    let Told { position, stream, stream_id, seq, round } = told;
    let data = json!({
        "position": position, "stream": stream, "stream_id": stream_id, "seq": seq, "round_id": round,
    });
    body(kind, at, &data)
}

/// The body of a message with a signed checkpoint that was made at a moment: its size, and the note whole, as it is kept outside (docs/domain.md §33).
pub fn checkpoint_body(size: u64, note: &str, at: DateTime<Utc>) -> String {
    body(CHECKPOINT, at, &json!({ "size": size, "note": note }))
}

/// The body of a message that tries a target out.
pub fn ping_body(hook: Uuid, at: DateTime<Utc>) -> String {
    body(PING, at, &json!({ "webhook_id": hook }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UnitId;
    use crate::service::KeyScope;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_failure_is_tried_again_within_three_days_and_then_left() {
        let now = at("2026-03-05T00:00:00Z");
        let minutes = |jitter: u16| -> Vec<Option<i64>> {
            (0..=10).map(|n| again_at(n, jitter, now).map(|t| (t - now).num_seconds())).collect()
        };
        let hours = [60, 300, 1800, 7200, 18_000, 36_000, 51_840, 72_000, 72_000];
        let whole: Vec<Option<i64>> =
            std::iter::once(None).chain(hours.iter().map(|h| Some(*h))).chain([None]).collect();
        assert_eq!(minutes(0), whole);
        assert_eq!(hours.iter().sum::<i64>(), 72 * 3600, "three days of 24 hours, no later");
        // Cut by a tenth at most, whatever is drawn.
        for (least, (most, some)) in minutes(u16::MAX).into_iter().zip(minutes(0).into_iter().zip(minutes(500))) {
            assert_eq!(least, most.map(|m| m * 9 / 10));
            assert_eq!(some, most.map(|m| m * 95 / 100));
        }
    }

    #[test]
    fn only_an_answer_of_2xx_has_arrived_and_410_wants_no_more() {
        for status in [200, 202, 204, 299] {
            assert_eq!(verdict(Some(status)), Verdict::Delivered);
        }
        assert_eq!(verdict(Some(410)), Verdict::Gone);
        for status in [None, Some(100), Some(301), Some(307), Some(404), Some(429), Some(500), Some(503)] {
            assert_eq!(verdict(status), Verdict::Again, "{status:?}");
        }
    }

    #[test]
    fn an_address_is_read_in_one_way_or_not_at_all() {
        let origin = |url: &str| Target::read(url).map(|t| t.origin());
        assert_eq!(origin("https://OA.example.cn/hook?x=1").as_deref(), Some("https://oa.example.cn:443"));
        assert_eq!(origin("http://10.1.2.3:8080").as_deref(), Some("http://10.1.2.3:8080"));
        for bad in [
            "ftp://oa.example.cn/",
            "oa.example.cn/hook",
            "https://",
            "https:///hook",
            "https://u:p@oa.example.cn/",
            "https://oa.example.cn@evil.example/",
            "https://oa.example.cn\\@evil.example/",
            "https://oa.example.cn/#part",
            "https://oa.example.cn:0/",
            "https://oa.example.cn:99999/",
            "https://oa.example.cn:+443/",
            "https://oa.example.cn:443:1/",
            "https://oa..example.cn/",
            "https://oa.example.cn./",
            "https://[::1]/",
            "https://oa.example.cn/a b",
            "https://oa.example.cn/\r\nx: y",
            "https://例子.cn/",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_target_is_on_the_list_and_by_http_only_where_the_list_says_so() {
        let list: Vec<String> =
            ["oa.example.cn", "hr.example.cn:8443", "http://10.1.2.3:8080"].map(|e| allowed(e).unwrap()).to_vec();
        let fits = |url: &str| Target::read(url).is_some_and(|t| t.is_allowed(&list));
        for good in [
            "https://oa.example.cn/a",
            "https://OA.EXAMPLE.CN:443",
            "https://hr.example.cn:8443/",
            "http://10.1.2.3:8080/x",
        ] {
            assert!(fits(good), "{good}");
        }
        for bad in [
            "http://oa.example.cn/a",
            "https://oa.example.cn:8443/",
            "https://x.oa.example.cn/",
            "https://oa.example.cn.evil.example/",
            "https://10.1.2.3:8080/",
            "http://127.0.0.1/",
        ] {
            assert!(!fits(bad), "{bad}");
        }
        for bad in ["", "oa.example.cn/hook", "https://u@oa.example.cn", "ftp://oa.example.cn"] {
            assert_eq!(allowed(bad), Err(bad.to_owned()));
        }
    }

    #[test]
    fn a_name_leads_to_no_address_of_this_machine_or_its_link() {
        let name = Target::read("https://oa.example.cn/").unwrap();
        let may = |target: &Target, address: &str| target.may_reach(address.parse().unwrap());
        for inside in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "::7f00:1",
            "2002:7f00:1::",
        ] {
            assert!(!may(&name, inside), "{inside}");
        }
        for outside in ["10.1.2.3", "192.168.1.9", "172.16.0.1", "203.0.113.9", "2001:db8::1", "fd00::1"] {
            assert!(may(&name, outside), "{outside}: a system of the group's own network");
        }
        let named = Target::read("http://127.0.0.1:9000/").unwrap();
        assert!(may(&named, "127.0.0.1") && !may(&named, "127.0.0.2"), "only what the list names itself");
    }

    #[test]
    fn a_message_says_what_it_is_about_and_not_what_it_says() {
        let told = Told { position: 1289, stream: "task", stream_id: Uuid::from_u128(1), seq: 7, round: None };
        let body: Value =
            serde_json::from_str(&event_body("task.closed", at("2026-03-05T01:02:03.004Z"), &told)).unwrap();
        let wanted = json!({
            "type": "task.closed", "timestamp": "2026-03-05T01:02:03.004Z",
            "data": {
                "position": 1289, "stream": "task", "stream_id": "00000000-0000-0000-0000-000000000001", "seq": 7,
                "round_id": null,
            },
        });
        assert_eq!(body, wanted);
        let said = checkpoint_body(7, "o\n7\nr\n\n— o s\n", at("2026-03-05T01:02:03Z"));
        let wanted = json!({
            "type": "checkpoint.signed", "timestamp": "2026-03-05T01:02:03.000Z",
            "data": { "size": 7, "note": "o\n7\nr\n\n— o s\n" },
        });
        assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), wanted);
        let id = message_id(Uuid::from_u128(255));
        assert_eq!(id, "msg_000000000000000000000000000000ff");
        assert_eq!(signed_text("msg_1", 1_614_265_330, "{}"), "msg_1.1614265330.{}");
    }

    #[test]
    fn a_target_says_where_of_what_for_whom_and_until_when() {
        let list = [allowed("oa.example.cn").unwrap()];
        let form = |url: &str, streams: &[HookStream], units: u128| HookForm {
            url: url.to_owned(),
            streams: streams.iter().copied().collect(),
            grant: Grant {
                scopes: BTreeSet::from([KeyScope::ReadEvents]),
                units: (0..units).map(|n| UnitId(Uuid::from_u128(n))).collect(),
                expires_on: "2026-12-31".parse().unwrap(),
            },
        };
        let today = "2026-03-05".parse().unwrap();
        let good = form(" https://oa.example.cn/hook ", &[HookStream::Task], 1).checked(&list, today).unwrap();
        assert_eq!(good.url, "https://oa.example.cn/hook");
        let refusal = form("https://evil.example/", &[], 0).checked(&list, today).unwrap_err();
        let at: Vec<_> = refusal.errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
        assert_eq!(at, [("/url", "webhook-not-allowed"), ("/streams", "required"), ("/units", "required")]);
        // A checkpoint is about no unit; whatever else is asked for beside it is.
        let here = "https://oa.example.cn/hook";
        assert!(form(here, &[HookStream::Checkpoint], 0).checked(&list, today).is_ok());
        let both = form(here, &[HookStream::Checkpoint, HookStream::Task], 0).checked(&list, today).unwrap_err();
        assert_eq!(both.errors.iter().map(|e| e.pointer.as_str()).collect::<Vec<_>>(), ["/units"]);
    }
}
