//! Prefixes that logging libraries put before a message (telemetry §2.3).

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::{Severity, SpanId, Timestamp, TraceId};

/// What a prefix states, and the message behind it.
#[derive(Debug, PartialEq)]
pub(super) struct Prefix<'t> {
    pub(super) severity: Severity,
    pub(super) logger: Option<&'t str>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) file: Option<&'t str>,
    pub(super) line: Option<i64>,
    pub(super) trace: Option<TraceId>,
    pub(super) span: Option<SpanId>,
    pub(super) request: Option<&'t str>,
    pub(super) message: &'t str,
}

const TIME: &str = r"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)";
const LEVEL: &str = r"(?P<level>TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL|debug|info|warning|warn|error|critical|fatal)";
const LOGGER: &str = r"(?P<logger>[\w.$/<>-]+(?:\[[\w.-]+\])?)";
const REQUEST: &str = r"(?P<request>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";

/// The known forms, most telling first. `{T}` time, `{L}` level, `{N}` logger, `{R}` request id.
const FORMS: [&str; 16] = [
    // ADOT 0.21 log correlation (opentelemetry-instrumentation-logging)
    r"^{T} {L} \[(?P<logger>[^\]]*)\] \[(?P<file>[^\]:]+):(?P<line>\d+)\] \[trace_id=(?P<trace>\w+) span_id=(?P<span>\w+)[^\]]*\] - ",
    // own formats with dashes; bedrock_agentcore 0.1 adds the request id
    r"^{T} ?- {N} ?- ?{L} ?- ?(?:\[{R}\] )?",
    r"^{T} ?- {L} ?- (?:{N} ?- )?(?:\[{R}\] )?",
    // loguru
    r"^{T} ?\| {L} *\| {N}:[\w<>]+:(?P<line>\d+) - ",
    r"^{T} ?\| {L} *\| ?(?:{N} ?\| )?",
    // Strands, as its documentation sets logging up (https://strandsagents.com/docs/user-guide/observability-evaluation/logs/)
    r"^{L} *\| {N} +\| ",
    // logging.basicConfig
    r"^{L}:{N}:",
    // uvicorn's default formatter
    r"^{L}: +",
    // Lambda, Python and Node
    r"^\[{L}\][ \t]+(?:{T}[ \t]+)?(?:{R}[ \t]+)?",
    r"^{T}\t{R}\t{L}\t",
    // structlog's console, `time [level] message`
    r"^{T} \[{L} *\] (?:\[{N}\] )?",
    r"^\[{T}\] ?\[?{L}\]?:? (?:in \w+: )?",
    r"^{T} {L} +(?:\[{N}\] )(?:- )?",
    r"^{T} {L}:? +",
    r"^{L} ?- ",
    // what is left where the time was cut off: in small letters it would be a word of a sentence
    r"^(?P<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL) +",
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let expand = |form: &str| {
        form.replace("{T}", TIME).replace("{L}", LEVEL).replace("{N}", LOGGER).replace("{R}", REQUEST)
    };
    FORMS.iter().filter_map(|form| Regex::new(&expand(form)).ok()).collect()
});

/// Reads the prefix of a line (without line feed); `None` when it has none of the known forms.
pub(super) fn parse(line: &str) -> Option<Prefix<'_>> {
    // Every form starts with a digit, a bracket or a level word.
    let first = *line.as_bytes().first()?;
    if !(first.is_ascii_alphanumeric() || first == b'[') {
        return None;
    }
    let found = PATTERNS.iter().find_map(|pattern| pattern.captures(line))?;
    Some(prefix(line, &found))
}

