//! Live Tail: a session is an answer of event-stream frames that goes on until somebody ends it.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::TcpStream;
use std::time::Duration;

use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use serde_json::{Value, json};

use super::events::Fed;
use super::http::{begin_chunks, chunk};
use super::logs::plain_name;
use super::{Shared, World};
use crate::live::now;

/// More events than this in a second are sampled:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_LiveTail.html>.
const SAMPLED_ABOVE: usize = 500;

/// How sessions behave.
#[derive(Debug)]
pub(crate) struct Tail {
    /// Time between two updates.
    pub(crate) every: Duration,
    /// Sessions that may be open at once.
    pub(crate) max_sessions: usize,
    /// Sessions that are open.
    pub(crate) open: usize,
    /// Sessions that were ever started.
    pub(crate) started: u64,
    /// How the next sessions end: after so many updates, in this way.
    pub(crate) ends: VecDeque<(u64, End)>,
    /// Every so many updates half of the events are left out and the update says so.
    pub(crate) sampled_every: Option<u64>,
    /// Every so many events one is lost, and nobody says so.
    pub(crate) loses_every: Option<u64>,
    /// Whether every event is shown twice, as two groups of a session that are mixed up with each other would be.
    pub(crate) shows_twice: bool,
    /// Groups that no session may have, with the error code; whether the error names them.
    pub(crate) refused: BTreeMap<String, (&'static str, bool)>,
    /// Whether sessions wait with their updates.
    pub(crate) is_held: bool,
    /// Updates sent.
    pub(crate) updates: u64,
    /// Events shown.
    pub(crate) shown: u64,
}

/// How a session ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// After three hours.
    Timeout,
    /// A fault of the service.
    Streaming,
    /// The connection is closed in order.
    Closed,
    /// The connection is closed within a frame.
    Torn,
    /// Bytes that are no frame.
    Garbage,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(1),
            max_sessions: 15,
            open: 0,
            started: 0,
            ends: VecDeque::new(),
            sampled_every: None,
            loses_every: None,
            shows_twice: false,
            refused: BTreeMap::new(),
            is_held: false,
            updates: 0,
            shown: 0,
        }
    }
}

/// What `StartLiveTail` asks for, or the error that it gets.
pub(super) fn open(world: &mut World, input: &Value) -> Result<Session, (&'static str, String)> {
    let arns = input.get("logGroupIdentifiers").and_then(Value::as_array).cloned().unwrap_or_default();
    let arns: Vec<String> = arns.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if arns.is_empty()
        || arns.len() > 10
        || arns.iter().any(|arn| arn.ends_with('*') || !arn.starts_with("arn:"))
    {
        return Err(("InvalidParameterException", "1 to 10 ARNs without an asterisk".to_owned()));
    }
    if arns.iter().any(|arn| !world.logs.groups.contains_key(plain_name(arn))) {
        return Err(("ResourceNotFoundException", "The specified log group does not exist.".to_owned()));
    }
    let refused = arns.iter().find_map(|arn| Some((arn, world.tail.refused.get(plain_name(arn))?)));
    if let Some((arn, (code, is_named))) = refused {
        let on = if *is_named { format!("on resource: {arn} ") } else { String::new() };
        return Err((
            code,
            format!("User: u is not authorized to perform: logs:StartLiveTail {on}because it is so"),
        ));
    }
    if world.tail.open >= world.tail.max_sessions {
        return Err(("LimitExceededException", "Too many Live Tail sessions.".to_owned()));
    }
    world.tail.open += 1;
    world.tail.started += 1;
    Ok(Session {
        number: world.tail.started,
        groups: arns.iter().map(|arn| plain_name(arn).to_owned()).collect(),
        arns,
        next: world.logs.next_number(),
        end: world.tail.ends.pop_front(),
    })
}

/// One open session.
pub(super) struct Session {
    number: u64,
    arns: Vec<String>,
    groups: Vec<String>,
    /// Number of the first event that was not shown.
    next: u64,
    end: Option<(u64, End)>,
}

