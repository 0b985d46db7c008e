//! The fast reader: the few facts of an uneventful record, without building a tree.
//!
//! Reads only the shapes that large captures are made of, and of those only records that report nothing wrong:
//! for anything else [`skim`] returns `None` and the record is decoded. What it does return of a record that is
//! JSON equals what [`decode`](super::decode) says; a property test holds the two together.

use memchr::memmem;

use super::envelope::members;
use super::payload::session_of_stream;
use crate::model::{Context, Ids, Kind, Layer, Outcome, Severity, Signal, SpanId, Timestamp, TraceId};

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
    /// ARN of the gateway that wrote the record.
    pub resource: Option<&'a str>,
    /// The whole message.
    pub message: &'a str,
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
            resource: None,
            message: "",
            kind,
            layer,
            severity: Severity::Unset,
            outcome: Outcome::Unknown,
        }
    }
}

impl Skim<'_> {
    /// The signal without its tree: enough for whoever asks for its message and its compact form only.
    pub fn to_signal(self) -> Signal {
        let ids = Ids { trace: self.trace, span: self.span, ..Ids::default() };
        Signal {
            kind: self.kind,
            layer: self.layer,
            timestamp: self.timestamp,
            severity: self.severity,
            outcome: self.outcome,
            message: self.message.to_owned(),
            ids,
            ..Signal::default()
        }
    }
}

/// Reads an uneventful record of a frequent shape.
pub fn skim<'a>(text: &'a [u8], context: &'a Context) -> Option<Skim<'a>> {
    if context.hint.is_some() || context.inherited.is_some() || text.first() != Some(&b'{') {
        return None;
    }
    let mut skim = match members(text).next()?.key {
        b"resource" => otel_log(text),
        b"timestamp" => sdk_line(text),
        b"resource_arn" => gateway_row(text),
        _ => None,
    }?;
    skim.session = skim.session.or_else(|| session_of_stream(context.log_stream.as_deref()?));
    Some(skim)
}

/// An OTel log record with a plain body and none of the attributes that change its meaning.
fn otel_log(text: &[u8]) -> Option<Skim<'_>> {
    let mut skim = Skim::new(Kind::OtelLog, Layer::Runtime);
    let (mut body, mut scope, mut level) = (None, "", Severity::Unset);
    each(text, |key, value| {
        match key {
            b"resource" => {}
            b"observedTimeUnixNano" | b"flags" => _ = number(value)?,
            b"scope" => scope = name_of_scope(value)?,
            b"timeUnixNano" => skim.timestamp = Some(Timestamp(positive(value)?)),
            b"severityNumber" => skim.severity = uneventful(Severity::from_number(number(value)?))?,
            b"severityText" => level = uneventful(Severity::from_level(string(value)?))?,
            b"body" => body = Some(string(value)?),
            b"attributes" => plain_attributes(value)?,
            b"traceId" => skim.trace = Some(TraceId::parse(string(value)?.as_bytes())?),
            b"spanId" => skim.span = Some(SpanId::parse(string(value)?.as_bytes())?),
            _ => return None,
        }
        Some(())
    })?;
    if skim.severity == Severity::Unset {
        skim.severity = level;
    }
    let (Some(body), Some(_), Some(_), Some(_)) = (body, skim.timestamp, skim.trace, skim.span) else {
        return None;
    };
    if scope == "bedrock_agentcore.app" {
        skim.outcome = outcome_of_sdk(body)?;
    }
    skim.message = body.trim_end();
    Some(skim)
}

/// The `name` of a scope that has one.
fn name_of_scope(object: &[u8]) -> Option<&str> {
    let mut name = None;
    each(object, |key, value| {
        if key == b"name" {
            name = Some(filled(value)?);
        }
        Some(())
    })?;
    name
}

/// Attributes that only repeat the record's own ids or name its source line.
fn plain_attributes(object: &[u8]) -> Option<()> {
    each(object, |key, value| {
        let repeats =
            matches!(key, b"otelTraceSampled" | b"otelTraceID" | b"otelSpanID" | b"otelServiceName");
        // A number beyond all bounds would make the decoder read the record as text.
        let is_plain = matches!(value, b"true" | b"false" | b"null")
            || number(value).is_some()
            || value.first() == Some(&b'"');
        (is_plain && (repeats || key.starts_with(b"code."))).then_some(())
    })
}

