//! Where a request stopped: its way through the layers, step by step.
//!
//! Readers turn signals into clues (one step, taken or failed), `blame` finds the step that a failure belongs to,
//! `settle` turns the rest into states. Nothing here knows a rule: only what the signals say, and what the capture
//! could have shown.

mod around;
mod blame;
mod client;
mod clue;
mod gateway;
mod marks;
mod route;
mod runtime;
mod settle;
mod sight;
mod spans;
#[cfg(test)]
mod tests;
mod texts;
mod verdict;

pub use around::{Around, TargetFacts};
pub use marks::asked_for;
pub use sight::runtime_window;

use crate::model::{Coverage, Kind, Layer, Outcome, Request, Signal, SignalKey, StepState, Walk};

use clue::Clues;
use route::Route;
use settle::Bench;

/// What the walk of one request looks at.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The request.
    pub request: &'a Request,
    /// Its tool, as written.
    pub tool: Option<&'a str>,
    /// Its signals in canonical order, read in full.
    pub signals: &'a [(SignalKey, Signal)],
    /// What the capture covers.
    pub coverage: &'a Coverage,
    /// What other requests of its Gateway target show.
    pub target: TargetFacts,
    /// Whether some request of the case shows the span of a Gateway's call to its target.
    pub shows_call_spans: bool,
    /// Records of a Runtime at its time ([`runtime_window`]) that belong to no request.
    pub loose: Vec<Signal>,
    /// Whether there are more than those.
    pub loose_cut: bool,
    /// Requests that may be the same call made again.
    pub neighbours: Vec<Neighbour<'a>>,
}

/// A request that may be the same call made again.
#[derive(Clone, Debug)]
pub struct Neighbour<'a> {
    /// The request.
    pub request: &'a Request,
    /// What it asks for, by [`asked_for`]; `None` when no record of it says.
    pub asked_for: Option<String>,
}

/// Walks one request. Pure; linear in its signals.
pub fn walk(scene: &Scene<'_>) -> Walk {
    let route = Route::of(scene.signals, scene.tool);
    let clues = clues(scene, route);
    let bench = Bench::new(scene, &clues, route);
    let steps = bench.steps();
    let may_stop = scene.request.outcome != Outcome::Ok;
    let stopped = steps
        .iter()
        .find(|step| may_stop && matches!(step.state, StepState::Failed | StepState::Missing))
        .map(|step| step.stage);
    let verdict = verdict::sentence(&bench, &steps, stopped);
    Walk { request: scene.request.key, steps, stopped, verdict, marks: marks::of(scene) }
}

fn clues(scene: &Scene<'_>, route: Route) -> Clues {
    let mut clues = Clues::default();
    for (key, signal) in scene.signals {
        match (signal.layer, signal.kind) {
            (Layer::Client, _) | (_, Kind::JsonRpc) => client::read(&mut clues, *key, signal, route.door()),
            (Layer::Gateway | Layer::Control | Layer::Identity, _) => gateway::read(&mut clues, *key, signal),
            (Layer::Span, Kind::XraySummary) => {}
            (Layer::Span, _) => spans::read(&mut clues, *key, signal, route.gateway),
            _ => runtime::read(&mut clues, *key, signal),
        }
    }
    clues
}
