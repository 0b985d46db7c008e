//! A known failure among thousands of healthy requests: the right request and the right cause must be named, and
//! nothing else.

mod envelope;
mod examples;
mod failure;
mod judged;
mod laws;
mod mixed;
mod random;
mod record;
mod removed;
mod traffic;
mod words;

/// When the synthetic traffic begins: 2026-11-20T20:00:00Z.
const START: i64 = 1_795_204_800 * record::SECOND;
