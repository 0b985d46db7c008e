//! A request's way through the layers as a sequence diagram: who called whom, and where it stopped. Mermaid and SVG
//! are two ways to write the same [`Diagram`].

mod mermaid;
mod svg;

use super::Report;
use super::words::offset;
use crate::model::{Request, Stage, Step, StepState, Timestamp, Walk};
use crate::text::SafeText;

/// Longest text on an arrow and in a note, in characters.
const ARROW: usize = 60;
const NOTE: usize = 160;

/// A lane of the diagram, in order from left to right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Actor {
    Client,
    Gateway,
    Policy,
    Token,
    Target,
    Downstream,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Look {
    /// A signal shows it.
    Seen,
    /// A later step shows that it happened.
    Implied,
    /// It failed.
    Failed,
}

/// One row of the diagram, from top to bottom.
#[derive(Clone, PartialEq, Debug)]
enum Line {
    /// A call or, from right to left, an answer. From an actor to itself: something it did.
    Arrow { from: Actor, to: Actor, look: Look, text: SafeText },
    /// Where it stopped: over one lane or from one to another.
    Stop { from: Actor, to: Actor, text: SafeText },
}

/// A sequence diagram.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Diagram {
    /// Lanes that are used, from left to right, with their names.
    lanes: Vec<(Actor, &'static str)>,
    lines: Vec<Line>,
    /// Steps that the capture cannot show, in words.
    pub(super) hidden: Vec<&'static str>,
}

impl Diagram {
    /// The diagram of a walk; `None` when no step can be drawn.
    pub(super) fn new(report: &Report<'_>, request: &Request, walk: &Walk) -> Option<Self> {
        let drawer = Drawer { report, request, walk, start: request.window.map(|window| window.start) };
        let lines: Vec<Line> = walk.steps.iter().flat_map(|step| drawer.lines(step)).collect();
        let calls = lines.iter().filter(|line| matches!(line, Line::Arrow { from, to, .. } if from != to));
        if calls.count() == 0 {
            return None;
        }
        let mut actors: Vec<Actor> = lines
            .iter()
            .flat_map(|line| match line {
                Line::Arrow { from, to, .. } | Line::Stop { from, to, .. } => [*from, *to],
            })
            .collect();
        actors.sort_unstable();
        actors.dedup();
        let hidden = walk.steps.iter().filter(|step| step.state == StepState::Unseen);
        let hidden = hidden.map(|step| step_name(step.stage)).collect();
        Some(Self {
            lanes: actors.into_iter().map(|actor| (actor, drawer.name(actor))).collect(),
            lines,
            hidden,
        })
    }

    /// As Mermaid source.
    pub(super) fn mermaid(&self) -> String {
        mermaid::write(self)
    }

    /// As an SVG element.
    pub(super) fn svg(&self) -> String {
        svg::write(self)
    }

    fn lane(&self, actor: Actor) -> usize {
        self.lanes.iter().position(|(other, _)| *other == actor).unwrap_or_default()
    }
}

/// What a step is called where it stands alone.
pub(super) fn step_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Client => "client sends",
        Stage::GatewayReceived => "Gateway receives",
        Stage::Validated => "argument validation",
        Stage::Policy => "policy and interceptors",
        Stage::Token => "outbound credentials",
        Stage::TargetCalled => "call of the target",
        Stage::RuntimeReceived => "Runtime receives",
        Stage::Handler => "handler runs",
        Stage::Downstream => "downstream calls",
        Stage::Response => "answer",
    }
}

struct Drawer<'r, 'a> {
    report: &'r Report<'a>,
    request: &'r Request,
    walk: &'r Walk,
    start: Option<Timestamp>,
}

