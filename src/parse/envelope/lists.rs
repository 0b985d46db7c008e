//! Documents that list records: query results, `CloudTrail`, HTTP archives, batches with documents inside.

use std::io::Read;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;

use super::builder::{Builder, Facts};
use super::events::{group_name, time_of_text};
use super::scan::{Cursor, Step, ValueKind, elements, members, value_end};
use super::unwrap::json_text;
use crate::model::{Bytes, Escape, Format, Hint, Input};

/// The most that one embedded document may unpack to. The services pass on 1 MB at a time.
const MAX_UNPACKED: u64 = 256 << 20;

impl<'a> Builder<'a> {
    /// Walks the object at `start`: `take` gets the member's key and the position of its value and says where it
    /// ends, or `None` to have it skipped.
    pub(super) fn each_member(
        &mut self,
        start: usize,
        mut take: impl FnMut(&mut Self, &'a [u8], usize) -> Step<Option<usize>>,
    ) -> Step<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        if !cursor.enter(b'{') {
            return value_end(self.bytes, start);
        }
        while let Some(key) = cursor.key()? {
            match take(self, key, cursor.pos)? {
                Some(end) => cursor.pos = end,
                None => cursor.pos = value_end(self.bytes, cursor.pos)?,
            }
        }
        Ok(cursor.pos)
    }

    /// Walks the array at `start`: `take` cuts the element at a position and returns its end.
    pub(super) fn each_element(
        &mut self,
        start: usize,
        mut take: impl FnMut(&mut Self, usize) -> Step<usize>,
    ) -> Step<usize> {
        let mut cursor = Cursor::new(self.bytes, start);
        if !cursor.enter(b'[') {
            return value_end(self.bytes, start);
        }
        while cursor.item()? {
            cursor.pos = take(self, cursor.pos)?;
        }
        Ok(cursor.pos)
    }

    /// Adds the value at `start` as a record.
    pub(super) fn push_value(&mut self, start: usize, hint: Option<Hint>) -> Step<usize> {
        let end = value_end(self.bytes, start)?;
        let context = self.hinted(hint);
        self.push(start..end, Escape::None, None, context);
        Ok(end)
    }

