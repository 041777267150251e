//! SCIM 2.0 as other systems speak it (RFC 7643, RFC 7644; docs/domain.md §36): what a resource has, filters, and changes of one as it is written. It
//! knows JSON and no table; what a change means for the organisation is decided where the organisation is kept.

pub mod filter;
pub mod patch;

use crate::refusal::{FieldError, Refusal};

/// Most changes in one request.
pub const MOST_OPERATIONS: usize = 1000;
/// Most resources on a page.
pub const MOST_RESULTS: usize = 200;
/// The post of who is put into a unit without one.
pub const DEFAULT_POST: &str = "成员";

/// What kinds of units there are.
pub const KINDS: [&str; 6] = ["group", "department", "subsidiary", "plant", "organ", "other"];

/// Names of schemas.
pub mod urn {
    pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
    /// Posts of a person.
    pub const PERSON: &str = "urn:bihuan:params:scim:schemas:extension:1.0:Person";
    /// Code, kind and place of a unit.
    pub const UNIT: &str = "urn:bihuan:params:scim:schemas:extension:1.0:Unit";
    pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
    pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    pub const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
}

/// One attribute of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub name: &'static str,
    /// Its parts; empty for what has none.
    pub parts: &'static [&'static str],
    pub is_many: bool,
    pub is_read_only: bool,
}

const fn plain(name: &'static str) -> Attribute {
    Attribute { name, parts: &[], is_many: false, is_read_only: false }
}

const fn fixed(name: &'static str) -> Attribute {
    Attribute { name, parts: &[], is_many: false, is_read_only: true }
}

/// What a resource has: its own attributes and those of its extension.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub urn: &'static str,
    pub own: &'static [Attribute],
    /// Extensions by their names.
    pub extensions: &'static [(&'static str, &'static [Attribute])],
    /// What a filter may ask for.
    pub filtered: &'static [&'static str],
}

/// A person.
pub const USER: Shape = Shape {
    urn: urn::USER,
    own: &[
        fixed("schemas"),
        fixed("id"),
        plain("externalId"),
        plain("userName"),
        Attribute { name: "name", parts: &["formatted"], is_many: false, is_read_only: false },
        plain("displayName"),
        plain("active"),
        fixed("title"),
        Attribute { name: "groups", parts: &["value", "display", "$ref", "type"], is_many: true, is_read_only: true },
        fixed("meta"),
    ],
    extensions: &[(
        urn::PERSON,
        &[Attribute {
            name: "posts",
            parts: &["unit", "post", "isHead", "isHome", "from"],
            is_many: true,
            is_read_only: false,
        }],
    )],
    filtered: &["userName", "externalId", "active", "id"],
};

/// A unit.
pub const GROUP: Shape = Shape {
    urn: urn::GROUP,
    own: &[
        fixed("schemas"),
        fixed("id"),
        plain("externalId"),
        plain("displayName"),
        Attribute { name: "members", parts: &["value", "display", "$ref", "type"], is_many: true, is_read_only: false },
        fixed("meta"),
    ],
    extensions: &[(urn::UNIT, &[plain("code"), plain("kind"), plain("parent"), plain("aliases")])],
    filtered: &["displayName", "externalId", "id"],
};

/// An attribute of a resource by what somebody calls it, whatever the case; with its extension.
pub(crate) fn attribute(shape: &Shape, called: &str) -> Option<(Option<&'static str>, Attribute)> {
    let find = |all: &'static [Attribute], name: &str| all.iter().copied().find(|a| a.name.eq_ignore_ascii_case(name));
    let after = |urn: &str| {
        let is_of = called.len() > urn.len() && called.is_char_boundary(urn.len());
        is_of.then(|| called.split_at(urn.len())).filter(|(front, _)| front.eq_ignore_ascii_case(urn))
    };
    if let Some((_, rest)) = after(shape.urn) {
        return find(shape.own, rest.strip_prefix(':')?).map(|a| (None, a));
    }
    for (urn, all) in shape.extensions {
        if let Some((_, rest)) = after(urn) {
            return find(all, rest.strip_prefix(':')?).map(|a| (Some(*urn), a));
        }
    }
    find(shape.own, called).map(|a| (None, a))
}

/// A refusal with its place.
pub(crate) fn refused(pointer: impl Into<String>, code: &'static str) -> Refusal {
    Refusal::invalid(code, vec![FieldError::at(pointer, code)])
}

/// The word RFC 7644 has for a code of ours, and the status it asks for where that is another.
pub fn scim_type(code: &str) -> (Option<&'static str>, Option<u16>) {
    match code {
        "malformed" => (Some("invalidSyntax"), None),
        "scim-filter-unsupported" => (Some("invalidFilter"), Some(400)),
        "scim-path-unknown" => (Some("invalidPath"), Some(400)),
        "scim-no-target" => (Some("noTarget"), Some(400)),
        "scim-read-only" => (Some("mutability"), Some(400)),
        "scim-too-many-operations" => (Some("tooMany"), Some(413)),
        "scim-external-id-taken" | "scim-user-name-taken" | "scim-name-taken" => (Some("uniqueness"), Some(409)),
        "stale" | "not-found" | "unauthenticated" | "not-for-keys" | "scope-missing" | "not-allowed"
        | "unit-outside-key" | "last-administrator" | "unit-in-use" => (None, None),
        _ => (Some("invalidValue"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_found_by_its_name_in_any_case_and_by_its_whole_name() {
        let name = |called: &str| attribute(&USER, called).map(|(urn, a)| (urn, a.name));
        assert_eq!(name("username"), Some((None, "userName")));
        assert_eq!(name(&format!("{}:userName", urn::USER)), Some((None, "userName")));
        assert_eq!(name(&format!("{}:posts", urn::PERSON)), Some((Some(urn::PERSON), "posts")));
        for other in ["posts", "password", "", "用户", &format!("{}:posts", urn::UNIT)] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn the_words_of_the_standard_stand_for_ours() {
        assert_eq!(scim_type("scim-external-id-taken"), (Some("uniqueness"), Some(409)));
        assert_eq!(scim_type("scim-too-many-operations"), (Some("tooMany"), Some(413)));
        assert_eq!(scim_type("last-administrator"), (None, None));
        assert_eq!(scim_type("required"), (Some("invalidValue"), None));
    }
}
