//! Remembers what the domain decides: PostgreSQL and nothing else. Queries take a connection; only `Database` makes transactions.

pub mod accounts;
pub mod actors;
pub mod agenda;
pub mod blobs;
pub mod brief;
pub mod calendar;
pub mod changes;
pub mod checks;
pub mod counts;
pub mod database;
#[cfg(feature = "testing")]
pub mod dataset;
pub mod documents;
pub mod drafts;
pub mod due_acts;
pub mod error;
pub mod events;
pub mod exports;
pub mod feed;
pub mod idempotency;
pub mod imports;
pub mod kiosks;
pub mod ledger;
pub mod meetings;
pub mod notifications;
pub mod opinions;
pub mod order;
pub mod organisation;
pub mod outward;
pub mod overview;
pub mod personal_duties;
pub mod policy_preview;
mod projection;
pub mod publications;
mod references;
pub mod rounds;
pub mod saved_views;
mod schema;
pub mod search;
pub mod services;
pub mod sessions;
pub mod signing;
pub mod slips;
mod statement;
pub mod statements;
pub mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
pub mod todo;
pub mod wall;
pub mod webhooks;

pub use database::Database;
pub use diesel::PgConnection;
pub use error::Error;
pub use events::Origin;