    /// `get-query-results`.
    pub(super) fn query_results(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::GetQueryResults);
        self.each_member(start, |builder, key, at| {
            if key != b"results" {
                return Ok(None);
            }
            builder.each_element(at, Self::query_row).map(Some)
        })
    }

    fn query_row(&mut self, start: usize) -> Step<usize> {
        let bytes = self.bytes;
        let end = value_end(bytes, start)?;
        let mut facts = Facts::default();
        let (mut message, mut time) = (None, None);
        for cell in elements(&bytes[start..end]) {
            let mut field = None;
            let mut value = None;
            for member in members(cell) {
                match member.key {
                    b"field" => field = member.text(),
                    b"value" => value = member.text(),
                    _ => {}
                }
            }
            match (field, value) {
                (Some(b"@message"), Some(text)) => message = Some(position(bytes, text)),
                (Some(b"@timestamp"), Some(text)) => time = time_of_text(text),
                (Some(b"@logStream"), Some(text)) => facts.stream = Some(text),
                (Some(b"@log"), Some(text)) => facts.group = Some(group_name(text)),
                _ => {}
            }
        }
        facts.hint = message.is_none().then_some(Hint::InsightsRow);
        let context = self.context(facts);
        match message {
            Some(message) => self.push(message, Escape::Json, time, context),
            None => self.push(start..end, Escape::None, time, context),
        }
        Ok(end)
    }

    /// `Records`: `CloudTrail` events, or a batch of a stream whose records hold documents.
    pub(super) fn records_document(&mut self, start: usize) -> Step<usize> {
        let mut count = 0u32;
        let outcome = self.each_member(start, |builder, key, at| {
            if key != b"Records" && key != b"records" {
                return Ok(None);
            }
            let each = |builder: &mut Self, at| {
                count += 1;
                builder.batch_record(at, count)
            };
            builder.each_element(at, each).map(Some)
        });
        if count == 0 {
            self.tally.note(Format::CloudTrail);
        }
        outcome
    }

    fn batch_record(&mut self, start: usize, number: u32) -> Step<usize> {
        let end = value_end(self.bytes, start)?;
        let object = &self.bytes[start..end];
        let mut data = None;
        let mut is_trail = false;
        for member in members(object) {
            match (member.key, member.kind) {
                (b"Data" | b"data", ValueKind::String) => data = member.text(),
                (b"kinesis", ValueKind::Object) => {
                    data = members(member.value)
                        .find(|inner| inner.key == b"data")
                        .and_then(|inner| inner.text());
                }
                (b"eventName", _) => is_trail = true,
                _ => {}
            }
        }
        if let Some(data) =
            data.filter(|_| !is_trail || members(object).any(|member| member.key == b"kinesis"))
        {
            self.tally.note(Format::Subscription);
            self.child(start, data, &format!("Records[{}]", number - 1));
            return Ok(end);
        }
        self.tally.note(if is_trail { Format::CloudTrail } else { self.plain });
        self.push(start..end, Escape::None, None, 0);
        Ok(end)
    }

    /// `aws cloudtrail lookup-events`: the event is a JSON text inside.
    pub(super) fn lookup_events(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::CloudTrail);
        self.each_member(start, |builder, key, at| {
            if key != b"Events" {
                return Ok(None);
            }
            builder.each_element(at, Self::lookup_event).map(Some)
        })
    }

    fn lookup_event(&mut self, start: usize) -> Step<usize> {
        let end = value_end(self.bytes, start)?;
        let inside = members(&self.bytes[start..end])
            .find(|member| member.key == b"CloudTrailEvent")
            .and_then(|member| member.text())
            .map(|text| position(self.bytes, text));
        match inside {
            Some(inside) => self.push(inside, Escape::Json, None, 0),
            None => self.push(start..end, Escape::None, None, 0),
        }
        Ok(end)
    }

    /// An HTTP archive.
    pub(super) fn har(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::Har);
        self.each_member(start, |builder, key, at| {
            if key != b"log" {
                return Ok(None);
            }
            let log = |builder: &mut Self, key: &'a [u8], at| {
                if key != b"entries" {
                    return Ok(None);
                }
                let entry = |builder: &mut Self, at| builder.push_value(at, Some(Hint::HttpExchange));
                builder.each_element(at, entry).map(Some)
            };
            builder.each_member(at, log).map(Some)
        })
    }

    /// `{"awslogs":{"data":…}}`, as a subscribed Lambda function gets it.
    pub(super) fn embedded(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::Subscription);
        let bytes = self.bytes;
        let end = value_end(bytes, start)?;
        let data = members(&bytes[start..end])
            .find(|member| member.key == b"awslogs")
            .and_then(|member| members(member.value).find(|inner| inner.key == b"data"))
            .and_then(|member| member.text());
        match data {
            Some(data) => self.child(start, data, "awslogs.data"),
            None => self.push(start..end, Escape::None, None, 0),
        }
        Ok(end)
    }

    /// Adds the document in `data` (base64, mostly of gzip) as an input of its own.
    fn child(&mut self, at: usize, data: &[u8], name: &str) {
        match unpack(data) {
            Ok(bytes) => {
                let path = format!("{}!{name}", self.path);
                self.cut.children.push(Input { path, bytes: Bytes::new(bytes) });
            }
            Err(reason) => {
                let message =
                    format!("{name} could not be unpacked ({reason}); decode it by hand: base64 -d | gunzip");
                self.issue(at, message);
            }
        }
    }
}

/// Where `part`, a slice of `whole`, begins and ends in it.
fn position(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

fn unpack(data: &[u8]) -> Result<Vec<u8>, String> {
    let packed = STANDARD.decode(json_text(data).trim()).map_err(|error| format!("no base64: {error}"))?;
    if !packed.starts_with(&[0x1F, 0x8B]) {
        return Ok(packed);
    }
    let mut bytes = Vec::new();
    let mut limited = MultiGzDecoder::new(packed.as_slice()).take(MAX_UNPACKED + 1);
    limited.read_to_end(&mut bytes).map_err(|error| format!("damaged gzip: {error}"))?;
    if bytes.len() as u64 > MAX_UNPACKED { Err("more than 256 MiB".to_owned()) } else { Ok(bytes) }
}