/// An INFO line of the SDK's JSON logger.
fn sdk_line(text: &[u8]) -> Option<Skim<'_>> {
    let mut skim = Skim::new(Kind::SdkLog, Layer::Runtime);
    let (mut message, mut logger) = (None, "");
    each(text, |key, value| {
        match key {
            b"timestamp" => skim.timestamp = Some(utc_millis(string(value)?)?),
            b"level" => skim.severity = uneventful(Severity::from_level(string(value)?))?,
            b"message" => message = Some(string(value)?),
            b"logger" => logger = string(value)?,
            b"requestId" => skim.request = Some(filled(value)?),
            b"sessionId" => skim.session = Some(filled(value)?),
            _ => return None,
        }
        Some(())
    })?;
    let (Some(message), Some(_), "bedrock_agentcore.app") = (message, skim.timestamp, logger) else {
        return None;
    };
    skim.outcome = outcome_of_sdk(message)?;
    skim.message = message;
    Some(skim)
}

/// What the SDK's line says of its invocation; `None` when it says something bad.
fn outcome_of_sdk(message: &str) -> Option<Outcome> {
    if message.starts_with("Invocation completed successfully") {
        Some(Outcome::Ok)
    } else {
        (!message.starts_with("Invocation")).then_some(Outcome::Unknown)
    }
}

/// A Gateway row of a healthy call.
fn gateway_row(text: &[u8]) -> Option<Skim<'_>> {
    let mut skim = Skim::new(Kind::GatewayLog, Layer::Gateway);
    let (mut body, mut millis) = (None, None);
    each(text, |key, value| {
        match key {
            b"resource_arn" => skim.resource = Some(filled(value)?),
            b"event_timestamp" => millis = Timestamp::from_millis(number(value)?),
            b"timeUnixNano" => skim.timestamp = Some(Timestamp(positive(value)?)),
            b"body" => body = Some(value),
            b"request_id" => skim.request = Some(filled(value)?),
            b"trace_id" => skim.trace = Some(TraceId::parse(string(value)?.as_bytes())?),
            b"span_id" => skim.span = Some(SpanId::parse(string(value)?.as_bytes())?),
            b"severityNumber" => skim.severity = uneventful(Severity::from_number(number(value)?))?,
            b"attributes" => memmem::find(value, b"session").is_none().then_some(())?,
            b"account_id" | b"gateway_id" | b"resource" | b"traceId" | b"spanId" | b"severityText" => {}
            _ => return None,
        }
        Some(())
    })?;
    skim.timestamp = skim.timestamp.or(millis);
    let is_gateway = skim.resource.is_some_and(|arn| arn.contains(":gateway/"));
    let (Some(body), Some(_), Some(_), true) = (body, skim.timestamp, skim.request, is_gateway) else {
        return None;
    };
    if (skim.trace.is_none() || skim.severity == Severity::Unset)
        && memmem::find(text, b"\"severityText\"").is_some()
    {
        return None;
    }
    gateway_body(body, &mut skim)?;
    Some(skim)
}

fn gateway_body<'a>(object: &'a [u8], skim: &mut Skim<'a>) -> Option<()> {
    let (mut called, mut log) = (None, "");
    each(object, |key, value| {
        match key {
            b"isError" => (value == b"false").then_some(())?,
            b"log" => log = string(value)?,
            b"requestBody" => called = Some(tool_of_request(string(value)?)?),
            b"responseBody" => {
                healthy_response(value)?;
                skim.outcome = Outcome::Ok;
            }
            b"id" => skim.rpc = Some(filled(value).or_else(|| digits(value))?),
            _ => return None,
        }
        Some(())
    })?;
    skim.rpc?;
    skim.message = log.trim_end();
    let tool = called.or_else(|| tool_of_log(log))?;
    skim.tool = (!tool.is_empty()).then_some(tool);
    Some(())
}

