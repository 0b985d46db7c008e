//! X-Ray: segment documents are JSON texts inside strings, and subsegments lie inside segments.

use std::ops::Range;

use memchr::memchr;

use super::builder::Builder;
use super::scan::{Step, elements, members, value_end};
use super::unwrap::{json_text, undo_json, undo_one};
use crate::model::{Bytes, Context, Escape, Format, Hint, Input};

/// How deep subsegments are followed. A document has 64 KB; what nests deeper was made to do harm, because every
/// level repeats the text of the levels below.
const MAX_DEPTH: usize = 64;

/// A segment or subsegment in the text of a document.
struct Node {
    range: Range<usize>,
    /// The node it lies in.
    parent: Option<usize>,
}

impl Builder<'_> {
    /// `batch-get-traces` and `list-retrieved-traces`.
    pub(super) fn traces(&mut self, start: usize) -> Step<usize> {
        let mut retrieved = false;
        let outcome = self.each_member(start, |builder, key, at| match key {
            b"Traces" => builder.each_element(at, |builder, at| builder.trace(at, &mut retrieved)).map(Some),
            b"RetrievalStatus" | b"TraceFormat" => {
                retrieved = true;
                Ok(None)
            }
            _ => Ok(None),
        });
        self.tally.note(if retrieved { Format::ListRetrievedTraces } else { Format::BatchGetTraces });
        outcome
    }

    fn trace(&mut self, start: usize, retrieved: &mut bool) -> Step<usize> {
        let mut id = None;
        self.each_member(start, |builder, key, at| {
            match key {
                b"Id" => {
                    let end = value_end(builder.bytes, at)?;
                    id = (builder.bytes[at] == b'"').then(|| &builder.bytes[at + 1..end - 1]);
                    return Ok(Some(end));
                }
                b"Spans" => *retrieved = true,
                b"Segments" => {}
                _ => return Ok(None),
            }
            builder.each_element(at, |builder, at| builder.stored_segment(at, id)).map(Some)
        })
    }

    /// `{"Id":…,"Document":"…"}`
    fn stored_segment(&mut self, start: usize, trace: Option<&[u8]>) -> Step<usize> {
        let bytes = self.bytes;
        let mut found = false;
        let end = self.each_member(start, |builder, key, at| {
            if key != b"Document" || bytes[at] != b'"' {
                return Ok(None);
            }
            let end = value_end(bytes, at)?;
            builder.document_text(at + 1..end - 1, trace);
            found = true;
            Ok(Some(end))
        })?;
        if !found {
            self.push(start..end, Escape::None, None, 0);
        }
        Ok(end)
    }

    /// The escaped JSON text of a segment, or of an OpenTelemetry span.
    fn document_text(&mut self, inside: Range<usize>, trace: Option<&[u8]>) {
        let raw = &self.bytes[inside.clone()];
        let mut text = Vec::new();
        undo_json(raw, &mut text);
        let has = |key: &[u8]| members(&text).any(|member| member.key == key);
        if has(b"resourceSpans") {
            let path = format!("{}!Document@{}", self.path, inside.start);
            self.cut.children.push(Input { path, bytes: Bytes::new(text) });
        } else if has(b"traceId") || has(b"startTimeUnixNano") {
            self.push(inside, Escape::Json, None, 0);
        } else {
            let nodes = self.nodes(&text, inside.start);
            let places = raw_positions(
                raw,
                nodes.iter().flat_map(|node| [node.range.start, node.range.end]).collect(),
            );
            let place =
                |range: &Range<usize>| inside.start + places(range.start)..inside.start + places(range.end);
            if nodes.is_empty() {
                return self.push_segment(inside, Escape::Json, trace, None);
            }
            let ranges: Vec<_> = nodes.iter().map(|node| place(&node.range)).collect();
            self.push_nodes(&text, &nodes, ranges, Escape::Json, trace);
        }
    }

    /// A segment document that stands in the input as it is.
    pub(super) fn bare_segment(&mut self, start: usize) -> Step<usize> {
        let end = value_end(self.bytes, start)?;
        self.tally.note(self.plain);
        let text = &self.bytes[start..end];
        let nodes = self.nodes(text, start);
        let ranges = nodes.iter().map(|node| start + node.range.start..start + node.range.end).collect();
        self.push_nodes(text, &nodes, ranges, Escape::None, None);
        Ok(end)
    }

    /// The segment in `text` and its subsegments, each parent before its children.
    fn nodes(&mut self, text: &[u8], at: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        let start = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let Ok(end) = value_end(text, start) else { return nodes };
        if text.get(start) != Some(&b'{') {
            return nodes;
        }
        let mut open = vec![(Node { range: start..end, parent: None }, 0)];
        let mut too_deep = false;
        while let Some((node, depth)) = open.pop() {
            let index = nodes.len();
            let mut children = Vec::new();
            for member in members(&text[node.range.clone()]).filter(|member| member.key == b"subsegments") {
                too_deep |= depth >= MAX_DEPTH;
                let base = node.range.start + member.start;
                let list = elements(member.value).filter(|_| depth < MAX_DEPTH);
                children.extend(list.filter(|child| child.starts_with(b"{")).map(|child| {
                    let from = base + child.as_ptr() as usize - member.value.as_ptr() as usize;
                    (Node { range: from..from + child.len(), parent: Some(index) }, depth + 1)
                }));
            }
            nodes.push(node);
            open.extend(children.into_iter().rev());
        }
        if too_deep {
            let message =
                format!("subsegments nest deeper than {MAX_DEPTH} levels; the levels below were not cut");
            self.issue(at, message);
        }
        nodes
    }

    fn push_nodes(
        &mut self,
        text: &[u8],
        nodes: &[Node],
        ranges: Vec<Range<usize>>,
        escape: Escape,
        trace: Option<&[u8]>,
    ) {
        let own = |node: &Node, key: &[u8]| {
            let member = members(&text[node.range.clone()]).find(|member| member.key == key);
            member.and_then(|member| member.text()).map(json_text)
        };
        let root = nodes.first().and_then(|node| own(node, b"trace_id"));
        let root = root.or_else(|| trace.map(json_text));
        let mut contexts: Vec<Option<u32>> = vec![None; nodes.len() + 1];
        for (node, range) in nodes.iter().zip(ranges) {
            let slot = node.parent.map_or(0, |parent| parent + 1);
            let context = contexts[slot].unwrap_or_else(|| {
                let parent = node.parent.and_then(|parent| own(&nodes[parent], b"id"));
                self.segment_context(root.as_deref(), parent.as_deref())
            });
            contexts[slot] = Some(context);
            self.push(range, escape, None, context);
        }
    }

    fn push_segment(
        &mut self,
        range: Range<usize>,
        escape: Escape,
        trace: Option<&[u8]>,
        parent: Option<&str>,
    ) {
        let trace = trace.map(json_text);
        let context = self.segment_context(trace.as_deref(), parent);
        self.push(range, escape, None, context);
    }

    fn segment_context(&mut self, trace: Option<&str>, parent: Option<&str>) -> u32 {
        let mut object = serde_json::Map::new();
        for (key, value) in [("trace_id", trace), ("parent_id", parent)] {
            if let Some(value) = value {
                object.insert(key.to_owned(), value.into());
            }
        }
        let inherited = (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string());
        self.new_context(Context { hint: Some(Hint::XraySegment), inherited, ..Context::default() })
    }

    /// `get-trace-summaries`.
    pub(super) fn trace_summaries(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::GetTraceSummaries);
        self.each_member(start, |builder, key, at| {
            if key != b"TraceSummaries" {
                return Ok(None);
            }
            let summary = |builder: &mut Self, at| builder.push_value(at, Some(Hint::XraySummary));
            builder.each_element(at, summary).map(Some)
        })
    }
}

/// Translates positions in the text of a JSON string into positions in the string as written.
fn raw_positions(raw: &[u8], mut wanted: Vec<usize>) -> impl Fn(usize) -> usize {
    wanted.sort_unstable();
    wanted.dedup();
    let mut places = Vec::with_capacity(wanted.len());
    let (mut at, mut undone) = (0, 0);
    let mut scratch = Vec::new();
    for &position in &wanted {
        while undone < position && at < raw.len() {
            let plain = memchr(b'\\', &raw[at..]).unwrap_or(raw.len() - at).min(position - undone);
            (at, undone) = (at + plain, undone + plain);
            if undone < position && at < raw.len() {
                scratch.clear();
                at += undo_one(&raw[at..], &mut scratch);
                undone += scratch.len();
            }
        }
        places.push(at);
    }
    move |position| wanted.binary_search(&position).map_or(0, |index| places[index])
}
