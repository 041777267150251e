//! The standard templates, made by code.
