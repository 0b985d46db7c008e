//! The fast reader: the few facts of an uneventful record, without building a tree.
//!
//! Reads only the shapes that large captures are made of, and of those only records that report nothing wrong:
//! for anything else [`skim`] returns `None` and the record is decoded. What it does return equals what
//! [`decode`](super::decode) says; a property test holds the two together.

use memchr::memmem;

use super::envelope::{Member, members};
use crate::model::{Context, Kind, Layer, Outcome, Severity, SpanId, Timestamp, TraceId, message_hash};

/// What a brief needs, borrowed from the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skim<'a> {
    /// Payload time; `None` leaves the envelope's.
    pub timestamp: Option<Timestamp>,
    /// Trace id.
    pub trace: Option<TraceId>,
    /// Span id.
    pub span: Option<SpanId>,
    /// Request id.
    pub request: Option<&'a str>,
    /// Session id.
    pub session: Option<&'a str>,
    /// JSON-RPC id.
    pub rpc: Option<&'a str>,
    /// Tool name.
    pub tool: Option<&'a str>,
    /// [`message_hash`] of the message.
    pub message_hash: u32,
    /// Shape.
    pub kind: Kind,
    /// Layer.
    pub layer: Layer,
    /// Severity, never above [`Severity::Info`].
    pub severity: Severity,
    /// Outcome, never [`Outcome::Failed`].
    pub outcome: Outcome,
}

impl Skim<'_> {
    fn new(kind: Kind, layer: Layer) -> Self {
        Self {
            timestamp: None,
            trace: None,
            span: None,
            request: None,
            session: None,
            rpc: None,
            tool: None,
            message_hash: 0,
            kind,
            layer,
            severity: Severity::Unset,
            outcome: Outcome::Unknown,
        }
    }
}

/// Reads an uneventful record of a frequent shape.
pub fn skim<'a>(text: &'a [u8], context: &Context) -> Option<Skim<'a>> {
    if context.hint.is_some() || context.inherited.is_some() || text.first() != Some(&b'{') {
        return None;
    }
    match members(text).next()?.key {
        b"resource" => otel_log(text),
        b"timestamp" => sdk_line(text),
        b"resource_arn" => gateway_row(text),
        _ => None,
    }
}

/// An OTel log record with a plain body and none of the attributes that change its meaning.
fn otel_log(text: &[u8]) -> Option<Skim<'_>> {
    let mut skim = Skim::new(Kind::OtelLog, Layer::Runtime);
    let mut body = None;
    for Member { key, value, .. } in members(text) {
        match key {
            b"resource" | b"observedTimeUnixNano" | b"flags" => {}
            b"scope" => plain_scope(value)?,
            b"timeUnixNano" => skim.timestamp = Some(Timestamp(number(value)?)).filter(|at| at.0 > 0),
            b"severityNumber" => skim.severity = uneventful(Severity::from_number(number(value)?))?,
            b"severityText" => _ = string(value)?,
            b"body" => body = Some(string(value)?),
            b"attributes" => plain_attributes(value)?,
            b"traceId" => skim.trace = TraceId::parse(string(value)?.as_bytes()),
            b"spanId" => skim.span = SpanId::parse(string(value)?.as_bytes()),
            _ => return None,
        }
    }
    skim.timestamp?;
    skim.message_hash = message_hash(body?);
    Some(skim)
}

/// Attributes that only repeat the record's own ids or name its source line.
fn plain_attributes(object: &[u8]) -> Option<()> {
    members(object)
        .all(|member| {
            matches!(member.key, b"otelTraceSampled" | b"otelTraceID" | b"otelSpanID" | b"otelServiceName")
                || member.key.starts_with(b"code.")
        })
        .then_some(())
}

/// Scopes of tracers and instrumentations carry model content, which the decoder sorts out.
fn plain_scope(object: &[u8]) -> Option<()> {
    let instrumentation =
        memmem::find(object, b"instrumentation").or_else(|| memmem::find(object, b"tracer")).is_some();
    (!instrumentation).then_some(())
}

/// An INFO line of the SDK's JSON logger.
fn sdk_line(text: &[u8]) -> Option<Skim<'_>> {
    let mut skim = Skim::new(Kind::SdkLog, Layer::Runtime);
    let mut message = None;
    for Member { key, value, .. } in members(text) {
        match key {
            b"timestamp" => skim.timestamp = Some(utc_millis(string(value)?)?),
            b"level" => skim.severity = uneventful(Severity::from_level(string(value)?))?,
            b"message" => message = Some(string(value)?),
            b"logger" => (string(value)? == "bedrock_agentcore.app").then_some(())?,
            b"requestId" => skim.request = Some(string(value)?),
            b"sessionId" => skim.session = Some(string(value)?),
            _ => return None,
        }
    }
    let message = message?;
    skim.timestamp?;
    skim.outcome = if message.starts_with("Invocation completed successfully") {
        Outcome::Ok
    } else if message.starts_with("Invocation") {
        return None;
    } else {
        Outcome::Unknown
    };
    skim.message_hash = message_hash(message);
    Some(skim)
}

