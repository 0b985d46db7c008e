//! Above the axis: which request this is, where it stopped, and the steps it took.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{State, rooms};
use crate::model::{MarkKind, Stage, Step, StepState, Walk};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::widgets::{Line, excerpt, width};

/// Longer lines are hard to read.
const MAX_COLUMNS: u16 = 144;
/// Longest sentence, in characters.
const MAX_WORDS: usize = 600;

/// Rows of the sentences, made when the request, the answer or the size changes.
pub(super) fn sentences(shared: &Shared, walk: Option<&Walk>) -> Vec<(Role, String)> {
    let area = shared.body();
    let Some(walk) = walk else {
        return vec![(Role::Dim, "  Where it stopped is not known yet.".to_owned())];
    };
    let symbols = shared.look.symbols;
    let (role, sign) = match walk.stopped {
        Some(_) => (Role::Failed, symbols.stop),
        None => (Role::Normal, symbols.dot),
    };
    let columns = usize::from(area.width.min(MAX_COLUMNS)).saturating_sub(4);
    let words = shared.line(&walk.verdict, MAX_WORDS);
    let rows = excerpt(words.as_str(), columns, rooms::verdict_rows(area), symbols.ellipsis);
    let lead = |at| if at == 0 { format!("{sign} ") } else { "  ".to_owned() };
    let mut sentences: Vec<_> =
        rows.into_iter().enumerate().map(|(at, row)| (role, format!("{}{row}", lead(at)))).collect();
    let most = match area.height {
        0..16 => 0,
        16..28 => 1,
        _ => 3,
    };
    // A child that outlives its parent is marked in its row.
    let told = walk.marks.iter().filter(|mark| mark.kind != MarkKind::OutlivesParent);
    sentences.extend(told.take(most).map(|mark| {
        let words = format!("{} {}: {}", symbols.arrow, mark.kind.word().replace('-', " "), mark.note);
        (Role::Warning, shared.line(&words, MAX_WORDS).to_string())
    }));
    sentences
}

/// Rows of the whole head.
pub(super) fn rows(state: &State) -> u16 {
    2 + state.sentences.len() as u16
}

pub(super) fn draw(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    heading(state, shared, &mut Line::new(frame.buffer_mut(), shared.look, area, 0));
    for ((role, text), row) in state.sentences.iter().zip(1..) {
        Line::new(frame.buffer_mut(), shared.look, area, row).skip(1).put(*role, text);
    }
    let Some(walk) = state.request.and_then(|key| shared.answers.walks.get(&key)) else { return };
    let row = 1 + state.sentences.len() as u16;
    steps(walk, shared, &mut Line::new(frame.buffer_mut(), shared.look, area, row));
}

/// Number, tool, outcome, length, time.
fn heading(state: &State, shared: &Shared, line: &mut Line<'_>) {
    let snapshot = shared.snapshot();
    let Some(request) = state.request.and_then(|key| snapshot.requests.get(key.index())) else { return };
    line.skip(1).put(Role::Title, &format!("#{} ", request.key.0 + 1));
    if let Some(called) = snapshot.names.text(request.tool).or(state.operation.as_deref()) {
        line.put(Role::Title, shared.line(called, 80).as_str()).skip(1);
    }
    let sign = shared.look.symbols.outcome(request.outcome);
    line.skip(1).put(request.outcome.into(), &format!("{sign} {}", request.outcome));
    if let Some(window) = request.window {
        line.skip(2).put(Role::Normal, &time::duration(window.end.since(window.start)));
        line.skip(2).put(Role::Dim, &shared.zone.full(window.start));
    }
    let count = format!("request {} of {}", request.key.0 + 1, snapshot.requests.len());
    let room = line.skip(2).room().saturating_sub(1);
    if width(&count) <= room {
        line.right(Role::Dim, &count, room);
    }
}

/// The way through the layers: a sign and a short name for each step that this kind of request takes. Behind the one
/// where it stopped only what is known of them.
fn steps(walk: &Walk, shared: &Shared, line: &mut Line<'_>) {
    let symbols = shared.look.symbols;
    line.skip(1);
    let mut is_missing = false;
    let is_told = |step: &&Step| match step.state {
        StepState::NotApplicable => false,
        StepState::Unseen => walk.stopped.is_none_or(|stop| step.stage < stop),
        // Of those that never happened the first one says it all.
        StepState::Missing => !std::mem::replace(&mut is_missing, true),
        _ => true,
    };
    for (at, step) in walk.steps.iter().filter(is_told).enumerate() {
        if at > 0 {
            line.put(Role::Border, &format!(" {} ", symbols.arrow));
        }
        let name = name(step.stage);
        let is_stop = walk.stopped == Some(step.stage);
        let words = match step.state {
            _ if is_stop => format!("{} {name}", symbols.stop),
            StepState::Passed => format!("{} {name}", symbols.ok),
            StepState::Failed => format!("{} {name}", symbols.failed),
            StepState::Missing => format!("no {name}"),
            StepState::Unseen | StepState::NotApplicable => format!("{} {name}", symbols.unknown),
            StepState::Implied => format!("({name})"),
        };
        let role = role(step, is_stop);
        line.put(role, &words);
    }
}

fn role(step: &Step, is_stop: bool) -> Role {
    match step.state {
        _ if is_stop => Role::Failed,
        StepState::Unseen | StepState::Missing => Role::Dim,
        state => state.into(),
    }
}

/// Its name in one short word, so that ten of them fit into a row.
fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Client => "client",
        Stage::GatewayReceived => "gateway",
        Stage::Validated => "validated",
        Stage::Policy => "policy",
        Stage::Token => "token",
        Stage::TargetCalled => "target",
        Stage::RuntimeReceived => "runtime",
        Stage::Handler => "handler",
        Stage::Downstream => "downstream",
        Stage::Response => "response",
    }
}
