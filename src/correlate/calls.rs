//! Calls before they become requests: a forest of merged sets, each merge with its reason.

use crate::model::LinkReason;

/// "No call", "no node".
pub(super) const NONE: u32 = u32::MAX;

/// Who told of a call. Orders by authority: of two merged calls the lower kind survives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum CallKind {
    /// Gateway rows or spans.
    Gateway,
    /// Runtime records, SDK lines, spans of the container's server.
    Runtime,
    /// Only the caller.
    Client,
    /// Nobody: signals of one trace whose invocation is not in the capture.
    Trace,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    kind: CallKind,
    /// The call it was merged into, or itself.
    into: u32,
    /// Weakest reason on the way to `into`.
    via: LinkReason,
    /// The call in whose course it was made.
    made_by: u32,
    /// Whether a captured span marks it.
    spanned: bool,
}

/// A forest of calls: union-find in which authority, not size, decides who survives.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    /// A new call of its own.
    pub(super) fn add(&mut self, kind: CallKind) -> u32 {
        let call = self.0.len() as u32;
        self.0.push(Call { kind, into: call, via: LinkReason::Trace, made_by: NONE, spanned: false });
        call
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The survivor of `call`'s set, and the weakest reason that ties `call` to it.
    pub(super) fn resolve(&mut self, call: u32) -> (u32, LinkReason) {
        let (mut at, mut weakest) = (call, LinkReason::Trace);
        loop {
            let step = self.0[at as usize];
            if step.into == at {
                return (at, weakest);
            }
            let next = self.0[step.into as usize];
            if next.into != step.into {
                self.0[at as usize].into = next.into;
                self.0[at as usize].via = step.via.max(next.via);
            }
            weakest = weakest.max(self.0[at as usize].via);
            at = self.0[at as usize].into;
        }
    }

    /// The survivor of `call`'s set.
    pub(super) fn find(&mut self, call: u32) -> u32 {
        self.resolve(call).0
    }

    /// Makes two calls one, because of `reason`; returns the survivor.
    pub(super) fn merge(&mut self, one: u32, other: u32, reason: LinkReason) -> u32 {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return one;
        }
        let rank = |call: u32| (self.0[call as usize].kind, call);
        let (keep, give) = if rank(one) < rank(other) { (one, other) } else { (other, one) };
        let given = self.0[give as usize];
        self.0[give as usize].into = keep;
        self.0[give as usize].via = reason;
        let kept = &mut self.0[keep as usize];
        kept.spanned |= given.spanned;
        if kept.made_by == NONE {
            kept.made_by = given.made_by;
        }
        keep
    }

    /// Notes that a record of `kind` speaks of `call`.
    pub(super) fn lift(&mut self, call: u32, kind: CallKind) {
        let root = self.find(call);
        let known = &mut self.0[root as usize].kind;
        *known = kind.min(*known);
    }

    pub(super) fn kind(&mut self, call: u32) -> CallKind {
        let root = self.find(call);
        self.0[root as usize].kind
    }

    pub(super) fn mark_spanned(&mut self, call: u32) {
        let root = self.find(call);
        self.0[root as usize].spanned = true;
    }

    pub(super) fn is_spanned(&mut self, call: u32) -> bool {
        let root = self.find(call);
        self.0[root as usize].spanned
    }

    /// The surviving call in whose course `call` was made; never `call` itself.
    pub(super) fn parent(&mut self, call: u32) -> Option<u32> {
        let root = self.find(call);
        let parent = self.0[root as usize].made_by;
        if parent == NONE {
            return None;
        }
        Some(self.find(parent)).filter(|parent| *parent != root)
    }

    /// Notes that `call` was made in the course of `parent`, unless a parent is known already.
    pub(super) fn set_parent(&mut self, call: u32, parent: u32) {
        if self.parent(call).is_none() && self.find(call) != self.find(parent) {
            let root = self.find(call);
            self.0[root as usize].made_by = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_reason_on_the_way_survives_path_compression() {
        let mut calls = Calls::default();
        let [gateway, runtime, client] =
            [CallKind::Gateway, CallKind::Runtime, CallKind::Client].map(|kind| calls.add(kind));
        calls.merge(client, runtime, LinkReason::ToolTime);
        calls.merge(gateway, runtime, LinkReason::Span);
        for _ in 0..2 {
            assert_eq!(calls.resolve(client), (gateway, LinkReason::ToolTime));
            assert_eq!(calls.resolve(runtime), (gateway, LinkReason::Span));
        }
    }
}
