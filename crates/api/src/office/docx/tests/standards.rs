//! The standard templates filled.