/// The tool in `Executing tool T from target ID`; the empty string for the fixed sentences that name none; `None` for
/// any other text.
fn tool_of_log(log: &str) -> Option<&str> {
    const NAMES_NONE: [&str; 3] =
        ["Started processing request", "Successfully processed request", "Received request for"];
    if NAMES_NONE.iter().any(|sentence| log.starts_with(sentence)) && !log.contains(" from target ") {
        return Some("");
    }
    let rest =
        log.strip_prefix("Executing tool ").or_else(|| log.strip_prefix("Processing request for tool "))?;
    let (tool, target) = rest.split_once(" from target ")?;
    (is_name(tool, b"_.-") && is_name(target, b"_-")).then_some(tool)
}

/// The tool of a `tools/call` body in its usual order and with flat arguments; anything else is left to the decoder.
fn tool_of_request(text: &str) -> Option<&str> {
    let (before, params) = text.split_once(", method=tools/call, params={name=")?;
    let (tool, arguments) = params.strip_suffix("}}}")?.split_once(", arguments={")?;
    let is_flat =
        before.starts_with('{') && !before[1..].contains(['{', '[']) && !arguments.contains(['{', '}']);
    (is_flat && is_name(tool, b"_.-")).then_some(tool)
}

fn is_name(text: &str, extra: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}

/// A result that starts with `isError=false` and holds no word that could mean a failure.
fn healthy_response(value: &[u8]) -> Option<()> {
    let at = memmem::find(value, b", result={isError=false")?;
    let is_first = memchr::memrchr(b'{', &value[..at]) == Some(1) && value.starts_with(b"\"{");
    let is_quiet =
        [b"error=".as_slice(), b"isError=true"].iter().all(|word| memmem::find(value, word).is_none());
    (is_first && is_quiet).then_some(())
}

