//! One function for each mode: reads, analyses, writes, and says how it ended.
//!
//! `rules/list.rs` is the minimal example. Every error says what is wrong, where, and the next step.

pub mod baseline;
mod captures;
mod check;
mod collect;
mod config;
mod discover;
mod doctor;
mod feed;
mod iam;
mod judgement;
mod live;
mod outcome;
mod output;
mod progress;
mod remember;
mod report;
pub mod rules;
mod sample;
mod schema;
mod view;

pub use check::{Check, Colour, check};
pub use collect::{Collect, collect};
pub use discover::{Discover, ListFormat, discover};
pub use doctor::{Doctor, doctor};
pub use iam::{Iam, iam};
pub use judgement::Judgement;
pub use live::Sources;
pub use outcome::Outcome;
pub use output::Target;
pub use report::{Report, report};
pub use schema::{Schema, schema};
pub use view::{Print, View, has_terminal, print_keys, print_screen, view};
