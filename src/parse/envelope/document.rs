//! Tells what a JSON value is, and cuts it accordingly.

use super::builder::Builder;
use super::events::Event;
use super::scan::{Broken, Cursor, Step, ValueKind, members, skip_space, value_end};
use crate::model::{Escape, Format, Hint};

/// How deep arrays of arrays are looked into (pages of pages).
const MAX_NESTING: u32 = 3;

/// Keys that only records have, none of the documents around them.
const RECORD_KEYS: [&[u8]; 11] = [
    b"resource",
    b"resource_arn",
    b"traceId",
    b"trace_flags",
    b"eventVersion",
    b"_aws",
    b"level",
    b"logger",
    b"levelname",
    b"severityNumber",
    b"severityText",
];

/// What an object is, told by its keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A record itself. `end` is known when it took the whole object to tell.
    Record {
        hint: Option<Hint>,
        end: Option<usize>,
    },
    XraySegment,
    Events,
    Subscription,
    LiveTail,
    QueryResults,
    Traces,
    TraceSummaries,
    Otlp,
    Records,
    LookupEvents,
    Embedded,
    Har,
}

impl Builder<'_> {
    /// Cuts the JSON value at `start` and returns its end.
    pub(super) fn value(&mut self, start: usize) -> Step<usize> {
        let mark = self.mark();
        self.envelope = false;
        let outcome = self.nested_value(start, 0);
        self.tally.json += self.since(&mark) as u64;
        outcome
    }

    fn nested_value(&mut self, start: usize, depth: u32) -> Step<usize> {
        match self.bytes.get(start) {
            Some(b'{') => self.object(start),
            Some(b'[') => self.array(start, depth),
            _ => self.scalar(start),
        }
    }

    /// An element that is no object: a message, when it is a string.
    fn scalar(&mut self, start: usize) -> Step<usize> {
        let end = value_end(self.bytes, start)?;
        self.tally.note(self.plain);
        if self.bytes[start] == b'"' {
            self.push(start + 1..end - 1, Escape::Json, None, 0);
        } else {
            self.push(start..end, Escape::None, None, 0);
        }
        Ok(end)
    }

    fn array(&mut self, start: usize, depth: u32) -> Step<usize> {
        let outer = std::mem::replace(&mut self.plain, Format::JsonDocument);
        let outcome = self.array_elements(start, depth);
        self.plain = outer;
        outcome
    }

    fn array_elements(&mut self, start: usize, depth: u32) -> Step<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        cursor.enter(b'[');
        if cursor.first_inside().is_none() {
            self.tally.note(Format::JsonDocument);
        }
        while cursor.item()? {
            let at = cursor.pos;
            cursor.pos = if self.bytes[at] != b'[' {
                self.nested_value(at, depth)?
            } else if let Some(end) = self.pair(at) {
                self.tally.note(Format::JsonDocument);
                end
            } else if depth < MAX_NESTING {
                self.array(at, depth + 1)?
            } else {
                let value = cursor.skip()?;
                self.tally.note(Format::JsonDocument);
                self.push(value.clone(), Escape::None, None, 0);
                value.end
            };
        }
        Ok(cursor.pos)
    }

    fn object(&mut self, start: usize) -> Step<usize> {
        if let Some(event) = Event::read(self.bytes, start, true)? {
            let end = event.end;
            self.tally.note(self.plain);
            self.push_event(start, event, super::builder::Facts::default());
            return Ok(end);
        }
        let shape = self.shape(start)?;
        self.shaped(start, shape)
    }

    /// Cuts the object at `start`, which is a `shape`.
    pub(super) fn shaped(&mut self, start: usize, shape: Shape) -> Step<usize> {
        self.envelope |= !matches!(shape, Shape::Record { .. } | Shape::XraySegment);
        match shape {
            Shape::Record { hint, end } => {
                let end = end.map_or_else(|| value_end(self.bytes, start), Ok)?;
                self.push_object(start, end, hint);
                Ok(end)
            }
            Shape::XraySegment => self.bare_segment(start),
            Shape::Events => self.events_document(start),
            Shape::Subscription => self.subscription(start),
            Shape::LiveTail => self.live_tail(start),
            Shape::QueryResults => self.query_results(start),
            Shape::Traces => self.traces(start),
            Shape::TraceSummaries => self.trace_summaries(start),
            Shape::Otlp => self.otlp(start),
            Shape::Records => self.records_document(start),
            Shape::LookupEvents => self.lookup_events(start),
            Shape::Embedded => self.embedded(start),
            Shape::Har => self.har(start),
        }
    }

    /// Adds an object that is a record.
    pub(super) fn push_object(&mut self, start: usize, end: usize, hint: Option<Hint>) {
        self.tally.note(match hint {
            Some(Hint::HttpExchange) => Format::HttpExchanges,
            Some(Hint::ToolsList) => Format::ToolsList,
            _ => self.plain,
        });
        let context = self.hinted(hint);
        self.push(start..end, Escape::None, None, context);
    }

    /// Tells what the object at `start` is, looking no further than needed.
    pub(super) fn shape(&self, start: usize) -> Step<Shape> {
        let mut cursor = Cursor::new(self.bytes, start);
        if !cursor.enter(b'{') {
            return Err(Broken::Malformed(start));
        }
        let mut clues = Clues::default();
        while let Some(key) = cursor.key()? {
            if let Some(shape) = self.shape_by(key, cursor.pos, &mut clues) {
                return Ok(shape);
            }
            cursor.skip()?;
        }
        Ok(clues.shape(cursor.pos))
    }

    /// What the member `key` alone decides; its value starts at `at`.
    fn shape_by(&self, key: &[u8], at: usize, clues: &mut Clues) -> Option<Shape> {
        let kind = ValueKind::of(*self.bytes.get(at)?);
        let record = |hint| Some(Shape::Record { hint, end: None });
        match (key, kind) {
            (_, _) if RECORD_KEYS.contains(&key) => record(None),
            (b"events", ValueKind::Array) => match self.lists_events(at) {
                Some(true) => Some(Shape::Events),
                Some(false) => record(None),
                None => {
                    clues.0 |= Clues::NO_EVENTS;
                    None
                }
            },
            (b"nextForwardToken" | b"nextBackwardToken" | b"searchedLogStreams", _) => Some(Shape::Events),
            (b"logEvents", ValueKind::Array)
            | (b"subscriptionFilters", _)
            | (b"messageType", ValueKind::String) => Some(Shape::Subscription),
            (b"sessionStart" | b"sessionUpdate", ValueKind::Object) => Some(Shape::LiveTail),
            (b"results", ValueKind::Array) => {
                self.first_is(at, ValueKind::Array).then_some(Shape::QueryResults)
            }
            (b"Traces", ValueKind::Array) | (b"RetrievalStatus", ValueKind::String) => Some(Shape::Traces),
            (b"TraceSummaries", ValueKind::Array) => Some(Shape::TraceSummaries),
            (b"resourceSpans" | b"resourceLogs", ValueKind::Array) => Some(Shape::Otlp),
            (b"Records" | b"records", ValueKind::Array) => {
                (self.first_is(at, ValueKind::Object)).then_some(Shape::Records)
            }
            (b"Events", ValueKind::Array) => {
                self.first_has(at, b"CloudTrailEvent").then_some(Shape::LookupEvents)
            }
            (b"awslogs", ValueKind::Object) => Some(Shape::Embedded),
            (b"log", ValueKind::Object) => self.has(at, b"entries").then_some(Shape::Har),
            (b"request", ValueKind::Object) => {
                let is_http = self.has(at, b"method") && (self.has(at, b"url") || self.has(at, b"path"));
                if is_http { record(Some(Hint::HttpExchange)) } else { None }
            }
            (b"tools", ValueKind::Array) if self.first_has(at, b"inputSchema") => {
                record(Some(Hint::ToolsList))
            }
            (b"result", ValueKind::Object) if self.is_tools_result(at) => record(Some(Hint::ToolsList)),
            _ => {
                clues.see(key);
                None
            }
        }
    }

    /// Whether the first element of the array at `at` is of this kind; an empty array passes.
    fn first_is(&self, at: usize, kind: ValueKind) -> bool {
        let first = Cursor::new(self.bytes, at).first_inside();
        first.is_none_or(|first| ValueKind::of(self.bytes[first]) == kind)
    }

    /// Whether the first element of the array at `at` is an object with this key.
    fn first_has(&self, at: usize, key: &[u8]) -> bool {
        Cursor::new(self.bytes, at).first_inside().is_some_and(|first| self.has(first, key))
    }

    fn has(&self, object: usize, key: &[u8]) -> bool {
        members(&self.bytes[object..]).any(|member| member.key == key)
    }

    fn is_tools_result(&self, at: usize) -> bool {
        members(&self.bytes[at..]).any(|member| {
            let inside = skip_space(member.value, 1);
            member.key == b"tools"
                && member.kind == ValueKind::Array
                && members(&member.value[inside..]).any(|field| field.key == b"inputSchema")
        })
    }
}

