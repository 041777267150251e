//! The rules of closed-loop rectification, pure: no I/O, no clock, no randomness.

pub mod account;
pub mod actor;
pub mod calendar;
pub mod chain;
pub mod ids;
pub mod labels;
pub mod notification;
pub mod policy;
pub mod refusal;
pub mod rights;
pub mod sign_request;
pub mod task;
pub mod weekly_statement;
pub mod words;
pub mod workbook;
