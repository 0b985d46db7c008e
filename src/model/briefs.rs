//! The compact forms of all signals of a case: 32 bytes for what is a signal's own, and what several share once.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::names::{IdName, Keys, Name, TraceName};
use super::signal::{Kind, Layer, Outcome, Severity};
use super::{Brief, SpanId, Timestamp};

/// A table of [`Brief`]s.
///
/// A signal costs 32 bytes, a span or an exchange 24 more. Request, session, tool and stream mostly stand on several
/// records of a call: each combination of them costs 28 bytes, once.
#[derive(Clone, Debug, Default)]
pub struct Briefs {
    rows: Vec<Row>,
    shared: Vec<Shared>,
    spans: Vec<Span>,
    /// Positions in `shared`, by hash; of none of them after [`shrink`](Self::shrink).
    known: HashTable<u32>,
}

/// What a signal has of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Event time, [`NO_TIME`] for none.
    time: i64,
    /// Span id, 0 for none.
    span: u64,
    trace: TraceName,
    /// Position in [`Briefs::shared`], with [`HAS_SPAN`].
    shared: u32,
    /// Hash of the message; with [`HAS_SPAN`] a position in [`Briefs::spans`].
    more: u32,
    kind: Kind,
    layer: Layer,
    severity: Severity,
    outcome: Outcome,
}

/// What several signals of a call, of a session or of a stream have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
struct Shared {
    request: IdName,
    session: IdName,
    mcp_session: IdName,
    rpc: Name,
    tool: Name,
    resource: Name,
    stream: Name,
}

/// What only spans and exchanges have, and the hash of the message that stands in its place.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// [`NO_TIME`] for none.
    end: i64,
    /// 0 for none.
    parent: u64,
    name: Name,
    message_hash: u32,
}

/// Marks a row with further facts. Signals are counted in 32 bits, but no machine holds half of them with as many
/// combinations of ids.
const HAS_SPAN: u32 = 1 << 31;
/// No time: an instant in the year 1677.
const NO_TIME: i64 = i64::MIN;

impl Briefs {
    /// A table without any.
    pub const fn new() -> Self {
        Self { rows: Vec::new(), shared: Vec::new(), spans: Vec::new(), known: HashTable::new() }
    }

    /// Number of signals.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no signal.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The brief at a position; `None` behind the last one.
    #[inline]
    pub fn get(&self, at: usize) -> Option<Brief> {
        self.rows.get(at).map(|row| self.unpacked(row))
    }

    /// The brief at a position; one of which nothing is known behind the last.
    #[inline]
    pub fn at(&self, at: usize) -> Brief {
        self.get(at).unwrap_or_default()
    }

