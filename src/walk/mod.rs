//! Where a request stopped: its way through the layers, step by step.
//!
//! Readers turn signals into clues (one stage, taken or failed), `settle` turns clues into steps. Nothing here
//! knows a rule: only what the signals say, and what the capture could have shown.

use crate::model::{Coverage, Request, Signal, SignalKey, Walk};

/// What the walk of one request looks at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The request.
    pub request: &'a Request,
    /// Its signals in canonical order, read in full.
    pub signals: &'a [(SignalKey, Signal)],
    /// What the capture covers.
    pub coverage: &'a Coverage,
}

/// Walks one request.
pub fn walk(scene: &Scene<'_>) -> Walk {
    Walk::unseen(scene.request.key)
}
