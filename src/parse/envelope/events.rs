//! Lists of log events: answers of the `CloudWatch` Logs APIs, subscription messages, Live Tail.

use std::ops::Range;
use std::str;

use memchr::memmem;

use super::builder::{Builder, Facts};
use super::scan::{Cursor, Step, ValueKind, members, value_end};
use crate::model::{Escape, Format, Timestamp};

/// A log event as an envelope holds it.
#[derive(Default, Debug)]
pub(super) struct Event<'a> {
    /// The message and how it is escaped.
    pub(super) message: Option<(Range<usize>, Escape)>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) stream: Option<&'a [u8]>,
    pub(super) group: Option<&'a [u8]>,
    /// Whether it has the `eventId` of `FilterLogEvents`.
    pub(super) has_id: bool,
    /// Whether it has any key that only the service adds.
    stored: bool,
    /// Where it ends.
    pub(super) end: usize,
}

impl<'a> Event<'a> {
    /// Reads the object at `start`. When `strict`, an object with any other key is no event.
    pub(super) fn read(bytes: &'a [u8], start: usize, strict: bool) -> Step<Option<Self>> {
        let mut cursor = Cursor::new(bytes, start);
        let mut event = Self::default();
        if !cursor.enter(b'{') {
            return Ok(None);
        }
        while let Some(key) = cursor.key()? {
            if event.take(key, bytes, &mut cursor)? {
                continue;
            }
            if strict {
                return Ok(None);
            }
            cursor.skip()?;
        }
        event.end = cursor.pos;
        let is_event = event.message.is_some() && (event.timestamp.is_some() || event.stored);
        Ok((is_event || !strict).then_some(event))
    }

    /// Takes the value of a known key; leaves any other where it is.
    fn take(&mut self, key: &[u8], bytes: &'a [u8], cursor: &mut Cursor<'a>) -> Step<bool> {
        let start = cursor.pos;
        let text = |cursor: &mut Cursor<'a>| -> Step<Option<&'a [u8]>> {
            let value = cursor.skip()?;
            Ok((bytes[start] == b'"').then(|| &bytes[value.start + 1..value.end - 1]))
        };
        match key {
            b"message" | b"@message" => {
                let value = cursor.skip()?;
                self.stored |= key[0] == b'@';
                self.message = Some(match ValueKind::of(bytes[start]) {
                    ValueKind::String => (value.start + 1..value.end - 1, Escape::Json),
                    _ => (value, Escape::None),
                });
            }
            b"timestamp" | b"@timestamp" => {
                let value = cursor.skip()?;
                self.timestamp = time_of_value(&bytes[value]);
            }
            b"logStreamName" | b"logStream" | b"@logStream" => {
                self.stream = text(cursor)?;
                self.stored = true;
            }
            b"logGroupName" | b"logGroup" | b"logGroupIdentifier" | b"@log" => {
                self.group = text(cursor)?.map(group_name);
                self.stored = true;
            }
            b"ingestionTime" | b"@ingestionTime" | b"eventId" | b"@ptr" => {
                cursor.skip()?;
                self.stored = true;
                self.has_id |= key == b"eventId";
            }
            b"id" => {
                cursor.skip()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The log group in an ARN, in `account:group`, or as it is.
pub(super) fn group_name(raw: &[u8]) -> &[u8] {
    if let Some(at) = memmem::find(raw, b":log-group:") {
        let name = &raw[at + 11..];
        return name.strip_suffix(b":*").unwrap_or(name);
    }
    let digits = raw.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && raw.get(digits) == Some(&b':') { &raw[digits + 1..] } else { raw }
}

/// Milliseconds, or a spelled-out time.
fn time_of_value(value: &[u8]) -> Option<Timestamp> {
    match value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) {
        Some(text) => time_of_text(text),
        None => time_of_text(value),
    }
}

/// The same without quotes.
pub(super) fn time_of_text(text: &[u8]) -> Option<Timestamp> {
    // Eighteen digits fit; every event has such a number, so it is read without detours.
    if (1..=18).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) {
        let millis = text.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        return Timestamp::from_millis(millis);
    }
    Timestamp::parse(str::from_utf8(text).ok()?)
}

impl<'a> Builder<'a> {
    /// Adds an event; what it does not say is taken from `around`.
    pub(super) fn push_event(&mut self, start: usize, event: Event<'a>, around: Facts<'a>) {
        let facts = Facts {
            group: event.group.or(around.group),
            stream: event.stream.or(around.stream),
            hint: around.hint,
        };
        let context = self.context(facts);
        let (payload, escape) = event.message.unwrap_or((start..event.end, Escape::None));
        self.push(payload, escape, event.timestamp, context);
    }

    /// Cuts the array of events at `start`, returns its end and whether any event has an `eventId`.
    fn event_list(&mut self, start: usize, around: Facts<'a>, seen: &mut bool) -> Step<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        if !cursor.enter(b'[') {
            return value_end(self.bytes, start);
        }
        while cursor.item()? {
            let at = cursor.pos;
            if let Some(event) = Event::read(self.bytes, at, false)? {
                cursor.pos = event.end;
                *seen |= event.has_id;
                self.push_event(at, event, around);
            } else {
                let value = cursor.skip()?;
                self.push(value, Escape::None, None, 0);
            }
        }
        Ok(cursor.pos)
    }

    /// `filter-log-events` and `get-log-events`.
    pub(super) fn events_document(&mut self, start: usize) -> Step<usize> {
        let (mut by_id, mut by_token) = (false, false);
        let outcome = self.walk_events(start, &mut by_id, &mut by_token);
        let get = by_token || (!by_id && self.cut.records.last().is_some_and(|record| record.context == 0));
        self.tally.note(if get { Format::GetLogEvents } else { Format::FilterLogEvents });
        outcome
    }

    fn walk_events(&mut self, start: usize, by_id: &mut bool, by_token: &mut bool) -> Step<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        cursor.enter(b'{');
        while let Some(key) = cursor.key()? {
            match key {
                b"events" => cursor.pos = self.event_list(cursor.pos, Facts::default(), by_id)?,
                b"nextForwardToken" | b"nextBackwardToken" => {
                    *by_token = true;
                    cursor.skip()?;
                }
                b"searchedLogStreams" => {
                    *by_id = true;
                    cursor.skip()?;
                }
                _ => {
                    cursor.skip()?;
                }
            }
        }
        Ok(cursor.pos)
    }

    /// A subscription or Firehose message. Its control messages carry no events of the log.
    pub(super) fn subscription(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::Subscription);
        let mark = self.mark();
        let mut facts = Facts::default();
        let mut control = false;
        let mut cursor = Cursor::new(self.bytes, start);
        cursor.enter(b'{');
        // The facts stand before the events in practice, but no document promises it.
        let mut late = None;
        while let Some(key) = cursor.key()? {
            let at = cursor.pos;
            if key == b"logEvents" {
                if facts == Facts::default() {
                    late = Some(self.cut.records.len());
                }
                cursor.pos = self.event_list(at, facts, &mut false)?;
                continue;
            }
            let value = cursor.skip()?;
            if self.bytes[at] != b'"' {
                continue;
            }
            let text = &self.bytes[value.start + 1..value.end - 1];
            match key {
                b"logGroup" => facts.group = Some(text),
                b"logStream" => facts.stream = Some(text),
                b"messageType" => control = text == b"CONTROL_MESSAGE",
                _ => {}
            }
        }
        if control {
            self.back_to(&mark);
            self.tally.note(Format::Subscription);
        } else if let Some(first) = late {
            let context = self.context(facts);
            for record in &mut self.cut.records[first..] {
                record.context = context;
            }
        }
        Ok(cursor.pos)
    }

