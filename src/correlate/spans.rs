//! Span ancestry: which call a span happened in, and the spans of a request as a tree.

use rustc_hash::FxHashMap;

use crate::model::{Kind, LinkReason, Request, SignalKey, SpanId, SpanTree, TraceName};

use super::Index;
use super::calls::{CallKind, NONE};
use super::work::{Work, is_span};

/// What a span (or the record that names it) is the beginning of. Orders from the outermost to the innermost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Entry {
    /// A call to the Gateway.
    Gateway,
    /// The Runtime service's invocation of a container.
    Runtime,
    /// The HTTP request inside the container.
    Server,
    /// A caller's span that states the id of the call it makes.
    Caller,
    /// Something in the course of a call: the span of a log line.
    Inner,
}

impl Entry {
    pub(super) fn call_kind(self) -> CallKind {
        if self == Self::Gateway { CallKind::Gateway } else { CallKind::Runtime }
    }

    /// Whether an `inner` mark below this one, with none in between, is the same call seen further in: a
    /// Gateway's target, the container behind the Runtime service, a line written while serving.
    fn goes_on_as(self, inner: Self, inner_is_named: bool) -> bool {
        match self {
            Self::Gateway => match inner {
                Self::Gateway => !inner_is_named,
                Self::Runtime | Self::Server | Self::Inner => true,
                Self::Caller => false,
            },
            Self::Runtime => match inner {
                Self::Runtime => !inner_is_named,
                Self::Server | Self::Inner => true,
                Self::Gateway | Self::Caller => false,
            },
            Self::Server => inner == Self::Inner,
            Self::Caller | Self::Inner => false,
        }
    }
}

/// What a span of this name begins, by the names of telemetry §4.2; `None` for a span inside a call.
pub(super) fn entry(name: &str) -> Option<Entry> {
    if name.starts_with("AgentCore.Gateway.") {
        return Some(Entry::Gateway);
    }
    if name.starts_with("AgentCore.Runtime.") {
        return Some(Entry::Runtime);
    }
    let (method, path) = name.split_once(' ')?;
    let served = matches!(path.trim_end_matches('/'), "/invocations" | "/mcp");
    (served && matches!(method, "POST" | "GET" | "DELETE")).then_some(Entry::Server)
}

#[derive(Clone, Copy, Debug)]
struct Node {
    trace: TraceName,
    parent: Option<SpanId>,
    /// The call this span marks, or [`NONE`].
    call: u32,
    entry: Entry,
    /// Whether a record states the id of that call.
    named: bool,
    /// Nearest node at or above that marks a call; [`NONE`] for none, [`OPEN`] while unknown.
    nearest: u32,
}

const OPEN: u32 = u32::MAX - 1;

/// All spans of a case by trace and id, with the calls they mark. A span id that only a log row names is a
/// node too: its children can still be placed.
#[derive(Debug, Default)]
pub(super) struct Spans {
    nodes: Vec<Node>,
    by_id: FxHashMap<(TraceName, SpanId), u32>,
}

impl Spans {
    /// Marks every span that states a call, and starts a call at every entry span that nothing else names.
    pub(super) fn collect(work: &mut Work<'_>) -> Self {
        let mut spans = Self::default();
        let mut unnamed = Vec::new();
        for (signal, brief) in work.index.briefs.iter().enumerate() {
            let Some(id) = brief.span.filter(|_| brief.trace.is_some()) else { continue };
            let captured = is_span(&brief);
            if !captured && work.is_free(signal) {
                continue;
            }
            let node = spans.node((brief.trace, id));
            let begins = work.index.entry(signal);
            if captured && spans.nodes[node].parent.is_none() {
                spans.nodes[node].parent = brief.parent;
            }
            if !work.is_free(signal) {
                let entry = begins.unwrap_or(if captured { Entry::Caller } else { mark_of(brief.kind) });
                spans.mark(node, work.call_of[signal], entry);
                spans.nodes[node].named = true;
                if captured {
                    work.calls.mark_spanned(work.call_of[signal]);
                }
            } else if let Some(entry) = begins {
                unnamed.push((signal, node, entry));
            }
        }
        for (signal, node, entry) in unnamed {
            if spans.nodes[node].call == NONE {
                let call = work.calls.add(entry.call_kind());
                spans.mark(node, call, entry);
            } else {
                spans.nodes[node].entry = spans.nodes[node].entry.min(entry);
            }
            work.assign(signal, spans.nodes[node].call, LinkReason::Span);
            work.calls.mark_spanned(spans.nodes[node].call);
        }
        spans
    }

    fn node(&mut self, key: (TraceName, SpanId)) -> usize {
        let next = self.nodes.len() as u32;
        let node = *self.by_id.entry(key).or_insert(next);
        if node == next {
            let (trace, parent) = (key.0, None);
            self.nodes.push(Node {
                trace,
                parent,
                call: NONE,
                entry: Entry::Inner,
                named: false,
                nearest: OPEN,
            });
        }
        node as usize
    }

