//! Bytes to signals. Never fails: what cannot be read becomes an [`Issue`](crate::model::Issue).
//!
//! [`cut`] finds records, [`join`] puts together those that were stored line by line, [`decode`] reads one;
//! [`skim`] reads the few facts of an uneventful one, fast. [`Growth`] cuts and joins an input that grows.

mod envelope;
mod growth;
mod join;
mod payload;
mod skim;

pub use envelope::{cut, normalise, payload, payload_into};
pub use growth::{Gain, Growth};
pub use join::join;
pub use payload::decode;
pub use skim::{Skim, skim};
