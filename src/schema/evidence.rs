//! What the calls of a capture say about the declarations: who hit what, and who failed by it.

use std::collections::BTreeMap;

use super::call::Misfit;
use super::declare::{Form, ITEMS, JsonType};
use super::lists::Lists;
use super::refusal::{Refusal, wanted};
use crate::model::{MAX_EVIDENCE, RequestKey, SignalKey};

/// A record that states a refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedCall {
    /// The request.
    pub request: Option<RequestKey>,
    /// The record.
    pub signal: SignalKey,
    /// Name of the tool as called, where it is known.
    pub tool: Option<String>,
    /// What it says.
    pub refusals: Vec<Refusal>,
}

/// What a case saw of calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Arguments that were sent as strings, in order of signal.
    pub misfits: Vec<Misfit>,
    /// Refusals, in order of signal.
    pub refused: Vec<RefusedCall>,
}

/// Calls, each once: a request is known by its key, a call outside any request by its signal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Calls(BTreeMap<(Option<RequestKey>, u32), SignalKey>);

impl Calls {
    fn add(&mut self, request: Option<RequestKey>, signal: SignalKey) {
        let alone = if request.is_some() { 0 } else { signal.0 };
        self.0.entry((request, alone)).or_insert(signal);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn count(&self) -> u32 {
        self.0.len() as u32
    }

    /// The first of them.
    pub(super) fn shown(&self) -> Vec<(Option<RequestKey>, SignalKey)> {
        self.0.iter().take(MAX_EVIDENCE).map(|((request, _), signal)| (*request, *signal)).collect()
    }
}

/// What happened at one parameter.
#[derive(Debug, Default)]
pub(super) struct LeafCalls {
    /// Calls that failed because the value was a string, or of another type than declared.
    pub(super) failed: Calls,
    /// Whether a Gateway refused any of them; the server itself otherwise.
    pub(super) by_gateway: bool,
    /// Calls that sent a string; whether they failed by it is not said.
    pub(super) sent: Calls,
    /// Calls that a Gateway refused for another type than this list declares, and the type it wants.
    pub(super) stale: Calls,
    pub(super) stale_type: Option<JsonType>,
}

/// A refusal about a tool or a parameter that no list declares.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) found: String,
    pub(super) expected: Vec<String>,
    pub(super) by_gateway: bool,
    pub(super) calls: Calls,
}

/// Everything, by place in the lists.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) leaves: BTreeMap<(usize, usize, usize), LeafCalls>,
    pub(super) meta: BTreeMap<(usize, usize), Calls>,
    pub(super) internal: BTreeMap<(usize, usize), Calls>,
    pub(super) name_length: Calls,
    pub(super) name_characters: Calls,
    /// By tool and path.
    pub(super) orphans: BTreeMap<(String, String), Orphan>,
}

impl Evidence {
    pub(super) fn gather(lists: &Lists, seen: &Seen) -> Self {
        let mut evidence = Self::default();
        let mut by_request: BTreeMap<(Option<RequestKey>, u32), Vec<&Misfit>> = BTreeMap::new();
        for misfit in &seen.misfits {
            let alone = if misfit.request.is_some() { 0 } else { misfit.signal.0 };
            by_request.entry((misfit.request, alone)).or_default().push(misfit);
            let calls = evidence.leaves.entry((misfit.list, misfit.tool, misfit.leaf)).or_default();
            calls.sent.add(misfit.request, misfit.signal);
        }
        for refused in &seen.refused {
            let alone = if refused.request.is_some() { 0 } else { refused.signal.0 };
            let misfits = by_request.get(&(refused.request, alone)).map(Vec::as_slice).unwrap_or_default();
            for refusal in &refused.refusals {
                evidence.note(lists, refused, refusal, misfits);
            }
        }
        evidence
    }

    fn note(&mut self, lists: &Lists, call: &RefusedCall, refusal: &Refusal, misfits: &[&Misfit]) {
        let (request, signal) = (call.request, call.signal);
        let tool = call.tool.as_deref().unwrap_or_default();
        match refusal {
            Refusal::Type { .. } => self.note_type(lists, call, refusal),
            Refusal::Value { value } => {
                for misfit in misfits.iter().filter(|misfit| misfit.text == *value) {
                    let calls = self.leaves.entry((misfit.list, misfit.tool, misfit.leaf)).or_default();
                    calls.failed.add(request, signal);
                }
            }
            Refusal::Meta => {
                for at in lists.called(tool) {
                    self.meta.entry(at).or_default().add(request, signal);
                }
            }
            Refusal::Internal => {
                for at in lists.called(tool) {
                    self.internal.entry(at).or_default().add(request, signal);
                }
            }
            Refusal::NameLength => self.name_length.add(request, signal),
            Refusal::NameCharacters => self.name_characters.add(request, signal),
        }
    }

    fn note_type(&mut self, lists: &Lists, call: &RefusedCall, refusal: &Refusal) {
        let Refusal::Type { path, found, expected, by_gateway } = refusal else { return };
        let tool = call.tool.as_deref().unwrap_or_default();
        let mut known = false;
        for at in lists.called(tool) {
            let leaves = &lists.tool(at).leaves;
            let items = path.strip_suffix(ITEMS).unwrap_or(path);
            let leaf = leaves
                .iter()
                .position(|leaf| leaf.path == *path)
                .or_else(|| leaves.iter().position(|leaf| leaf.path == items));
            let Some(leaf) = leaf else { continue };
            known = true;
            let calls = self.leaves.entry((at.0, at.1, leaf)).or_default();
            let sent = JsonType::from_word(found);
            if sent.is_some_and(|sent| fits(sent, &leaves[leaf].form)) {
                // What was refused fits this declaration: whoever refused it holds another one.
                calls.stale.add(call.request, call.signal);
                calls.stale_type = calls.stale_type.or(wanted(expected));
            } else {
                calls.failed.add(call.request, call.signal);
                calls.by_gateway |= by_gateway;
            }
        }
        if !known {
            let orphan = self.orphans.entry((tool.to_owned(), path.clone())).or_insert_with(|| Orphan {
                found: found.clone(),
                expected: expected.clone(),
                by_gateway: *by_gateway,
                calls: Calls::default(),
            });
            orphan.calls.add(call.request, call.signal);
        }
    }
}

/// Whether a value of this type passes the declaration.
fn fits(sent: JsonType, form: &Form) -> bool {
    let passes =
        |wanted: &JsonType| sent == *wanted || (sent == JsonType::Integer && *wanted == JsonType::Number);
    match form {
        Form::Plain(plain) => passes(plain),
        Form::Union(types) => types.iter().any(passes),
        Form::Reference(_) | Form::Untyped => false,
    }
}