fn prefix<'t>(line: &'t str, found: &Captures<'t>) -> Prefix<'t> {
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    let end = found.get(0).map_or(0, |whole| whole.end());
    Prefix {
        severity: part("level").map_or(Severity::Unset, Severity::from_level),
        logger: part("logger").filter(|logger| !logger.is_empty()),
        timestamp: part("time").and_then(Timestamp::parse),
        file: part("file"),
        line: part("line").and_then(|line| line.parse().ok()),
        trace: part("trace").and_then(|id| TraceId::parse(id.as_bytes())),
        span: part("span").and_then(|id| SpanId::parse(id.as_bytes())),
        request: part("request"),
        message: &line[end..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_compiles() {
        assert_eq!(PATTERNS.len(), FORMS.len());
    }

    #[test]
    fn prefixes_of_the_libraries() {
        use Severity::{Error, Info, Warn};
        let rows: [(&str, Severity, Option<&str>, &str); 16] = [
            (
                "INFO:mcp.server.streamable_http:Terminating session: None",
                Info,
                Some("mcp.server.streamable_http"),
                "Terminating session: None",
            ),
            ("INFO:     Started server process [1]", Info, None, "Started server process [1]"),
            ("ERROR:    Exception in ASGI application", Error, None, "Exception in ASGI application"),
            (
                "2025-08-09 20:02:19,743 - mcp.server - INFO - Processing request",
                Info,
                Some("mcp.server"),
                "Processing request",
            ),
            (
                "2025-08-09 20:02:19,743 - bedrock_agentcore.app - ERROR - [2f437955-cf29-4413-9d97-99740396e7ad] boom",
                Error,
                Some("bedrock_agentcore.app"),
                "boom",
            ),
            ("2025-08-09 20:02:19 - WARNING - slow", Warn, None, "slow"),
            (
                "2026-11-20 18:11:46,784 ERROR [bedrock_agentcore.app] [app.py:614] [trace_id=6b008d6265375751944180f66ded253c span_id=791c210a347a3cb4 resource.service.name=a b trace_sampled=True] - Invocation failed (0.001s)",
                Error,
                Some("bedrock_agentcore.app"),
                "Invocation failed (0.001s)",
            ),
            (
                "2026-01-20 14:00:00.123 | ERROR    | app.main:handler:42 - broken",
                Error,
                Some("app.main"),
                "broken",
            ),
            (
                "[ERROR]\t2026-01-20T14:00:00.123Z\t2f437955-cf29-4413-9d97-99740396e7ad\tboom",
                Error,
                None,
                "boom",
            ),
            (
                "2026-01-20T14:00:00.123Z\t2f437955-cf29-4413-9d97-99740396e7ad\tERROR\tboom",
                Error,
                None,
                "boom",
            ),
            ("2026-01-20 14:00:00 [error    ] boom", Error, None, "boom"),
            ("2026-01-20 14:00:00,1 ERROR boom", Error, None, "boom"),
            ("ERROR:root:", Error, Some("root"), ""),
            (
                "WARNING | strands.event_loop._retry | throttled; retrying",
                Warn,
                Some("strands.event_loop._retry"),
                "throttled; retrying",
            ),
            ("INFO  agent: started", Info, None, "agent: started"),
            (
                "ERROR ModuleNotFoundError: No module named 'x'",
                Error,
                None,
                "ModuleNotFoundError: No module named 'x'",
            ),
        ];
        for (line, severity, logger, message) in rows {
            let prefix = parse(line).unwrap();
            assert_eq!(
                (prefix.severity, prefix.logger, prefix.message),
                (severity, logger, message),
                "{line}"
            );
        }
    }

    #[test]
    fn correlation_ids_and_source_are_read_and_zero_ids_are_none() {
        let line = "2026-11-20 19:36:04,935 INFO [mcp.server] [streamable_http.py:855] [trace_id=6b00a124105c5dc3aebb55ee2e9dcc95 span_id=08ae82d6d392b867 resource.service.name=x trace_sampled=True] - m";
        let prefix = parse(line).unwrap();
        assert!(prefix.trace.is_some() && prefix.span.is_some());
        assert_eq!((prefix.file, prefix.line), (Some("streamable_http.py"), Some(855)));
        assert_eq!(prefix.timestamp, Timestamp::parse("2026-11-20T19:36:04.935Z"));
        let zero = line.replace("6b00a124105c5dc3aebb55ee2e9dcc95", "0");
        assert_eq!(parse(&zero).unwrap().trace, None);
    }

    #[test]
    fn ordinary_text_has_no_prefix() {
        for line in [
            "hello",
            "ModuleNotFoundError: No module named 'x'",
            "INFO",
            "error",
            "error validating the input",
            "2026 was a year",
            "{\"a\":1}",
            "",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