/// Shows every member of an object to `read`, which answers `None` to give up. `None` as well when the text is
/// not one object to its end, for then the decoder reads something else.
fn each<'a>(object: &'a [u8], mut read: impl FnMut(&'a [u8], &'a [u8]) -> Option<()>) -> Option<()> {
    let mut end = 1;
    for member in members(object) {
        read(member.key, member.value)?;
        end = member.start + member.value.len();
    }
    (object.first() == Some(&b'{') && object.get(end..)?.trim_ascii() == b"}").then_some(())
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

/// A string that is not empty.
fn filled(value: &[u8]) -> Option<&str> {
    string(value).filter(|text| !text.trim().is_empty())
}

/// A JSON integer as it is written.
fn digits(value: &[u8]) -> Option<&str> {
    number(value)?;
    std::str::from_utf8(value).ok()
}

fn positive(value: &[u8]) -> Option<i64> {
    number(value).filter(|number| *number > 0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::decode;
    use proptest::prelude::*;

    const RECORDS: [&str; 7] = [
        r#"{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/g","event_timestamp":1759370851622,"body":{"isError":false,"log":"Started processing request with requestId: 1","requestBody":"{id=1, jsonrpc=2.0, method=tools/call, params={name=t___LocationTool, arguments={location=seattle}}}","id":"1"},"account_id":"123456789012","request_id":"12345678-1234-1234-1234-123456789012","trace_id":"160fc209c3befef4857ab1007d041db0","span_id":"81346de89c725310"}"#,
        r#"{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/g","event_timestamp":1759370853807,"body":{"isError":false,"responseBody":"{jsonrpc=2.0, id=1, result={isError=false, content=[{type=text, text=\"good\"}]}}","log":"Successfully processed request with requestId: 2","id":1},"account_id":"123456789012","request_id":"12345678-1234-1234-1234-123456789012","trace_id":"160fc209c3befef4857ab1007d041db0","span_id":"81346de89c725310"}"#,
        r#"{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/g","event_timestamp":1756958992250,"body":{"id":"2","log":"Received request for tools/call method","isError":false},"account_id":"1","request_id":"b2474cdc-b5dd-44b0-876d-8de900414ee3"}"#,
        r#"{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/g","event_timestamp":1756958992250,"body":{"id":2,"log":"Executing tool LambdaUsingSDK___check_warranty_status from target ME2UI4BINR","isError":false},"account_id":"1","request_id":"b2474cdc-b5dd-44b0-876d-8de900414ee3","trace_id":"160fc209c3befef4857ab1007d041db0"}"#,
        r#"{"timestamp": "2025-11-17T23:58:37.517Z", "level": "INFO", "message": "Invocation completed successfully (5.345s)", "logger": "bedrock_agentcore.app", "requestId": "2f437955-cf29-4413-9d97-99740396e7ad", "sessionId": "cc8a8e69-8bed-4e5f-9a06-9a58550fd713"}"#,
        r#"{"resource":{"attributes":{"service.name":"a.DEFAULT"}},"scope":{"name":"mcp.server.lowlevel.server"},"timeUnixNano":1763423917517030656,"observedTimeUnixNano":1763423917517199809,"severityNumber":9,"severityText":"INFO","body":"Processing request of type CallToolRequest","attributes":{"otelTraceSampled":true,"code.line.number":366,"otelTraceID":"691bb6a875f4b80435ad36816864e7c2"},"flags":1,"traceId":"691bb6a875f4b80435ad36816864e7c2","spanId":"44349ec6bd7b02e3"}"#,
        r#"{"resource":{"attributes":{}},"scope":{"name":"bedrock_agentcore.app"},"timeUnixNano":1763423917517030656,"severityNumber":9,"severityText":"","body":"Invocation completed successfully (5.345s)","attributes":{},"flags":1,"traceId":"691bb6a875f4b80435ad36816864e7c2","spanId":"44349ec6bd7b02e3"}"#,
    ];

    /// What the decoder says, in the same words.
    fn skim_of(signal: &Signal) -> Skim<'_> {
        let ids = &signal.ids;
        Skim {
            timestamp: signal.timestamp,
            trace: ids.trace,
            span: ids.span,
            request: ids.request.as_deref(),
            session: ids.session.as_deref(),
            rpc: ids.rpc.as_deref(),
            tool: ids.tool.as_deref(),
            resource: ids.resource.as_deref().filter(|_| signal.kind == Kind::GatewayLog),
            message: signal.message.as_str(),
            kind: signal.kind,
            layer: signal.layer,
            severity: signal.severity,
            outcome: signal.outcome,
        }
    }

    fn agree(text: &str, context: &Context) -> bool {
        let signal = decode(text, context, None);
        skim(text.as_bytes(), context).is_none_or(|skimmed| {
            assert_eq!(skimmed, skim_of(&signal), "{text}");
            signal.ids.mcp_session.is_none() && signal.end.is_none() && signal.ids.parent_span.is_none()
        })
    }

    #[test]
    fn frequent_records_are_skimmed_and_agree_with_the_decoder() {
        let stream = "2025/12/02/[runtime-logs-session-of-the-stream]d46c08d5";
        let context = Context { log_stream: Some(stream.to_owned()), ..Context::default() };
        for record in RECORDS {
            assert!(skim(record.as_bytes(), &Context::default()).is_some(), "{record}");
            assert!(agree(record, &Context::default()) && agree(record, &context));
        }
    }

    #[test]
    fn whatever_is_wrong_is_left_to_the_decoder() {
        for (from, to) in [
            (r#""isError":false"#, r#""isError":true"#),
            ("result={isError=false", "result={isError=true"),
            (r#""severityNumber":9"#, r#""severityNumber":17"#),
            (r#""INFO""#, r#""ERROR""#),
            ("completed successfully", "failed"),
            (r#""span_id""#, r#""errorType":"X","span_id""#),
        ] {
            let changed = RECORDS.iter().map(|record| record.replace(from, to)).zip(RECORDS);
            for (record, _) in changed.filter(|(record, original)| record != original) {
                assert_eq!(skim(record.as_bytes(), &Context::default()), None, "{record}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_changed_record_reads_the_same_or_is_left_to_the_decoder(
            record in 0..RECORDS.len(),
            at in any::<proptest::sample::Index>(),
            cut in 0usize..12,
            put in "[ -~]{0,12}",
        ) {
            let mut text = RECORDS[record].to_owned();
            let from = at.index(text.len());
            text.replace_range(from..(from + cut).min(text.len()), &put);
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert!(!is_json || agree(&text, &Context::default()));
        }
    }
}
