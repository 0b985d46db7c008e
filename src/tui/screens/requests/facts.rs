//! What the list says of a request.

use crate::case::Case;
use crate::model::{Outcome, Request};
use crate::tui::model::Shared;

/// The operation of a request that names no tool: the name of its first signal that has one.
pub(in crate::tui::screens) fn operation(case: Option<&Case>, request: &Request) -> Option<String> {
    /// Signals that are read for it.
    const FIRST: usize = 4;
    let case = case.filter(|_| !request.tool.is_some())?;
    request.signals.iter().take(FIRST).find_map(|link| case.signal(link.signal).name)
}

/// Nanoseconds from the first to the last signal.
pub(super) fn duration(request: &Request) -> i64 {
    request.window.map_or(0, |window| window.end.since(window.start))
}

/// The root cause in words.
pub(super) fn cause<'s>(shared: &'s Shared, request: &Request) -> Option<&'s str> {
    shared.lookup.root_rule(shared.snapshot(), request.key).map(|rule| rule.title.as_str())
}

/// One sentence on how the request ended, with the details of its root cause when that is known.
pub(super) fn why(shared: &Shared, request: &Request) -> String {
    let snapshot = shared.snapshot();
    match (shared.lookup.root(snapshot, Some(request.key)), request.outcome) {
        (Some(finding), _) => finding.message.clone(),
        (None, Outcome::Failed) => match cause(shared, request) {
            Some(cause) => cause.to_owned(),
            None => "It failed, and no rule tells why: the diagnosis lists what speaks for what.".to_owned(),
        },
        (None, Outcome::Ok) => "It succeeded.".to_owned(),
        (None, Outcome::Unknown) => "Nothing in this capture tells how it ended.".to_owned(),
    }
}
