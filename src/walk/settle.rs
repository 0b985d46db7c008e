//! From clues to steps.

use std::time::Duration;

use crate::model::{MAX_EVIDENCE, Outcome, Stage, Step, StepState, Timestamp};

use super::clue::{Clue, Clues, Says};
use super::route::Route;
use super::sight::{self, Sight};
use super::{Scene, blame};

/// Said of the steps behind the one that failed.
const NOT_REACHED: &str = "not reached, as far as the capture shows";
/// A Gateway that has not answered within this time does not: targets may take five minutes.
const GIVE_UP: Duration = Duration::from_mins(5);
/// A Gateway that answers faster has not waited for a target.
const NOT_CALLED: Duration = Duration::from_millis(50);

/// Everything that the steps are settled from.
pub(super) struct Bench<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) clues: &'a Clues,
    pub(super) route: Route,
    pub(super) culprit: Option<&'a Clue>,
    runtime: Sight,
}

impl<'a> Bench<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, clues: &'a Clues, route: Route) -> Self {
        let culprit = blame::culprit(clues, scene.request.outcome);
        Self { scene, clues, route, culprit, runtime: sight::of_runtime(scene) }
    }

    /// One step per stage, in order.
    pub(super) fn steps(&self) -> Vec<Step> {
        Stage::ALL.iter().map(|stage| self.step(*stage)).collect()
    }

    fn step(&self, stage: Stage) -> Step {
        let (state, note) = self.state(stage);
        let mut clues: Vec<&Clue> = self.clues.of(stage).collect();
        let failed = state == StepState::Failed;
        // A failed step shows what states the failure; spans tell times better than rows.
        clues.sort_by_key(|clue| (failed && clue.says < Says::Suspect, !clue.is_span, clue.at, clue.signal));
        let spoken = clues.iter().find(|clue| clue.at.is_some() && clue.end.is_some());
        let at = spoken.map_or_else(|| clues.iter().filter_map(|clue| clue.at).min(), |clue| clue.at);
        let mut signals: Vec<_> = Vec::new();
        for clue in &clues {
            if signals.len() < MAX_EVIDENCE && !signals.contains(&clue.signal) {
                signals.push(clue.signal);
            }
        }
        signals.sort_unstable();
        let duration = spoken.and_then(|clue| Some(clue.end?.since(clue.at?)));
        Step { stage, state, at, duration: duration.filter(|length| *length >= 0), signals, note }
    }

    fn state(&self, stage: Stage) -> (StepState, String) {
        if let Some(culprit) = self.culprit.filter(|culprit| culprit.stage == stage) {
            return (StepState::Failed, culprit.note.clone());
        }
        if self.is_cut_off(stage) {
            return (StepState::Unseen, NOT_REACHED.to_owned());
        }
        if let Some(clue) = self.best(stage) {
            return (StepState::Passed, clue.note.clone());
        }
        if let Some(why) = self.route.skips(stage) {
            return (StepState::NotApplicable, why.to_owned());
        }
        if self.is_implied(stage) {
            return (StepState::Implied, "a later step shows that it was taken".to_owned());
        }
        if let Some(note) = self.missing(stage) {
            return (StepState::Missing, note);
        }
        (StepState::Unseen, self.unseen(stage))
    }

    /// Whether the server refused the message, so that what looks like a handler's line is the server's own.
    fn is_cut_off(&self, stage: Stage) -> bool {
        let refused = self.culprit.is_some_and(|culprit| culprit.stage == Stage::RuntimeReceived);
        refused && self.route.skips(stage).is_none() && matches!(stage, Stage::Handler | Stage::Downstream)
    }

    /// Whether all that is known is a call to another service, made in the course of no request.
    pub(super) fn is_lone(&self) -> bool {
        !self.clues.any_between(Stage::Client, Stage::Handler)
            && self.clues.of(Stage::Response).next().is_none()
    }

    /// The clue that shows a step best: a span, then the earliest.
    fn best(&self, stage: Stage) -> Option<&Clue> {
        let says = |clue: &&Clue| (clue.says, !clue.is_span, clue.at, clue.signal);
        self.clues.of(stage).min_by_key(says)
    }

    fn is_implied(&self, stage: Stage) -> bool {
        let any = |first, last| self.clues.any_between(first, last);
        if self.is_lone() && stage < Stage::Downstream {
            return false;
        }
        let is_ok = self.scene.request.outcome == Outcome::Ok;
        match stage {
            Stage::Client => !self.clues.0.is_empty(),
            Stage::GatewayReceived => is_ok || any(Stage::Validated, Stage::Downstream),
            Stage::Validated | Stage::Policy | Stage::Token => {
                is_ok || any(Stage::TargetCalled, Stage::Downstream)
            }
            Stage::TargetCalled => is_ok || any(Stage::RuntimeReceived, Stage::Downstream),
            Stage::RuntimeReceived => is_ok || any(Stage::Handler, Stage::Downstream),
            Stage::Handler => is_ok || any(Stage::Downstream, Stage::Downstream),
            Stage::Downstream => false,
            Stage::Response => is_ok,
        }
    }

    /// Why a step did not happen, where the capture carries that claim.
    fn missing(&self, stage: Stage) -> Option<String> {
        let failed = self.scene.request.outcome == Outcome::Failed;
        match stage {
            Stage::TargetCalled if failed => self.target_not_called(),
            Stage::RuntimeReceived if failed && self.runtime.is_clear() && self.has_begun() => {
                Some("the Runtime log covers that time and shows no record of the call".to_owned())
            }
            Stage::Handler if failed && self.is_missing(Stage::RuntimeReceived) => {
                Some("the Runtime never received the call".to_owned())
            }
            Stage::Response => self.never_answered(),
            _ => None,
        }
    }

    /// Whether something shows that the call was made at all.
    fn has_begun(&self) -> bool {
        self.clues.any_between(Stage::Client, Stage::TargetCalled)
            && self.culprit.is_none_or(|culprit| culprit.stage != Stage::Client)
    }

    fn is_missing(&self, stage: Stage) -> bool {
        self.clues.of(stage).next().is_none() && !self.is_implied(stage) && self.missing(stage).is_some()
    }

    fn target_not_called(&self) -> Option<String> {
        if sight::of_call_span(self.scene).is_clear() {
            return Some(
                "the Gateway's span has no call to the target below it, as other requests have".to_owned(),
            );
        }
        let quick = self.refused_after().is_some_and(|length| length <= NOT_CALLED.as_nanos() as i64);
        (quick && self.is_missing(Stage::RuntimeReceived))
            .then(|| "the Gateway answered too soon to have called, and the Runtime shows nothing".to_owned())
    }

    /// Time from the Gateway's first signal to its answer, in nanoseconds.
    pub(super) fn refused_after(&self) -> Option<i64> {
        if !self.route.gateway {
            return None;
        }
        let first = self.clues.of(Stage::GatewayReceived).filter_map(|clue| clue.at).min()?;
        let gateways = self.clues.of(Stage::Response).filter(|clue| !clue.note.starts_with("the caller"));
        let mut answers = gateways.filter_map(|clue| clue.at);
        let stated = || self.culprit.and_then(|culprit| culprit.at);
        let answer: Timestamp = answers.next().or_else(stated)?;
        Some(answer.since(first))
    }

    fn never_answered(&self) -> Option<String> {
        let begun = self.clues.of(Stage::GatewayReceived).next().is_some();
        let open = self.scene.request.outcome != Outcome::Ok && begun && self.route.gateway;
        // The caller's own record of the call may be a request of its own.
        let answered = self.scene.neighbours.iter().any(|neighbour| {
            let overlaps = neighbour.request.window.zip(self.scene.request.window);
            neighbour.request.outcome == Outcome::Ok
                && overlaps.is_some_and(|(other, own)| other.contains(own.start) || own.contains(other.start))
        });
        (open && !answered && self.culprit.is_none() && sight::of_gateway_end(self.scene, GIVE_UP).is_clear())
            .then(|| "the Gateway log goes on for minutes and shows no answer".to_owned())
    }

    /// What would show a step that the capture does not.
    fn unseen(&self, stage: Stage) -> String {
        let culprit = self.culprit.map(|culprit| culprit.stage).filter(|culprit| *culprit < stage);
        match stage {
            Stage::RuntimeReceived if !self.runtime.is_clear() => self.runtime.why().to_owned(),
            _ if culprit.is_some() => NOT_REACHED.to_owned(),
            Stage::Client => "a client's record of the exchange would show it".to_owned(),
            Stage::GatewayReceived => "the Gateway's log or spans would show it".to_owned(),
            Stage::Validated => "the Gateway says nothing of it when it succeeds".to_owned(),
            Stage::Policy => "no policy record; there may be no policy engine".to_owned(),
            Stage::Token => "Identity's spans or log would show it".to_owned(),
            Stage::TargetCalled => "the Gateway's spans (aws/spans) would show it".to_owned(),
            Stage::RuntimeReceived => "the Runtime's log would show it".to_owned(),
            Stage::Handler => "the Runtime's log or spans would show it".to_owned(),
            Stage::Downstream => "no record of a call to another service".to_owned(),
            Stage::Response => "no record of an answer".to_owned(),
        }
    }

    /// Why the Runtime's records cannot tell; `None` when they can.
    pub(super) fn runtime_blind(&self) -> Option<&str> {
        (!self.runtime.is_clear()).then(|| self.runtime.why())
    }
}