impl Session {
    /// Serves it to its end, or until the peer or the server goes.
    pub(crate) fn serve(mut self, stream: &mut TcpStream, shared: &Shared) -> io::Result<()> {
        let result = self.frames(stream, shared);
        shared.with(|world| world.tail.open -= 1);
        result
    }

    fn frames(&mut self, stream: &mut TcpStream, shared: &Shared) -> io::Result<()> {
        begin_chunks(stream, "application/vnd.amazon.eventstream")?;
        chunk(stream, &event("initial-response", &json!({})))?;
        let start = json!({
            "requestId": format!("request-{}", self.number),
            "sessionId": format!("session-{}", self.number),
            "logGroupIdentifiers": self.arns,
            "logStreamNames": [],
            "logStreamNamePrefixes": [],
            "logEventFilterPattern": "",
        });
        chunk(stream, &event("sessionStart", &start))?;
        let mut sent = 0;
        let mut due = now();
        loop {
            if let Some((updates, end)) = self.end
                && sent >= updates
            {
                return finish(stream, end);
            }
            due += shared.with(|world| world.tail.every);
            let is_stopped = shared.sleep_until(due);
            if is_stopped {
                return Ok(());
            }
            if shared.with(|world| world.tail.is_held) {
                continue;
            }
            let update = shared.with(|world| self.update(world));
            chunk(stream, &event("sessionUpdate", &update))?;
            sent += 1;
        }
    }

    fn update(&mut self, world: &mut World) -> Value {
        let from = world.logs.feed.partition_point(|fed| fed.number < self.next);
        let new = world.logs.feed.iter().skip(from).filter(|fed| self.groups.contains(&fed.group));
        let lost = |fed: &&Fed| world.tail.loses_every.is_some_and(|every| fed.number.is_multiple_of(every));
        let mut shown: Vec<&Fed> = new.filter(|fed| !lost(fed)).collect();
        world.tail.updates += 1;
        if world.tail.shows_twice {
            shown = shown.into_iter().flat_map(|fed| [fed, fed]).collect();
        }
        let is_thinned =
            world.tail.sampled_every.is_some_and(|every| world.tail.updates.is_multiple_of(every));
        if is_thinned {
            shown = shown.into_iter().step_by(2).collect();
        }
        let is_sampled = is_thinned || shown.len() > SAMPLED_ABOVE;
        shown.truncate(SAMPLED_ABOVE);
        world.tail.shown += shown.len() as u64;
        let results: Vec<Value> =
            shown.into_iter().filter_map(|fed| serde_json::from_str(&fed.json).ok()).collect();
        self.next = world.logs.next_number();
        json!({"sessionMetadata": {"sampled": is_sampled}, "sessionResults": results})
    }
}

fn finish(stream: &mut TcpStream, end: End) -> io::Result<()> {
    match end {
        End::Timeout => chunk(stream, &exception("SessionTimeoutException", "Session timed out."))?,
        End::Streaming => chunk(stream, &exception("SessionStreamingException", "Internal fault."))?,
        End::Closed => {}
        End::Torn => {
            let frame = event("sessionUpdate", &json!({"sessionResults": []}));
            return chunk(stream, &frame[..frame.len() / 2]);
        }
        End::Garbage => chunk(stream, &[0x7f; 64])?,
    }
    chunk(stream, &[])
}

fn event(kind: &'static str, payload: &Value) -> Vec<u8> {
    frame("event", ":event-type", kind, payload)
}

fn exception(kind: &'static str, message: &str) -> Vec<u8> {
    frame("exception", ":exception-type", kind, &json!({"message": message}))
}

fn frame(message_type: &'static str, key: &'static str, kind: &'static str, payload: &Value) -> Vec<u8> {
    let header =
        |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload.to_string().into_bytes())
        .add_header(header(":message-type", message_type))
        .add_header(header(key, kind))
        .add_header(header(":content-type", "application/json"));
    let mut bytes = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(&message, &mut bytes).unwrap();
    bytes
}
