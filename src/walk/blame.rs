//! Which step a failure belongs to, when several speak of it: failures travel outwards, so the innermost is the one.

use crate::model::{Outcome, Stage};

use super::clue::{Clue, Clues, Says};

/// The clue of the step that failed; `None` when nothing failed or no signal names a step.
pub(super) fn culprit(clues: &Clues, outcome: Outcome) -> Option<&Clue> {
    if outcome == Outcome::Ok {
        return None;
    }
    let downstream = lasting(clues);
    let handler = clues.of(Stage::Handler).find(|clue| clue.says == Says::Failed);
    if let Some(downstream) = downstream
        && handler.is_none_or(|handler| explains(downstream, handler))
    {
        return Some(downstream);
    }
    let inner = |says| {
        let stages = Stage::ALL.iter().rev().filter(|stage| **stage < Stage::Downstream);
        stages.filter_map(|stage| first(clues, *stage, says)).next()
    };
    let response = |says| first(clues, Stage::Response, says);
    inner(Says::Failed)
        .or_else(|| response(Says::Failed).filter(|_| outcome == Outcome::Failed))
        .or_else(|| inner(Says::Suspect).filter(|_| outcome == Outcome::Failed))
        .or_else(|| response(Says::Suspect).filter(|_| outcome == Outcome::Failed))
}

fn first(clues: &Clues, stage: Stage, says: Says) -> Option<&Clue> {
    clues.of(stage).find(|clue| clue.says == says)
}

/// The last failed call of the handler that no later call of the same name made up for.
fn lasting(clues: &Clues) -> Option<&Clue> {
    let key = |clue: &Clue| (clue.end.or(clue.at), clue.signal);
    let failed =
        clues.of(Stage::Downstream).filter(|clue| clue.says == Says::Failed).max_by_key(|c| key(c))?;
    let is_made_up_for = clues
        .of(Stage::Downstream)
        .any(|clue| clue.says == Says::Took && key(clue) > key(failed) && call(clue) == call(failed));
    (!is_made_up_for).then_some(failed)
}

/// What was called: the note without status and error.
fn call(clue: &Clue) -> &str {
    clue.note.split([',', ':']).next().unwrap_or_default()
}

/// Whether the handler's failure speaks of the failed call: it names its error, or says nothing.
fn explains(downstream: &Clue, handler: &Clue) -> bool {
    if handler.text.is_empty() || downstream.text.is_empty() || downstream.signal == handler.signal {
        return true;
    }
    let words = downstream.text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| is_error_name(word)).any(|word| handler.text.contains(word))
}

/// `AccessDenied`, `ThrottlingException`: a capital inside a word tells an error's name from prose.
fn is_error_name(word: &str) -> bool {
    word.len() > 8
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word[1..].contains(|c: char| c.is_ascii_uppercase())
}
