//! Rule files to one compiled catalogue, and the one evaluator that judges scopes.
//!
//! `rules/README.md` specifies the language. A rule names *events* (predicates on one signal) and a *condition* over
//! the events of one *scope* (a request, a session, the capture). Events are found while records are read
//! ([`Prefilter`], [`Catalogue::match_signal`]); conditions are judged when all of them are known.

mod anchor;
mod builtin;
mod catalogue;
mod collapse;
mod condition;
mod docket;
mod document;
mod error;
mod eval;
mod event;
mod examples;
mod explain;
mod folder;
mod judge;
mod lint;
mod literal;
mod locate;
mod missing;
mod pattern;
mod prefilter;
mod read;
mod read_event;
mod read_when;
mod rule;
mod scaffold;
mod scope;
mod switches;
mod template;
mod words;

pub use anchor::FollowUp;
pub use catalogue::Catalogue;
pub use docket::{Docket, Hit, Hits, Judgement};
pub use error::{LoadError, UnknownRule};
pub use eval::State;
pub use event::{EventHit, EventKey, Reach};
pub use examples::{CrossTalk, ExampleFailure, Run, cross_talk, test_rule};
pub use explain::{Carrier, Explanation, MAX_SCOPES, Node, explain};
pub use judge::judge;
pub use lint::{Lint, lint};
pub use locate::Locator;
pub use prefilter::Prefilter;
pub use rule::{Example, ExampleKind, LAYERS, Rule};
pub use scaffold::scaffold;
pub use switches::Switches;
pub use words::{EventOutline, Outline};

/// Every field name that rules may use, with what it means. Any path below the open prefixes of
/// [`semconv`](crate::model::semconv) is a field as well.
pub fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    crate::model::semconv::FIELDS.iter().map(|def| (def.name, def.about))
}

#[cfg(test)]
mod tests;
