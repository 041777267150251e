//! Accounts: who may make and change them, what a password must be, when a log-in is locked.

use chrono::{DateTime, Duration, Utc};

use crate::actor::{Actor, Duty};
use crate::refusal::{FieldError, Refusal};
use crate::service::{KeyScope, Service};
use crate::words;

words! {
    /// By what somebody proves who he is (docs/domain.md §35).
    pub enum ProvedBy {
        /// A password that is kept here.
        Local = "local", "本系统密码";
        /// The group's directory, which is asked each time.
        Directory = "directory", "单位目录";
    }
}

/// Failures within this window count together, minutes.
pub const FAILURE_WINDOW_MINUTES: i64 = 15;
/// How long a login stays locked for a source, minutes.
pub const LOCK_MINUTES: i64 = 30;
/// Failures that lock.
const FAILURES: usize = 5;
/// Shortest password, in characters.
const SHORTEST: usize = 10;
/// Longest password, in characters.
const LONGEST: usize = 128;

/// Stems that make a password guessable, whatever digits follow.
const COMMON: [&str; 36] = [
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "1qaz2wsx",
    "1q2w3e4r",
    "zxcvbnm",
    "admin",
    "administrator",
    "letmein",
    "welcome",
    "iloveyou",
    "woaini",
    "woaiwojia",
    "zhongguo",
    "beijing",
    "123456",
    "654321",
    "111111",
    "000000",
    "666666",
    "888888",
    "123123",
    "112233",
    "abc123",
    "a123456",
    "5201314",
    "1314520",
    "147258369",
    "987654321",
    "abcdef",
    "changeme",
    "bihuan",
];

fn has_duty(actor: &Actor, duty: Duty) -> Result<(), Refusal> {
    if actor.person().is_some_and(|p| p.duty == Some(duty)) { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Making accounts, units and people is the system administrator's (docs/domain.md §1).
pub fn permit_create(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::SysAdmin)
}

/// Units and people are entered by the system administrator, or by a service whose key says so (docs/domain.md §34).
pub fn permit_organisation(actor: &Actor) -> Result<(), Refusal> {
    let opens = |service: &Service| service.scopes.contains(&KeyScope::WriteOrganisation);
    if actor.person().and_then(|p| p.service.as_ref()).is_some_and(opens) { Ok(()) } else { permit_create(actor) }
}

/// Which notices leave the page, and what became of them, is the system administrator's (docs/domain.md §15).
pub fn permit_channels(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::SysAdmin)
}

/// Roles, enabling, disabling and resetting are the security administrator's (docs/domain.md §1).
pub fn permit_administer(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::SecurityAdmin)
}

/// What is asked of everybody who logs in is the security administrator's (docs/domain.md §35).
pub fn permit_identity_rules(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::SecurityAdmin)
}

/// Every duty may look at the accounts.
pub fn permit_list(actor: &Actor) -> Result<(), Refusal> {
    if actor.person().is_some_and(|p| p.duty.is_some()) { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// The log of all events is the auditor's.
pub fn permit_audit(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::Auditor)
}

/// A login name: 2 to 64 letters, digits, dots, dashes or underscores.
///
/// Errors: `content` at /login.
pub fn check_login(login: &str) -> Result<(), Refusal> {
    let fits = (2..=64).contains(&login.chars().count())
        && login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if fits { Ok(()) } else { Err(Refusal::field("/login", "login-form")) }
}

/// A password long enough that is not a common one, nor the login or the name with something behind it.
///
/// Errors: `content` at `pointer`.
pub fn check_password(password: &str, login: &str, name: &str, pointer: &str) -> Result<(), Refusal> {
    let n = password.chars().count();
    if n < SHORTEST {
        let params = serde_json::json!({ "min": SHORTEST });
        return Err(Refusal::invalid("content", vec![FieldError::with(pointer, "password-too-short", params)]));
    }
    if n > LONGEST {
        let params = serde_json::json!({ "max": LONGEST });
        return Err(Refusal::invalid("content", vec![FieldError::with(pointer, "too-long", params)]));
    }
    let lower = password.to_lowercase();
    let core = lower.trim_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let is_common = core.is_empty()
        || distinct.len() < 5
        || COMMON.iter().any(|stem| core == *stem || lower.starts_with(stem) && n < stem.chars().count() + 6);
    if is_common {
        return Err(Refusal::field(pointer, "password-common"));
    }
    let names = [login.to_lowercase(), name.to_lowercase()];
    if names.iter().any(|own| own.chars().count() >= 3 && lower.contains(own.as_str())) {
        return Err(Refusal::field(pointer, "password-has-name"));
    }
    Ok(())
}

/// Until when failures at these times (oldest first) lock the next try: five within 15 minutes lock for 30, per account and source.
pub fn locked_until(failures: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let last = failures
        .windows(FAILURES)
        .filter(|w| w[FAILURES - 1] - w[0] <= Duration::minutes(FAILURE_WINDOW_MINUTES))
        .map(|w| w[FAILURES - 1])
        .next_back()?;
    let until = last + Duration::minutes(LOCK_MINUTES);
    (now < until).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minute)
    }

    #[test]
    fn five_failures_in_a_quarter_lock_for_half_an_hour() {
        let failures: Vec<_> = (0..5).map(|i| at(i * 3)).collect();
        assert_eq!(locked_until(&failures, at(13)), Some(at(12 + 30)));
        assert_eq!(locked_until(&failures, at(42)), None, "the lock is over");
        assert_eq!(locked_until(&failures[..4], at(13)), None, "four do not lock");
        let slow: Vec<_> = (0..5).map(|i| at(i * 4)).collect();
        assert_eq!(locked_until(&slow, at(17)), None, "sixteen minutes are too long a window");
    }

    #[test]
    fn weak_passwords_are_named() {
        let code =
            |p: &str| check_password(p, "zhangsan", "张三丰", "/password").err().map(|r| r.errors[0].code.clone());
        assert_eq!(code("short1").as_deref(), Some("password-too-short"));
        assert_eq!(code("1234567890").as_deref(), Some("password-common"));
        assert_eq!(code("Password2024").as_deref(), Some("password-common"));
        assert_eq!(code("xx-zhangsan-77").as_deref(), Some("password-has-name"));
        assert_eq!(code("松涛-听雨-2931"), None);
        assert_eq!(code(&"ab7".repeat(43)).as_deref(), Some("too-long"));
    }
}
