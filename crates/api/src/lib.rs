//! The product's face: HTTP in, commands and queries out, problems back. It translates and decides nothing.

#![allow(unreachable_pub, reason = "the macros of actix-web make each handler a type of its own")]

pub mod accounts;
pub mod app;
pub mod auth;
pub mod calendar;
pub mod checks;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod draw;
pub mod embedded;
pub mod evidence;
pub mod extract;
pub mod history;
pub mod import;
pub mod init;
pub mod jobs;
pub mod ledger;
pub mod limits;
pub mod lists;
pub mod live;
pub mod notices;
pub mod office;
pub mod openapi;
pub mod organisation;
pub mod overview;
pub mod own;
pub mod passwords;
pub mod plan_advice;
pub mod policy;
pub mod problem;
pub mod rounds;
pub mod routes;
pub mod saved_views;
pub mod search;
pub mod serve;
pub mod sessions;
pub mod signing;
pub mod statements;
pub mod task_commands;
pub mod task_view;
pub mod telemetry;
pub mod todo;
pub mod tokens;
pub mod web;
