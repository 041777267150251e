//! The second proof of who somebody is: codes of the moment, codes for when the device is lost, of whom it is asked, and how long a proof holds
//! (docs/domain.md §35).

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use crate::actor::{Duty, PersonActor, Role};
use crate::refusal::Refusal;
use crate::words;

/// How codes are made, kept beside every secret: RFC 6238 with SHA-1, six digits, thirty seconds.
pub const ALG: &str = "totp-sha1-6-30";
/// Bytes of a secret.
pub const SECRET: usize = 20;
/// Seconds of a step.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are taken, for clocks that are apart.
const TOLERANCE: i64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// How many codes there are for when the device is lost.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits of a recovery code, in groups of four: 80 bits.
const RECOVERY_LETTERS: usize = 16;
/// Minutes within which a log-in whose password was right waits for its code.
pub const TICKET_MINUTES: i64 = 5;
/// Minutes within which somebody must come back from the provider.
pub const PROVIDER_MINUTES: i64 = 10;
/// Wrong codes that end such a log-in.
pub const TICKET_TRIES: i32 = 5;
/// Longest time a proof may hold: that of a session, minutes.
const LONGEST_PROOF: u16 = 720;

words! {
    /// Of whom a second factor may be asked: those of a role, those of an administrative duty.
    pub enum Holder {
        Leader = "leader", "领导";
        Unit = "unit", "单位";
        Supervisor = "supervisor", "督导";
        SysAdmin = "sys_admin", "系统管理员";
        SecurityAdmin = "security_admin", "安全管理员";
        Auditor = "auditor", "审计员";
    }
}

words! {
    /// What a session was begun with beside the first proof.
    pub enum SessionFactor {
        Code = "code", "动态口令";
        Provider = "provider", "统一身份认证";
    }
}

/// What the house asks of everybody who logs in; kept by the security administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityRules {
    /// Who must have a second factor.
    pub required_of: BTreeSet<Holder>,
    /// How old a proof of identity may be where one is asked for, minutes.
    pub proof_minutes: u16,
}

impl Default for IdentityRules {
    fn default() -> Self {
        Self { required_of: BTreeSet::new(), proof_minutes: 15 }
    }
}

impl IdentityRules {
    /// Errors: `out-of-range` at /proof_minutes.
    pub fn check(&self) -> Result<(), Refusal> {
        let fits = (1..=LONGEST_PROOF).contains(&self.proof_minutes);
        if fits { Ok(()) } else { Err(Refusal::field("/proof_minutes", "out-of-range")) }
    }

    /// Whether this person must have a second factor.
    pub fn is_required_of(&self, person: &PersonActor) -> bool {
        let of_role = person.role.map(|role| match role {
            Role::Leader => Holder::Leader,
            Role::Unit => Holder::Unit,
            Role::Supervisor => Holder::Supervisor,
        });
        let of_duty = person.duty.map(|duty| match duty {
            Duty::SysAdmin => Holder::SysAdmin,
            Duty::SecurityAdmin => Holder::SecurityAdmin,
            Duty::Auditor => Holder::Auditor,
        });
        [of_role, of_duty].into_iter().flatten().any(|holder| self.required_of.contains(&holder))
    }

    /// Whether a proof of that moment still holds.
    pub fn holds(&self, proved_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now < proved_at + Duration::minutes(i64::from(self.proof_minutes))
    }
}

/// The number a secret gives at a step, before it is cut to digits (RFC 4226, 5.3).
fn number(secret: &[u8], step: i64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return 0 };
    mac.update(&step.to_be_bytes());
    let made = mac.finalize().into_bytes();
    let offset = usize::from(made[made.len() - 1] & 0x0f);
    let four = [made[offset], made[offset + 1], made[offset + 2], made[offset + 3]];
    u32::from_be_bytes(four) & 0x7fff_ffff
}

/// The step of a moment.
pub fn step_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP_SECONDS)
}

/// The code of a secret at a step.
pub fn code_at(secret: &[u8], step: i64) -> String {
    format!("{:06}", number(secret, step) % 1_000_000)
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |apart, (x, y)| apart | (x ^ y)) == 0
}

