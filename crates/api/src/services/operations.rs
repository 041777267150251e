//! Which operations a key opens, and by which scope. What is not listed is closed to keys: they make no accounts and no keys and sign nothing.

use domain::service::KeyScope;

use KeyScope::{ReadEvents, ReadLedger, WriteOrganisation, WriteStatements};

/// By method and path as the contract writes them, without the front part all share.
const OPEN: &[(&str, &str, KeyScope)] = &[
    ("GET", "/rounds/{id}", ReadLedger),
    ("GET", "/rounds/{id}/tasks", ReadLedger),
    ("GET", "/rounds/{id}/chain", ReadLedger),
    ("GET", "/rounds/{id}/aspects", ReadLedger),
    ("GET", "/rounds/{id}/lists", ReadLedger),
    ("GET", "/rounds/{id}/calendar", ReadLedger),
    ("GET", "/rounds/{id}/search", ReadLedger),
    ("GET", "/rounds/{id}/statements", ReadLedger),
    ("GET", "/tasks/{id}", ReadLedger),
    ("GET", "/tasks/{id}/history", ReadLedger),
    ("POST", "/tasks/{id}/statements", WriteStatements),
    ("GET", "/units", WriteOrganisation),
    ("GET", "/people", WriteOrganisation),
    ("POST", "/organisation/imports", WriteOrganisation),
    ("GET", "/events", ReadEvents),
];

/// What every key opens: to see what it is.
const OF_EVERY_KEY: &str = "/key";

const FRONT: &str = "/api/v1";

/// The answer for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// Any key.
    Always,
    /// A key with this scope.
    With(KeyScope),
    /// None.
    Never,
}

/// What opens an operation, by its method and its path as the contract writes it.
pub fn opens(method: &str, pattern: &str) -> Opens {
    // What another system keeps of the organisation, in the words of its own standard.
    if pattern.strip_prefix(crate::scim::FRONT).is_some_and(|rest| rest.starts_with('/')) {
        return Opens::With(WriteOrganisation);
    }
    let Some(path) = pattern.strip_prefix(FRONT) else { return Opens::Never };
    if (method, path) == ("GET", OF_EVERY_KEY) {
        return Opens::Always;
    }
    let found = OPEN.iter().find(|(m, p, _)| (*m, *p) == (method, path));
    found.map_or(Opens::Never, |(.., scope)| Opens::With(*scope))
}

/// Every operation that some key opens, as the contract writes it.
pub fn all() -> impl Iterator<Item = (&'static str, String, Opens)> {
    let every = ("GET", format!("{FRONT}{OF_EVERY_KEY}"), Opens::Always);
    let scoped = OPEN.iter().map(|(method, path, scope)| (*method, format!("{FRONT}{path}"), Opens::With(*scope)));
    std::iter::once(every).chain(scoped)
}
