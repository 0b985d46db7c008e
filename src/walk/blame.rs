//! Which step a failure belongs to, when several speak of it: failures travel outwards, so the innermost is the one.

use crate::model::{Outcome, Stage};

use super::clue::{Clue, Clues, Says};

/// The clue of the step that failed; `None` when nothing failed or no signal names a step.
pub(super) fn culprit(clues: &Clues, outcome: Outcome) -> Option<&Clue> {
    if outcome == Outcome::Ok {
        return None;
    }
    let downstream = lasting(clues);
    if let Some(downstream) = downstream
        && explains(downstream, clues)
    {
        return Some(downstream);
    }
    let inner = |says| {
        let mut stages = Stage::ALL.iter().rev().filter(|stage| **stage < Stage::Downstream);
        stages.find_map(|stage| first(clues, *stage, says))
    };
    let response = |says| first(clues, Stage::Response, says);
    // A bare status 500 is the handler's only where a handler is known to have run.
    let ran = clues.of(Stage::Handler).any(|clue| clue.says == Says::Took);
    let suspect = || {
        let door = first(clues, Stage::RuntimeReceived, Says::Suspect).filter(|_| !ran);
        door.or_else(|| inner(Says::Suspect))
    };
    inner(Says::Failed)
        .or_else(|| response(Says::Failed).filter(|_| outcome == Outcome::Failed))
        .or_else(|| suspect().filter(|_| outcome == Outcome::Failed))
        .or_else(|| response(Says::Suspect).filter(|_| outcome == Outcome::Failed))
}

fn first(clues: &Clues, stage: Stage, says: Says) -> Option<&Clue> {
    clues.of(stage).filter(|clue| clue.says == says).min_by_key(|clue| (clue.text.is_empty(), clue.signal))
}

/// The last failed call of the handler that no later call of the same name made up for.
fn lasting(clues: &Clues) -> Option<&Clue> {
    let key = |clue: &Clue| (clue.end.or(clue.at), clue.signal);
    let failed =
        clues.of(Stage::Downstream).filter(|clue| clue.says == Says::Failed).max_by_key(|c| key(c))?;
    let is_made_up_for = clues
        .of(Stage::Downstream)
        .any(|clue| clue.says == Says::Took && key(clue) > key(failed) && call(clue) == call(failed));
    let best = || clues.of(Stage::Downstream).filter(|clue| clue.says == Says::Failed);
    let told = best().min_by_key(|clue| (!clue.is_span, clue.text.is_empty(), clue.signal));
    told.filter(|_| !is_made_up_for)
}

/// What was called: the note without status and error.
fn call(clue: &Clue) -> &str {
    clue.note.split([',', ':']).next().unwrap_or_default()
}

/// Whether the handler failed because of the failed call: a record of its own says so, its failure names the call's
/// error, or nothing else is known of it.
fn explains(downstream: &Clue, clues: &Clues) -> bool {
    let failed = |stage| clues.of(stage).filter(|clue| clue.says == Says::Failed);
    let has_own_word = failed(Stage::Downstream).any(|clue| !clue.is_span);
    if has_own_word || downstream.text.is_empty() || failed(Stage::Handler).next().is_none() {
        return true;
    }
    let words =
        || downstream.text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_error_name(word));
    failed(Stage::Handler).any(|handler| words().any(|word| handler.text.contains(word)))
}

/// `AccessDenied`, `ThrottlingException`: a capital inside a word tells an error's name from prose.
fn is_error_name(word: &str) -> bool {
    word.len() >= 8
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word[1..].contains(|c: char| c.is_ascii_uppercase())
}
