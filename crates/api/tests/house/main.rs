//! What the product does over its API, on a house of its own for each test. One program, so that it is linked once.
//! `cargo test -p api --test house` runs all of it, `cargo test -p api --test house slips::` one file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

#[path = "../support/mod.rs"]
mod support;

mod appraisals;
mod archives;
mod bill;
mod brief;
mod calendar_feed;
mod causes;
mod checks;
mod counters;
mod demo;
mod deployment;
mod doctor;
mod documents;
mod exports;
mod feed_stream;
mod figures;
mod finding;
mod handovers;
mod identity;
mod imports;
mod ldap;
mod ledger_orders;
mod licences;
mod life;
mod lists;
mod live;
mod meetings;
mod office_round_trip;
mod own;
mod packs;
mod personal_duties;
mod plan_help;
mod plan_sheets;
mod plan_workbook;
mod provider;
mod publication;
mod quality;
mod recurrence;
mod rules;
mod saved_views;
mod scim;
mod services;
mod slip_list;
mod slips;
mod slips_sight;
mod store;
mod systemic;
mod tidy;
mod todo_counts;
mod todo_push;
mod trust;
mod wall;
mod webhooks;
mod week_workbook;
mod wire;
