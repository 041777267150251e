//! Filters: `attribute eq value`, joined by `and` (RFC 7644 §3.4.2.2, as far as it is spoken here).

use serde_json::Value;

use super::{Shape, attribute, refused};
use crate::refusal::Refusal;

/// One comparison; all of a filter have to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// As the standard writes it, such as `userName`; within brackets the part of a value.
    pub attribute: String,
    pub value: Value,
}

/// Longest filter, bytes.
const LONGEST: usize = 1000;

/// The comparisons of a filter, with the attributes as they were called.
fn terms(text: &str) -> Option<Vec<Term>> {
    let mut rest = text.trim();
    let mut found = Vec::new();
    loop {
        let (name, after) = rest.split_once(char::is_whitespace)?;
        let (operator, after) = after.trim_start().split_once(char::is_whitespace)?;
        if !operator.eq_ignore_ascii_case("eq") {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(after.trim_start()).into_iter::<Value>();
        let value = values.next()?.ok().filter(|v| !v.is_object() && !v.is_array())?;
        let behind = after.trim_start().get(values.byte_offset()..)?;
        found.push(Term { attribute: name.to_owned(), value });
        let next = behind.trim_start();
        if next.is_empty() {
            return Some(found);
        }
        let (word, more) = next.split_once(char::is_whitespace)?;
        // A word right behind a value is no word of its own.
        if !word.eq_ignore_ascii_case("and") || next.len() == behind.len() {
            return None;
        }
        rest = more.trim_start();
    }
}

/// A filter of a list: every attribute is one that may be asked for.
///
/// Errors: `scim-filter-unsupported`.
pub fn of_list(text: &str, shape: &Shape) -> Result<Vec<Term>, Refusal> {
    let unsupported = || refused("/filter", "scim-filter-unsupported");
    let found = terms(text).filter(|_| text.len() <= LONGEST).ok_or_else(unsupported)?;
    found
        .into_iter()
        .map(|term| {
            let known = attribute(shape, &term.attribute).filter(|(urn, _)| urn.is_none()).map(|(_, a)| a.name);
            let name = known.filter(|name| shape.filtered.contains(name)).ok_or_else(unsupported)?;
            let fits = if name == "active" { term.value.is_boolean() } else { term.value.is_string() };
            let term = Term { attribute: name.to_owned(), value: term.value };
            if fits { Ok(term) } else { Err(unsupported()) }
        })
        .collect()
}

/// A filter within brackets, over the parts of a value.
pub(super) fn of_parts(text: &str, parts: &[&'static str]) -> Option<Vec<Term>> {
    let known = |term: Term| {
        let name = parts.iter().find(|part| part.eq_ignore_ascii_case(&term.attribute))?;
        Some(Term { attribute: (*name).to_owned(), value: term.value })
    };
    terms(text)?.into_iter().map(known).collect()
}

/// Whether a value has all of it.
pub(super) fn holds(terms: &[Term], value: &Value) -> bool {
    terms.iter().all(|term| value.get(&term.attribute) == Some(&term.value))
}

#[cfg(test)]
mod tests {
    use super::super::{GROUP, USER};
    use super::*;
    use serde_json::json;

    fn term(attribute: &str, value: Value) -> Term {
        Term { attribute: attribute.to_owned(), value }
    }

    #[test]
    fn eq_and_and_are_understood() {
        let read = |text: &str| of_list(text, &USER).unwrap();
        assert_eq!(read(r#"userName eq "P041""#), [term("userName", json!("P041"))]);
        assert_eq!(
            read(r#" USERNAME EQ "a \"and\" b" And active eq true "#),
            [term("userName", json!("a \"and\" b")), term("active", json!(true))]
        );
        assert_eq!(
            read(r#"urn:ietf:params:scim:schemas:core:2.0:User:externalId eq "7""#),
            [term("externalId", json!("7"))]
        );
        assert_eq!(of_list(r#"displayName eq "财务部""#, &GROUP).unwrap(), [term("displayName", json!("财务部"))]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let long = format!(r#"userName eq "{}""#, "长".repeat(400));
        for text in [
            "",
            "userName",
            r#"userName co "P""#,
            "userName eq P041",
            r#"userName eq "P041" or active eq true"#,
            r#"userName eq "P041"and active eq true"#,
            r#"(userName eq "P041")"#,
            r#"not userName eq "P041""#,
            r#"password eq "x""#,
            r#"active eq "true""#,
            r#"userName eq ["P041"]"#,
            r#"userName eq "P041" and"#,
            r#"members.value eq "x""#,
            &long,
        ] {
            assert_eq!(of_list(text, &USER).unwrap_err().code, "scim-filter-unsupported", "{text}");
        }
    }
}
