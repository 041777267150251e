//! Notices that leave the page: by which channel, in what words, and when one that failed is tried again (docs/domain.md §15).

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::calendar::{self, Calendar};
use crate::notification::Rule;
use crate::refusal::{FieldError, Refusal};
use crate::words;

words! {
    /// How somebody is told outside the page.
    pub enum Channel {
        Mail = "mail", "电子邮件";
        Robot = "robot", "群机器人";
    }
}

words! {
    /// Whose robot a message is made for.
    pub enum RobotKind {
        Wecom = "wecom", "企业微信";
        Dingtalk = "dingtalk", "钉钉";
        Feishu = "feishu", "飞书";
    }
}

/// Hour of the day at which a digest is sent, Asia/Shanghai.
const DIGEST_HOUR: u32 = 8;

/// Minutes until a failed message is tried again, one for each attempt that failed; after the last it waits for an administrator.
const PAUSES: [i64; 5] = [1, 5, 30, 120, 720];

/// How somebody wants to be told outside the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldBy {
    pub mail: Option<String>,
    pub robot: Option<(RobotKind, String)>,
    /// One message on the morning of a working day instead of one for each notice.
    pub is_digest: bool,
}

impl ToldBy {
    /// Whether the addresses can be addresses at all.
    ///
    /// Errors: `not-an-address` at the field.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        if self.mail.as_deref().is_some_and(|m| !is_mail(m)) {
            errors.push(FieldError::at("/mail", "not-an-address"));
        }
        if self.robot.as_ref().is_some_and(|(_, url)| host_of(url).is_none()) {
            errors.push(FieldError::at("/robot/url", "not-an-address"));
        }
        if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
    }
}

fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>()[],;:\\\"@".contains(c);
    !name.is_empty()
        && name.chars().all(is_plain)
        && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && host.split('.').all(|part| !part.is_empty())
        && text.len() <= 254
}

/// The host, with its port where one is named, of a web address that carries no account; none for anything else.
pub fn host_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let fits = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    (fits && url.len() <= 500 && url.chars().all(|c| c.is_ascii_graphic())).then_some(host)
}

/// Whether a rule goes out where nobody has said otherwise: only what somebody has to act on.
pub fn goes_out(rule: Rule) -> bool {
    !rule.may_be_quiet()
}

fn morning(day: NaiveDate) -> DateTime<Utc> {
    calendar::instant(day, NaiveTime::from_hms_opt(DIGEST_HOUR, 0, 0).unwrap_or_default())
}

/// When a digest of what is told now is sent: the next morning of a working day, UTC.
pub fn digest_at(now: DateTime<Utc>, calendar: &Calendar) -> DateTime<Utc> {
    let mut day: NaiveDate = calendar::today(now);
    let mut at = morning(day);
    while at <= now || !calendar.is_working_day(day) {
        day = day + Days::new(1);
        at = morning(day);
    }
    at
}

/// When a message that failed so many times is tried again; none when it is left to an administrator.
pub fn again_at(failures: usize, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = PAUSES.get(failures.checked_sub(1)?)?;
    Some(now + TimeDelta::minutes(*pause))
}

/// What a message says outside: how many things wait, nothing of their content.
pub fn short_words(n: usize) -> String {
    format!("您有{n}项待办")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_digest_waits_for_the_morning_of_a_working_day() {
        let calendar = Calendar::builtin();
        // Thursday 07:59 and 08:00, Friday evening, the evening before the National Day week of 2026.
        for (now, sent) in [
            ("2026-03-04T23:59:00Z", "2026-03-05T00:00:00Z"),
            ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z"),
            ("2026-03-06T12:00:00Z", "2026-03-09T00:00:00Z"),
            ("2026-09-30T12:00:00Z", "2026-10-08T00:00:00Z"),
        ] {
            assert_eq!(digest_at(at(now), &calendar), at(sent), "{now}");
        }
    }

    #[test]
    fn a_failure_is_tried_again_later_and_later_and_then_left() {
        let now = at("2026-03-05T00:00:00Z");
        let minutes: Vec<_> = (0..=6).map(|n| again_at(n, now).map(|t| (t - now).num_minutes())).collect();
        assert_eq!(minutes, [None, Some(1), Some(5), Some(30), Some(120), Some(720), None]);
    }

    #[test]
    fn an_address_is_refused_at_its_field() {
        let robot = |url: &str| Some((RobotKind::Wecom, url.to_owned()));
        let told = |mail: &str, url: &str| ToldBy { mail: Some(mail.to_owned()), robot: robot(url), is_digest: false };
        assert_eq!(told("zhang.san@mail.example.cn", "https://qyapi.weixin.qq.com/cgi-bin/send?key=1").check(), Ok(()));
        for bad in ["zhang", "@b.cn", "a@", "a b@c.cn", "a@b..cn", "a@b.cn\nBcc: x@y.cn", "<a@b.cn>"] {
            let refusal = told(bad, "https://a.cn/x").check().unwrap_err();
            assert_eq!(refusal.errors, vec![FieldError::at("/mail", "not-an-address")], "{bad}");
        }
        for bad in ["ftp://a.cn", "https://", "https://u:p@a.cn/", "a.cn/hook", "https://a.cn/ x"] {
            let refusal = told("a@b.cn", bad).check().unwrap_err();
            assert_eq!(refusal.errors, vec![FieldError::at("/robot/url", "not-an-address")], "{bad}");
        }
        assert_eq!(ToldBy::default().check(), Ok(()));
        assert_eq!(host_of("http://127.0.0.1:9000/x?y"), Some("127.0.0.1:9000"));
    }

    #[test]
    fn what_somebody_has_to_act_on_goes_out() {
        assert!(goes_out(Rule::SignatureWanted));
        assert!(!goes_out(Rule::TaskClosed));
        assert_eq!(short_words(1), "您有1项待办");
    }
}