    /// All briefs, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Brief> + DoubleEndedIterator + Clone {
        self.rows.iter().map(|row| self.unpacked(row))
    }

    // Whoever asks for one fact pays for that fact: the reads of the others have no effect and fall away when this is
    // inlined.
    #[inline]
    fn unpacked(&self, row: &Row) -> Brief {
        let shared = self.shared.get((row.shared & !HAS_SPAN) as usize).copied().unwrap_or_default();
        let span = if row.shared & HAS_SPAN == 0 { None } else { self.spans.get(row.more as usize).copied() };
        let Span { end, parent, name, message_hash } = span.unwrap_or(Span::of_message(row.more));
        Brief {
            timestamp: time(row.time),
            end: time(end),
            span: span_id(row.span),
            parent: span_id(parent),
            name,
            trace: row.trace,
            request: shared.request,
            session: shared.session,
            mcp_session: shared.mcp_session,
            rpc: shared.rpc,
            tool: shared.tool,
            resource: shared.resource,
            stream: shared.stream,
            message_hash,
            kind: row.kind,
            layer: row.layer,
            severity: row.severity,
            outcome: row.outcome,
        }
    }

    /// Makes room for exactly so many more signals.
    pub fn reserve(&mut self, signals: usize) {
        self.rows.reserve_exact(signals);
    }

    /// Adds a brief behind the others.
    pub fn push(&mut self, brief: &Brief) {
        let row = self.packed(brief);
        self.rows.push(row);
    }

    /// Puts another brief into the place of one; nothing happens behind the last.
    pub fn set(&mut self, at: usize, brief: &Brief) {
        if at < self.rows.len() {
            self.rows[at] = self.packed(brief);
        }
    }

    fn packed(&mut self, brief: &Brief) -> Row {
        let shared = self.intern(Shared {
            request: brief.request,
            session: brief.session,
            mcp_session: brief.mcp_session,
            rpc: brief.rpc,
            tool: brief.tool,
            resource: brief.resource,
            stream: brief.stream,
        });
        let is_span = brief.end.is_some() || brief.parent.is_some() || brief.name.is_some();
        if is_span {
            self.spans.push(Span {
                end: packed_time(brief.end),
                parent: packed_id(brief.parent),
                name: brief.name,
                message_hash: brief.message_hash,
            });
        }
        Row {
            time: packed_time(brief.timestamp),
            span: packed_id(brief.span),
            trace: brief.trace,
            shared: shared | if is_span { HAS_SPAN } else { 0 },
            more: if is_span { self.spans.len() as u32 - 1 } else { brief.message_hash },
            kind: brief.kind,
            layer: brief.layer,
            severity: brief.severity,
            outcome: brief.outcome,
        }
    }

    /// The position of ids that several signals share, new or known.
    fn intern(&mut self, ids: Shared) -> u32 {
        let Self { rows, shared, known, .. } = self;
        // Records of one call mostly follow each other.
        let last = rows.last().map(|row| row.shared & !HAS_SPAN);
        if let Some(last) = last.filter(|last| shared.get(*last as usize) == Some(&ids)) {
            return last;
        }
        if known.len() != shared.len() {
            let hash = |at: &u32| hash(&shared[*at as usize]);
            (0..shared.len() as u32).for_each(|at| _ = known.insert_unique(hash(&at), at, hash));
        }
        let own = hash(&ids);
        if let Some(known) = known.find(own, |at| shared[*at as usize] == ids) {
            return *known;
        }
        let at = shared.len() as u32;
        shared.push(ids);
        known.insert_unique(own, at, |at| hash(&shared[*at as usize]));
        at
    }

    /// Adds the briefs of another table behind the others. `keys` tells where its names are by now; without them both
    /// refer to the same.
    pub fn append(&mut self, other: &Self, keys: Option<&Keys>) {
        if self.rows.is_empty() && keys.is_none() {
            return self.clone_from(other);
        }
        let name = |name: Name| keys.map_or(name, |keys| keys.name(name));
        let id = |id: IdName| keys.map_or(id, |keys| keys.id(id));
        let trace = |trace: TraceName| keys.map_or(trace, |keys| keys.trace(trace));
        let of = |ids: &Shared| Shared {
            request: id(ids.request),
            session: id(ids.session),
            mcp_session: id(ids.mcp_session),
            rpc: name(ids.rpc),
            tool: name(ids.tool),
            resource: name(ids.resource),
            stream: name(ids.stream),
        };
        let shared: Vec<u32> = other.shared.iter().map(|ids| self.intern(of(ids))).collect();
        let first_span = self.spans.len() as u32;
        self.spans.extend(other.spans.iter().map(|span| Span { name: name(span.name), ..*span }));
        self.rows.extend(other.rows.iter().map(|row| {
            let (flag, at) = (row.shared & HAS_SPAN, row.shared & !HAS_SPAN);
            Row {
                trace: trace(row.trace),
                shared: shared[at as usize] | flag,
                more: if flag == 0 { row.more } else { row.more + first_span },
                ..*row
            }
        }));
    }

    /// The rows, to be brought into another order or thinned out.
    pub(crate) fn rows_mut(&mut self) -> &mut Vec<Row> {
        &mut self.rows
    }

    /// Gives back what serves further briefs: room, and the table by which shared ids are told from known ones. The
    /// next new brief makes that anew.
    pub fn shrink(&mut self) {
        self.known = HashTable::new();
        self.rows.shrink_to_fit();
        self.shared.shrink_to_fit();
        self.spans.shrink_to_fit();
    }
}

impl Span {
    /// What a row without further facts has of them.
    fn of_message(message_hash: u32) -> Self {
        Self { end: NO_TIME, parent: 0, name: Name::NONE, message_hash }
    }
}

impl<'a> FromIterator<&'a Brief> for Briefs {
    fn from_iter<T: IntoIterator<Item = &'a Brief>>(briefs: T) -> Self {
        let mut all = Self::new();
        briefs.into_iter().for_each(|brief| all.push(brief));
        all
    }
}

impl FromIterator<Brief> for Briefs {
    fn from_iter<T: IntoIterator<Item = Brief>>(briefs: T) -> Self {
        let mut all = Self::new();
        briefs.into_iter().for_each(|brief| all.push(&brief));
        all
    }
}

