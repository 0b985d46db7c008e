//! Signals: what a record says, once read. Field names follow OpenTelemetry where it has a word.

use serde_json::Value;

use super::{SpanId, Timestamp, TraceId};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, ::serde::Serialize, ::serde::Deserialize)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word that rule files, filters and reports use.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            /// The value that `word` names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Which part of the system wrote a signal.
    Layer {
        /// The caller: HTTP exchanges, MCP or boto3 client errors.
        Client = "client",
        /// AgentCore Gateway vended logs.
        Gateway = "gateway",
        /// An agent runtime: container output, OTel log records, vended runtime logs.
        Runtime = "runtime",
        /// Spans and X-Ray segments.
        Span = "span",
        /// Memory vended logs.
        Memory = "memory",
        /// Identity vended logs.
        Identity = "identity",
        /// Code interpreter, browser and other tool logs.
        Tool = "tool",
        /// CloudTrail events, control-plane answers.
        Control = "control",
        /// Text whose origin cannot be told, such as a pasted excerpt.
        Unknown = "unknown",
    }
}

words! {
    /// What shape a payload has.
    Kind {
        /// Gateway APPLICATION_LOGS.
        GatewayLog = "gateway-log",
        /// Runtime APPLICATION_LOGS or usage logs.
        RuntimeVended = "runtime-vended",
        /// Memory, Identity, code interpreter, browser vended logs.
        OtherVended = "other-vended",
        /// JSON line of the bedrock-agentcore SDK's logger.
        SdkLog = "sdk-log",
        /// OTel log record.
        OtelLog = "otel-log",
        /// OTel log record that carries model or tool content.
        GenAiEvent = "gen-ai-event",
        /// OTel span.
        Span = "otel-span",
        /// X-Ray segment or subsegment.
        XraySegment = "xray-segment",
        /// X-Ray trace summary.
        XraySummary = "xray-summary",
        /// CloudTrail event.
        CloudTrail = "cloudtrail",
        /// HTTP exchange as a client saw it.
        HttpExchange = "http-exchange",
        /// `tools/list` response.
        ToolsList = "tools-list",
        /// JSON-RPC message or MCP result pasted alone.
        JsonRpc = "json-rpc",
        /// Web server access line.
        AccessLog = "access-log",
        /// Line (with its traceback) of a logging library.
        LogLine = "log-line",
        /// Python traceback without a log line before it.
        Traceback = "traceback",
        /// Embedded metric format record.
        Emf = "emf",
        /// JSON of no known shape.
        Json = "json",
        /// Any other text.
        Text = "text",
    }
}

words! {
    /// How bad a signal says it is: the OTel severity ranges.
    Severity {
        /// No level, or none that could be read.
        Unset = "unset",
        /// 1–4.
        Trace = "trace",
        /// 5–8.
        Debug = "debug",
        /// 9–12.
        Info = "info",
        /// 13–16.
        Warn = "warn",
        /// 17–20.
        Error = "error",
        /// 21–24.
        Fatal = "fatal",
    }
}

impl Severity {
    /// From an OTel `severityNumber`.
    pub fn from_number(number: i64) -> Self {
        match number {
            1..=4 => Self::Trace,
            5..=8 => Self::Debug,
            9..=12 => Self::Info,
            13..=16 => Self::Warn,
            17..=20 => Self::Error,
            21..=24 => Self::Fatal,
            _ => Self::Unset,
        }
    }

    /// From a level word of any common logging library, in any case.
    pub fn from_level(level: &str) -> Self {
        match level.to_ascii_lowercase().as_str() {
            "trace" => Self::Trace,
            "debug" => Self::Debug,
            "info" | "notice" | "information" => Self::Info,
            "warn" | "warning" => Self::Warn,
            "error" | "err" | "exception" => Self::Error,
            "critical" | "fatal" | "panic" => Self::Fatal,
            _ => Self::Unset,
        }
    }
}

words! {
    /// What a signal says about the call it belongs to.
    Outcome {
        /// Nothing.
        Unknown = "unknown",
        /// A call ended and succeeded.
        Ok = "ok",
        /// A call failed, at any of the levels of telemetry §3.5.
        Failed = "failed",
    }
}

/// The identifiers a signal carries, each only where the record itself (or its stream name) states it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ids {
    /// Trace id, normalised.
    pub trace: Option<TraceId>,
    /// Span id.
    pub span: Option<SpanId>,
    /// Parent span id (spans only).
    pub parent_span: Option<SpanId>,
    /// `request_id` of Gateway and Runtime, `aws.request_id`, `requestId`, `x-amzn-requestid`.
    pub request: Option<String>,
    /// AgentCore runtime session id.
    pub session: Option<String>,
    /// `Mcp-Session-Id`.
    pub mcp_session: Option<String>,
    /// JSON-RPC `id`, as text.
    pub rpc: Option<String>,
    /// ARN or id of the gateway, runtime, memory … that wrote the record.
    pub resource: Option<String>,
    /// Tool name as written, with its `target___` prefix when there is one.
    pub tool: Option<String>,
    /// Gateway target: its name or its 10-character id.
    pub target: Option<String>,
}

/// Where a signal came from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// Path of the input.
    pub path: String,
    /// Line in the input, from 1.
    pub line: u32,
    /// Log group.
    pub log_group: Option<String>,
    /// Log stream.
    pub log_stream: Option<String>,
}

/// One log event or span, fully read.
#[derive(Clone, PartialEq, Debug)]
pub struct Signal {
    /// Shape of the payload.
    pub kind: Kind,
    /// Who wrote it.
    pub layer: Layer,
    /// Event time: of the payload, else of the envelope.
    pub timestamp: Option<Timestamp>,
    /// End of a span or an HTTP exchange.
    pub end: Option<Timestamp>,
    /// Severity.
    pub severity: Severity,
    /// What it says about the call.
    pub outcome: Outcome,
    /// The text that rules match: the log message with its traceback, the error text of a response, the
    /// status message and exceptions of a span. Never request data and never the content of a success.
    pub message: String,
    /// Span name, operation, logger or HTTP method and path: what kind of event this is.
    pub name: Option<String>,
    /// Logger name or instrumentation scope.
    pub logger: Option<String>,
    /// Identifiers.
    pub ids: Ids,
    /// The whole record as JSON, for fields. Readers add what they decoded under fixed keys: `request` and
    /// `response` (JSON-RPC bodies), `http`, `exception`, `code`; see [`semconv`](super::semconv).
    pub body: Value,
    /// Where it came from.
    pub origin: Origin,
}

impl Default for Signal {
    fn default() -> Self {
        Self {
            kind: Kind::Text,
            layer: Layer::Unknown,
            timestamp: None,
            end: None,
            severity: Severity::Unset,
            outcome: Outcome::Unknown,
            message: String::new(),
            name: None,
            logger: None,
            ids: Ids::default(),
            body: Value::Null,
            origin: Origin::default(),
        }
    }
}

impl Signal {
    /// Duration of a span or exchange in nanoseconds.
    pub fn duration(&self) -> Option<i64> {
        Some(self.end?.since(self.timestamp?))
    }
}