/// The step a typed code is that of, if it is of now or one step beside it and after the last one that was taken.
pub fn matching_step(secret: &[u8], typed: &str, now: DateTime<Utc>, last: i64) -> Option<i64> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != DIGITS || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let step = step_of(now);
    (step - TOLERANCE..=step + TOLERANCE).find(|s| *s > last && is_same(&code_at(secret, *s), &code))
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes as programs for codes take them (RFC 4648 base32, without padding).
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// What the picture of squares says: who it is for and the secret, for a program that makes codes.
pub fn address(secret: &[u8], login: &str) -> String {
    let encoded: String = login
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("otpauth://totp/Bihuan:{encoded}?secret={}&issuer=Bihuan&algorithm=SHA1&digits=6&period=30", base32(secret))
}

/// A recovery code as it is shown, made of ten random bytes.
pub fn recovery_code(bytes: [u8; 10]) -> String {
    let letters = base32(&bytes);
    let groups: Vec<&str> = (0..RECOVERY_LETTERS / 4).filter_map(|i| letters.get(i * 4..i * 4 + 4)).collect();
    groups.join("-")
}

/// A typed recovery code as it is hashed: without what separates its groups, in capitals; none where it cannot be one.
pub fn read_recovery_code(typed: &str) -> Option<String> {
    let code: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let fits = code.len() == RECOVERY_LETTERS && code.bytes().all(|b| BASE32.contains(&b));
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, the column of SHA-1; it shows eight digits.
    #[test]
    fn the_codes_are_those_of_the_published_vectors() {
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(number(RFC, step_of(at(seconds))) % 100_000_000, code, "{seconds}");
        }
        assert_eq!(code_at(RFC, step_of(at(59))), "287082");
        assert_eq!(code_at(RFC, step_of(at(1_111_111_109))), "081804");
    }

    #[test]
    fn a_code_is_of_now_or_one_step_beside_it_and_of_none_that_was_taken() {
        let step = step_of(at(1_111_111_111));
        let code = code_at(RFC, step);
        assert_eq!(matching_step(RFC, &code, at(1_111_111_111), 0), Some(step));
        assert_eq!(matching_step(RFC, " 050 471 ", at(1_111_111_111), 0), Some(step));
        assert_eq!(matching_step(RFC, &code, at(1_111_111_111 + 30), 0), Some(step));
        assert_eq!(matching_step(RFC, &code, at(1_111_111_111 - 30), 0), Some(step));
        assert_eq!(matching_step(RFC, &code, at(1_111_111_111 + 60), 0), None);
        assert_eq!(matching_step(RFC, &code, at(1_111_111_111 - 60), 0), None);
        assert_eq!(matching_step(RFC, &code, at(1_111_111_111), step), None, "it was taken");
        for wrong in ["", "05047", "0504711", "05047a", "０５０４７１"] {
            assert_eq!(matching_step(RFC, wrong, at(1_111_111_111), 0), None, "{wrong}");
        }
    }

    /// RFC 4648, section 10, without the padding.
    #[test]
    fn base32_is_that_of_the_published_vectors() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(base32(RFC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(address(RFC, "张三").starts_with("otpauth://totp/Bihuan:%E5%BC%A0%E4%B8%89?secret=GEZDGNBV"));
    }

    #[test]
    fn a_recovery_code_is_read_however_its_groups_are_typed() {
        let code = recovery_code([0xff; 10]);
        assert_eq!(code, "7777-7777-7777-7777");
        assert_eq!(read_recovery_code(" abcd-efgh ijklmnop").as_deref(), Some("ABCDEFGHIJKLMNOP"));
        for wrong in ["", "ABCD-EFGH-IJKL-MNO", "ABCD-EFGH-IJKL-MNO1", "287082"] {
            assert_eq!(read_recovery_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_proof_holds_for_its_minutes_and_no_longer() {
        let rules = IdentityRules::default();
        assert!(rules.required_of.is_empty(), "nobody must have one until the house says so");
        assert!(rules.holds(at(0), at(15 * 60 - 1)));
        assert!(!rules.holds(at(0), at(15 * 60)));
        for (minutes, fits) in [(0, false), (1, true), (720, true), (721, false)] {
            assert_eq!(IdentityRules { proof_minutes: minutes, ..rules.clone() }.check().is_ok(), fits, "{minutes}");
        }
    }
}