fn time(nanos: i64) -> Option<Timestamp> {
    (nanos != NO_TIME).then_some(Timestamp(nanos))
}

/// The very first instant gives way to the one behind it.
fn packed_time(time: Option<Timestamp>) -> i64 {
    time.map_or(NO_TIME, |time| time.0.max(NO_TIME + 1))
}

fn span_id(id: u64) -> Option<SpanId> {
    (id != 0).then(|| SpanId(id.to_ne_bytes()))
}

fn packed_id(id: Option<SpanId>) -> u64 {
    id.map_or(0, |id| u64::from_ne_bytes(id.0))
}

fn hash(ids: &Shared) -> u64 {
    FxBuildHasher.hash_one(ids)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::model::Names;

    #[test]
    fn a_row_is_as_small_as_it_is_said_to_be() {
        assert_eq!((size_of::<Row>(), size_of::<Shared>(), size_of::<Span>()), (32, 28, 24));
    }

    /// Any brief: few distinct ids, so that they are shared.
    fn any_brief() -> impl Strategy<Value = Brief> {
        let time = || proptest::option::of((i64::MIN + 1..=i64::MAX).prop_map(Timestamp));
        let id = || proptest::option::of((1u64..).prop_map(|id| SpanId(id.to_ne_bytes())));
        let ids = (0u32..3, 0u32..3, 0u32..2, 0u32..2, 0u32..3, 0u32..2, 0u32..3);
        let words = (select(Kind::ALL), select(Layer::ALL), select(Severity::ALL), select(Outcome::ALL));
        let span = proptest::option::of((time(), id(), 0u32..3));
        (time(), id(), 0u32..3, ids, any::<u32>(), words, span).prop_map(
            |(timestamp, own, trace, ids, message_hash, (kind, layer, severity, outcome), span)| {
                let (end, parent, name) = span.unwrap_or((None, None, 0));
                Brief {
                    timestamp,
                    end,
                    span: own,
                    parent,
                    name: Name(name),
                    trace: TraceName(trace),
                    request: IdName(ids.0),
                    session: IdName(ids.1),
                    mcp_session: IdName(ids.2),
                    rpc: Name(ids.3),
                    tool: Name(ids.4),
                    resource: Name(ids.5),
                    stream: Name(ids.6),
                    message_hash,
                    kind,
                    layer,
                    severity,
                    outcome,
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_packed_comes_out_again(
            briefs in proptest::collection::vec(any_brief(), 0..60),
            seam in any::<proptest::sample::Index>(),
            changed in any::<proptest::sample::Index>(),
            is_shrunk in any::<bool>(),
        ) {
            let (before, after) = briefs.split_at(seam.index(briefs.len().max(1)).min(briefs.len()));
            let mut packed: Briefs = before.iter().collect();
            if is_shrunk {
                packed.shrink();
            }
            packed.append(&after.iter().collect(), None);
            prop_assert_eq!((packed.len(), packed.get(briefs.len())), (briefs.len(), None));
            prop_assert!(packed.iter().eq(briefs.iter().copied()));
            let mut briefs = briefs;
            if let Some(last) = briefs.last().copied() {
                let at = changed.index(briefs.len());
                packed.set(at, &last);
                briefs[at] = last;
            }
            packed.set(briefs.len(), &Brief::default());
            prop_assert!(packed.iter().eq(briefs.iter().copied()));
        }
    }

    #[test]
    fn names_are_translated_on_the_way() {
        let (mut all, mut own) = (Names::default(), Names::default());
        all.intern("other");
        let brief = Brief { request: own.intern_id(Some("r")), name: own.intern("n"), ..Brief::default() };
        let keys = all.merge(&own);
        let mut briefs = Briefs::default();
        briefs.append(&[brief, Brief::default()].iter().collect(), Some(&keys));
        let first = briefs.at(0);
        assert_eq!((all.id(first.request).as_deref(), all.text(first.name)), (Some("r"), Some("n")));
        assert_eq!((briefs.at(1), briefs.at(2)), (Brief::default(), Brief::default()));
    }

    #[test]
    fn the_first_instant_is_a_time() {
        let brief = Brief { timestamp: Some(Timestamp(i64::MIN)), ..Brief::default() };
        assert_eq!(Briefs::from_iter([brief]).at(0).timestamp, Some(Timestamp(i64::MIN + 1)));
    }
}