impl Drawer<'_, '_> {
    fn name(&self, actor: Actor) -> &'static str {
        match actor {
            Actor::Client => "Client",
            Actor::Gateway => "Gateway",
            Actor::Policy => "Policy",
            Actor::Token => "Credentials",
            Actor::Target if self.is(Stage::RuntimeReceived, |state| state != StepState::NotApplicable) => {
                "Runtime"
            }
            Actor::Target => "Target",
            Actor::Downstream => "Downstream",
        }
    }

    fn is(&self, stage: Stage, test: impl Fn(StepState) -> bool) -> bool {
        self.walk.step(stage).is_some_and(|step| test(step.state))
    }

    fn is_drawn(&self, stage: Stage) -> bool {
        self.is(stage, |state| look(state).is_some())
    }

    fn lines(&self, step: &Step) -> Vec<Line> {
        let arrow = look(step.state).and_then(|look| {
            let (from, to) = self.ends(step.stage)?;
            Some(Line::Arrow { from, to, look, text: self.text(step) })
        });
        let stop = (self.walk.stopped == Some(step.stage)).then(|| {
            let (from, to) = self.stop(step.stage);
            let what = if step.state == StepState::Missing { "STOPPED BEFORE" } else { "STOPPED AT" };
            let note = if step.note.is_empty() { String::new() } else { format!(" - {}", step.note) };
            let text = format!("{what}: {}{note}", step_name(step.stage));
            Line::Stop { from, to, text: self.report.door.line(&text, NOTE) }
        });
        arrow.into_iter().chain(stop).collect()
    }

    /// Between which lanes a step happens; `None` for what is no call.
    fn ends(&self, stage: Stage) -> Option<(Actor, Actor)> {
        use Actor::{Client, Downstream, Gateway, Policy, Target, Token};
        let has_gateway = self.is_drawn(Stage::GatewayReceived);
        Some(match stage {
            Stage::Client => return None,
            Stage::GatewayReceived => (Client, Gateway),
            Stage::Validated => (Gateway, Gateway),
            Stage::Policy => (Gateway, Policy),
            Stage::Token => (Gateway, Token),
            Stage::TargetCalled => (Gateway, Target),
            Stage::RuntimeReceived if self.is_drawn(Stage::TargetCalled) => (Target, Target),
            Stage::RuntimeReceived if has_gateway => (Gateway, Target),
            Stage::RuntimeReceived => (Client, Target),
            Stage::Handler => (Target, Target),
            Stage::Downstream => (Target, Downstream),
            Stage::Response if has_gateway => (Gateway, Client),
            Stage::Response => (Target, Client),
        })
    }

    /// Over which lanes the mark of the last step stands.
    fn stop(&self, stage: Stage) -> (Actor, Actor) {
        let is_missing = self.is(stage, |state| state == StepState::Missing);
        match self.ends(stage) {
            Some((from, to)) if is_missing => (from.min(to), from.max(to)),
            Some((_, to)) if stage != Stage::Response => (to, to),
            Some((from, _)) => (from, from),
            None => (Actor::Client, Actor::Client),
        }
    }

    fn text(&self, step: &Step) -> SafeText {
        let what = match step.stage {
            Stage::GatewayReceived | Stage::RuntimeReceived
                if self.ends(step.stage).is_some_and(|(from, _)| from == Actor::Client) =>
            {
                let tool = self.report.snapshot.names.text(self.request.tool);
                tool.map_or_else(|| "request".to_owned(), |tool| format!("call of {tool}"))
            }
            Stage::Response if self.walk.stopped.is_some() || step.state == StepState::Failed => {
                "error answer".to_owned()
            }
            stage => step_name(stage).to_owned(),
        };
        // A step that the caller's exchange shows began when the exchange did: no time to order steps by.
        let before = self.walk.steps.iter().take_while(|other| other.stage != step.stage);
        let latest = before.filter(|other| look(other.state).is_some()).filter_map(|other| other.at).max();
        let at = step.at.filter(|at| latest.is_none_or(|latest| latest <= *at));
        let at = at.zip(self.start).map(|(at, start)| format!(", {}", offset(at, start)));
        let seen = if step.state == StepState::Implied { " (not seen itself)" } else { "" };
        self.report.door.line(&format!("{what}{}{seen}", at.unwrap_or_default()), ARROW)
    }
}

/// How a step is drawn; `None` for one that is not.
fn look(state: StepState) -> Option<Look> {
    match state {
        StepState::Passed => Some(Look::Seen),
        StepState::Implied => Some(Look::Implied),
        StepState::Failed => Some(Look::Failed),
        StepState::Missing | StepState::Unseen | StepState::NotApplicable => None,
    }
}