    /// A `StartLiveTail` session object.
    pub(super) fn live_tail(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::LiveTail);
        let mut cursor = Cursor::new(self.bytes, start);
        cursor.enter(b'{');
        while let Some(key) = cursor.key()? {
            if key == b"sessionUpdate" && cursor.peek() == Some(b'{') {
                cursor.pos = self.session_update(cursor.pos)?;
            } else {
                cursor.skip()?;
            }
        }
        Ok(cursor.pos)
    }

    fn session_update(&mut self, start: usize) -> Step<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        cursor.enter(b'{');
        while let Some(key) = cursor.key()? {
            let at = cursor.pos;
            if key == b"sessionResults" {
                cursor.pos = self.event_list(at, Facts::default(), &mut false)?;
                continue;
            }
            let value = cursor.skip()?;
            if key == b"sessionMetadata" && is_sampled(&self.bytes[value]) {
                self.sampled(at);
            }
        }
        Ok(cursor.pos)
    }

    /// Reported once per part, with a count.
    fn sampled(&mut self, at: usize) {
        const MESSAGE: &str = "Live Tail was sampled here: it passed on 500 events of the second and dropped the \
                               others; fetch this stretch with filter-log-events";
        match self.cut.issues.iter_mut().find(|issue| issue.message == MESSAGE) {
            Some(known) => known.count = known.count.saturating_add(1),
            None => self.issue(at, MESSAGE),
        }
    }

    /// Whether the array at `start` lists log events; `None` when it is empty.
    pub(super) fn lists_events(&self, start: usize) -> Option<bool> {
        let cursor = Cursor::new(self.bytes, start);
        let first = cursor.first_inside()?;
        let mut inside = Cursor::new(self.bytes, first);
        if !inside.enter(b'{') {
            return Some(false);
        }
        // An event cut off in its first members still counts, by the members it has.
        while let Ok(Some(key)) = inside.key() {
            if matches!(key, b"message" | b"ingestionTime" | b"eventId" | b"logStreamName") {
                return Some(true);
            }
            if inside.skip().is_err() {
                return Some(key == b"timestamp");
            }
        }
        Some(false)
    }

    /// A pair of the list that `--query 'events[].[timestamp,message]'` makes.
    pub(super) fn pair(&mut self, start: usize) -> Option<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        cursor.enter(b'[');
        let (mut timestamp, mut message) = (None, None);
        while cursor.item().ok()? {
            let value = cursor.skip().ok()?;
            match ValueKind::of(self.bytes[value.start]) {
                ValueKind::Number if timestamp.is_none() => {
                    timestamp = Some(time_of_value(&self.bytes[value])?);
                }
                ValueKind::String if message.is_none() => message = Some(value.start + 1..value.end - 1),
                _ => return None,
            }
        }
        self.push(message?, Escape::Json, Some(timestamp?), 0);
        Some(cursor.pos)
    }
}

fn is_sampled(metadata: &[u8]) -> bool {
    members(metadata).any(|member| member.key == b"sampled" && member.value == b"true")
}
