//! Other systems of the group: accounts of their own without a log-in, and keys that say what they may do, for which units, until when (docs/domain.md §34).

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::actor::{Actor, Duty};
use crate::ids::{PersonId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::words;

words! {
    /// One thing a key opens.
    pub enum KeyScope {
        ReadLedger = "read_ledger", "读取台账";
        WriteStatements = "write_statements", "填报写实";
        WriteOrganisation = "write_organisation", "维护单位和人员";
        ReadEvents = "read_events", "读取事件";
    }
}

impl KeyScope {
    /// Whether it is about the tasks of units, so that a key has to name some.
    pub fn needs_units(self) -> bool {
        match self {
            Self::ReadLedger | Self::WriteStatements | Self::ReadEvents => true,
            Self::WriteOrganisation => false,
        }
    }
}

/// So many keys of a service may be valid at once: the one in use and the one that follows it.
pub const MOST_VALID: usize = 2;
/// Calendar days a key lasts at most.
const LONGEST_DAYS: u64 = 366;
const LONGEST_NAME: usize = 60;
const LONGEST_PURPOSE: usize = 200;

/// What a service account is for, and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceForm {
    pub name: String,
    pub purpose: String,
    /// Who answers for what it hands in.
    pub person: PersonId,
}

impl ServiceForm {
    /// The form without white space around it.
    ///
    /// Errors: `content` with `required` or `too-long` at its fields.
    pub fn checked(self) -> Result<Self, Refusal> {
        let form = Self { name: self.name.trim().to_owned(), purpose: self.purpose.trim().to_owned(), ..self };
        let mut errors = Vec::new();
        for (pointer, text, longest) in
            [("/name", &form.name, LONGEST_NAME), ("/purpose", &form.purpose, LONGEST_PURPOSE)]
        {
            if text.is_empty() {
                errors.push(FieldError::at(pointer, "required"));
            } else if text.chars().count() > longest {
                errors.push(FieldError::with(pointer, "too-long", serde_json::json!({ "max": longest })));
            }
        }
        if errors.is_empty() { Ok(form) } else { Err(Refusal::invalid("content", errors)) }
    }
}

/// What a key opens, for which units, until the end of which day (Asia/Shanghai).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub scopes: BTreeSet<KeyScope>,
    pub units: BTreeSet<UnitId>,
    pub expires_on: NaiveDate,
}

impl Grant {
    /// Whether a key can be given so today.
    ///
    /// Errors: `content`: `required` at /scopes or /units, `out-of-range` at /expires_on (from tomorrow on, 366 calendar days at most).
    pub fn check(&self, today: NaiveDate) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        if self.scopes.is_empty() {
            errors.push(FieldError::at("/scopes", "required"));
        }
        if self.units.is_empty() && self.scopes.iter().any(|s| s.needs_units()) {
            errors.push(FieldError::at("/units", "required"));
        }
        if self.expires_on <= today || self.expires_on > today + Days::new(LONGEST_DAYS) {
            errors.push(FieldError::at("/expires_on", "out-of-range"));
        }
        if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
    }

    /// Whether it holds on this day, unless it was revoked.
    pub fn holds_on(&self, today: NaiveDate) -> bool {
        today <= self.expires_on
    }
}

/// What the key in use opens, beside the units that stand as the actor's posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub scopes: BTreeSet<KeyScope>,
    /// Who answers for what it hands in; none of his rights are its own, so that the actor it is has no person.
    pub person: PersonId,
}

impl Service {
    /// Whether the key opens what asks for this scope; what asks for none is closed to keys.
    ///
    /// Errors: `not-for-keys`, `scope-missing`.
    pub fn permit(&self, wanted: Option<KeyScope>) -> Result<(), Refusal> {
        match wanted {
            None => Err(Refusal::forbidden("not-for-keys")),
            Some(scope) if self.scopes.contains(&scope) => Ok(()),
            Some(_) => Err(Refusal::forbidden("scope-missing")),
        }
    }
}

fn has_duty(actor: &Actor, duty: Duty) -> Result<(), Refusal> {
    if actor.person().is_some_and(|p| p.duty == Some(duty)) { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Making a service account is the system administrator's (docs/domain.md §34).
pub fn permit_make(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::SysAdmin)
}

/// Giving and revoking keys is the security administrator's: who makes an account does not say what it may do (docs/domain.md §1, §34).
pub fn permit_grant(actor: &Actor) -> Result<(), Refusal> {
    has_duty(actor, Duty::SecurityAdmin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn grant(scopes: &[KeyScope], n_units: u128, expires_on: &str) -> Grant {
        Grant {
            scopes: scopes.iter().copied().collect(),
            units: (0..n_units).map(|n| UnitId(Uuid::from_u128(n + 1))).collect(),
            expires_on: day(expires_on),
        }
    }

    #[test]
    fn a_key_names_what_it_opens_for_whom_and_until_when() {
        let today = day("2026-03-02");
        let places = |g: Grant| -> Vec<String> {
            g.check(today).err().map(|r| r.errors.into_iter().map(|e| e.pointer).collect()).unwrap_or_default()
        };
        assert_eq!(places(grant(&[KeyScope::ReadLedger], 1, "2026-03-03")), [""; 0]);
        assert_eq!(places(grant(&[KeyScope::WriteOrganisation], 0, "2027-03-03")), [""; 0]);
        assert_eq!(places(grant(&[], 1, "2026-04-01")), ["/scopes"]);
        assert_eq!(places(grant(&[KeyScope::ReadEvents, KeyScope::WriteOrganisation], 0, "2026-04-01")), ["/units"]);
        for bad in ["2026-03-02", "2026-03-01", "2027-03-04"] {
            assert_eq!(places(grant(&[KeyScope::ReadLedger], 1, bad)), ["/expires_on"], "{bad}");
        }
        let key = grant(&[KeyScope::ReadLedger], 1, "2026-03-03");
        assert!(key.holds_on(day("2026-03-03")) && !key.holds_on(day("2026-03-04")));
    }

    #[test]
    fn a_key_opens_what_its_scopes_say_and_nothing_that_asks_for_none() {
        let service = Service { scopes: BTreeSet::from([KeyScope::ReadLedger]), person: PersonId(Uuid::nil()) };
        assert_eq!(service.permit(Some(KeyScope::ReadLedger)), Ok(()));
        assert_eq!(service.permit(Some(KeyScope::WriteStatements)).unwrap_err().code, "scope-missing");
        assert_eq!(service.permit(None).unwrap_err().code, "not-for-keys");
    }

    #[test]
    fn a_service_says_what_it_is_for() {
        let form = |name: &str, purpose: &str| ServiceForm {
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            person: PersonId(Uuid::nil()),
        };
        assert_eq!(form(" 办公网 ", "推送待办").checked().unwrap().name, "办公网");
        let refusal = form(" ", &"长".repeat(201)).checked().unwrap_err();
        let codes: Vec<_> = refusal.errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
        assert_eq!(codes, [("/name", "required"), ("/purpose", "too-long")]);
    }
}
