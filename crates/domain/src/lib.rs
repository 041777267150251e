//! The rules of closed-loop rectification, pure: no I/O, no clock, no randomness.

pub mod actor;
pub mod ids;
pub mod refusal;
pub mod words;