/// Keys that decide only together, as bits.
#[derive(Default)]
struct Clues(u8);

impl Clues {
    const NO_EVENTS: u8 = 1;
    const OTHERS: u8 = 1 << 1;
    const START: u8 = 1 << 2;
    const ID: u8 = 1 << 3;
    const SEGMENT: u8 = 1 << 4;
    const STATISTICS: u8 = 1 << 5;
    const STATUS: u8 = 1 << 6;

    fn see(&mut self, key: &[u8]) {
        self.0 |= match key {
            b"start_time" => Self::START,
            b"id" => Self::ID,
            b"trace_id" | b"end_time" | b"in_progress" | b"subsegments" => Self::SEGMENT,
            b"statistics" => Self::STATISTICS,
            b"status" => Self::STATUS,
            b"nextToken" => 0,
            _ => Self::OTHERS,
        };
    }

    fn has(&self, all: u8) -> bool {
        self.0 & all == all
    }

    fn shape(&self, end: usize) -> Shape {
        if self.has(Self::START | Self::ID | Self::SEGMENT) {
            Shape::XraySegment
        } else if self.has(Self::NO_EVENTS) && !self.has(Self::OTHERS) {
            Shape::Events
        } else if self.has(Self::STATISTICS | Self::STATUS) {
            Shape::QueryResults
        } else {
            Shape::Record { hint: None, end: Some(end) }
        }
    }
}
