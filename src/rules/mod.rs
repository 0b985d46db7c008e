//! Rule files to one compiled catalogue, and the one evaluator that judges scopes.
//!
//! `rules/README.md` specifies the language. A rule names *events* (predicates on one signal) and a *condition* over
//! the events of one *scope* (a request, a session, the capture). Events are found while records are read
//! ([`Prefilter`], [`Catalogue::match_signal`]); conditions are judged when all of them are known.

mod catalogue;
mod condition;
mod document;
mod error;
mod event;
mod folder;
mod literal;
mod pattern;
mod prefilter;
mod read;
mod read_event;
mod read_when;
mod rule;
mod template;

pub use catalogue::Catalogue;
pub use error::{LoadError, UnknownRule};
pub use event::{EventHit, EventKey};
pub use prefilter::Prefilter;
pub use rule::{Example, ExampleKind, LAYERS, Rule};