    fn mark(&mut self, node: usize, call: u32, entry: Entry) {
        let node = &mut self.nodes[node];
        if node.call == NONE || entry < node.entry {
            node.call = call;
            node.entry = entry;
        }
    }

    /// The nearest node at or above `node` that marks a call. Remembers the whole way, so that all questions
    /// together cost one visit per node; a cycle of parents has no top and no answer.
    fn nearest(&mut self, node: u32) -> Option<u32> {
        let (mut way, mut at) = (Vec::new(), node);
        let found = loop {
            let here = &mut self.nodes[at as usize];
            if here.call != NONE {
                break at;
            }
            if here.nearest != OPEN {
                break here.nearest;
            }
            here.nearest = NONE; // read again only when the parents run in a circle
            way.push(at);
            match here.parent.and_then(|parent| self.by_id.get(&(here.trace, parent))) {
                Some(parent) => at = *parent,
                None => break NONE,
            }
        };
        for passed in way {
            self.nodes[passed as usize].nearest = found;
        }
        (found != NONE).then_some(found)
    }

    /// Ties marks to the marks above them: one call seen further in, or a call made in the course of another.
    pub(super) fn nest(&mut self, work: &mut Work<'_>) {
        for inner in 0..self.nodes.len() {
            let Node { trace, parent: Some(parent), call, entry, named, .. } = self.nodes[inner] else {
                continue;
            };
            if call == NONE {
                continue;
            }
            let Some(above) = self.by_id.get(&(trace, parent)).copied() else { continue };
            let Some(above) = self.nearest(above) else { continue };
            let outer = self.nodes[above as usize];
            if outer.entry.goes_on_as(entry, named) {
                work.calls.merge(outer.call, call, LinkReason::Span);
            } else {
                work.calls.set_parent(call, outer.call);
            }
        }
    }

    /// Gives every free signal with a span to the innermost call around it.
    pub(super) fn inherit(&mut self, work: &mut Work<'_>) {
        for (signal, brief) in work.index.briefs.iter().enumerate() {
            if !work.is_free(signal) {
                continue;
            }
            let Some(id) = brief.span else { continue };
            if let Some(node) = self.by_id.get(&(brief.trace, id)).copied()
                && let Some(around) = self.nearest(node)
            {
                work.assign(signal, self.nodes[around as usize].call, LinkReason::Span);
            }
        }
    }

    /// Whether the span of a signal is in the capture.
    pub(super) fn holds(&self, trace: TraceName, span: Option<SpanId>) -> bool {
        span.is_some_and(|span| self.by_id.contains_key(&(trace, span)))
    }
}

/// What the span id of a record that is no span stands for.
fn mark_of(kind: Kind) -> Entry {
    match kind {
        Kind::GatewayLog => Entry::Gateway,
        Kind::RuntimeVended => Entry::Runtime,
        Kind::HttpExchange => Entry::Caller,
        _ => Entry::Inner,
    }
}

/// The spans of `request` as a forest in drawing order: siblings by start, parents before children. A span whose
/// parent is missing, or whose ancestors run in a circle, is a root; a child may outlive its parent.
pub fn span_tree(index: Index<'_>, request: &Request) -> SpanTree {
    let spans: Vec<usize> = request
        .signals
        .iter()
        .map(|link| link.signal.index())
        .filter(|signal| is_span(&index.briefs.at(*signal)))
        .collect();
    let mut by_id: FxHashMap<(TraceName, SpanId), usize> = FxHashMap::default();
    for (position, signal) in spans.iter().enumerate() {
        let brief = index.briefs.at(*signal);
        if let Some(id) = brief.span {
            by_id.entry((brief.trace, id)).or_insert(position);
        }
    }
    let parents: Vec<Option<usize>> = spans
        .iter()
        .enumerate()
        .map(|(position, signal)| {
            let brief = index.briefs.at(*signal);
            let parent = *by_id.get(&(brief.trace, brief.parent?))?;
            (parent != position).then_some(parent)
        })
        .collect();
    draw(&spans, &parents)
}

/// Depth first from the roots; then from whatever a circle of parents kept out of reach.
fn draw(spans: &[usize], parents: &[Option<usize>]) -> SpanTree {
    let mut children = vec![Vec::new(); spans.len()];
    for (position, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            children[*parent].push(position);
        }
    }
    let mut tree = SpanTree::with_capacity(spans.len());
    let mut drawn = vec![false; spans.len()];
    let roots = (0..spans.len()).filter(|position| parents[*position].is_none());
    for root in roots.chain(0..spans.len()) {
        let mut stack = vec![(root, 0u16)];
        while let Some((position, depth)) = stack.pop() {
            if std::mem::replace(&mut drawn[position], true) {
                continue;
            }
            tree.push((SignalKey(spans[position] as u32), depth));
            stack.extend(children[position].iter().rev().map(|child| (*child, depth.saturating_add(1))));
        }
    }
    tree
}