/// A Gateway row of a healthy call.
fn gateway_row(text: &[u8]) -> Option<Skim<'_>> {
    let mut skim = Skim::new(Kind::GatewayLog, Layer::Gateway);
    let mut body = None;
    for Member { key, value, .. } in members(text) {
        match key {
            b"resource_arn" => _ = memmem::find(string(value)?.as_bytes(), b":gateway/")?,
            b"event_timestamp" => skim.timestamp = Timestamp::from_millis(number(value)?),
            b"body" => body = Some(value),
            b"account_id" => _ = string(value)?,
            b"request_id" => skim.request = Some(string(value)?),
            b"trace_id" => skim.trace = TraceId::parse(string(value)?.as_bytes()),
            b"span_id" => skim.span = SpanId::parse(string(value)?.as_bytes()),
            _ => return None,
        }
    }
    skim.timestamp?;
    gateway_body(body?, &mut skim)?;
    Some(skim)
}

fn gateway_body<'a>(object: &'a [u8], skim: &mut Skim<'a>) -> Option<()> {
    let mut answered = false;
    for Member { key, value, .. } in members(object) {
        match key {
            b"isError" => (value == b"false").then_some(())?,
            b"log" => {
                let log = string(value)?;
                skim.message_hash = message_hash(log);
                skim.tool = skim.tool.or(tool_of_log(log));
            }
            b"requestBody" => skim.tool = Some(tool_of_request(value)?),
            b"responseBody" => {
                healthy_response(value)?;
                answered = true;
            }
            b"id" => skim.rpc = Some(string(value).or_else(|| std::str::from_utf8(value).ok())?),
            _ => return None,
        }
    }
    if answered {
        skim.outcome = Outcome::Ok;
    }
    Some(())
}

/// `Executing tool T from target ID`, and the later `Processing request for tool T from target ID`.
fn tool_of_log(log: &str) -> Option<&str> {
    let rest =
        log.strip_prefix("Executing tool ").or_else(|| log.strip_prefix("Processing request for tool "))?;
    rest.split_whitespace().next()
}

/// The tool of a plain `tools/call` body; anything with `_meta` is left to the decoder.
fn tool_of_request(value: &[u8]) -> Option<&str> {
    let text = string(value)?;
    if text.contains("_meta") {
        return None;
    }
    let name = text.split_once("method=tools/call, params={name=")?.1;
    let end = name.find([',', '}'])?;
    Some(&name[..end])
}

/// A result without any word that could mean a failure at one of the levels of telemetry §3.5.
fn healthy_response(value: &[u8]) -> Option<()> {
    const SUSPICIOUS: [&[u8]; 5] = [b"rror=true", b"rror\\\":", b"error=", b"statusCode", b"xception"];
    memmem::find(value, b"result={isError=false")?;
    SUSPICIOUS.iter().all(|word| memmem::find(value, word).is_none()).then_some(())
}

fn uneventful(severity: Severity) -> Option<Severity> {
    (severity <= Severity::Info).then_some(severity)
}

/// The inside of a JSON string without escapes.
fn string(value: &[u8]) -> Option<&str> {
    let inside = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', inside).is_some() {
        return None;
    }
    std::str::from_utf8(inside).ok()
}

/// A non-negative JSON integer.
fn number(value: &[u8]) -> Option<i64> {
    if value.is_empty() || value.len() > 19 {
        return None;
    }
    value.iter().try_fold(0i64, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, the SDK formatter's only form.
fn utc_millis(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() != 24 || bytes[10] != b'T' || bytes[19] != b'.' || bytes[23] != b'Z' {
        return None;
    }
    let part = |from: usize, to: usize| number(&bytes[from..to]);
    let date = chrono::NaiveDate::from_ymd_opt(part(0, 4)? as i32, part(5, 7)? as u32, part(8, 10)? as u32)?;
    let time = date.and_hms_milli_opt(
        part(11, 13)? as u32,
        part(14, 16)? as u32,
        part(17, 19)? as u32,
        part(20, 23)? as u32,
    )?;
    time.and_utc().timestamp_nanos_opt().map(Timestamp)
}
