//! The compact form of a signal: what correlation, scoping and most filters need of it.

use super::signal::{Kind, Layer, Outcome, Severity};
use super::{IdName, Name, SpanId, Timestamp, TraceName};

/// The compact form of a signal, of which a case keeps one for every signal, packed in [`Briefs`](super::Briefs).
///
/// Strings are [`Names`](super::Names) keys. Equal to what [`Signal`](super::Signal) says about the same record: a
/// property test holds the fast scanner to that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Brief {
    /// Event time in nanoseconds; `None` when neither payload nor envelope has one.
    pub timestamp: Option<Timestamp>,
    /// End of a span or an HTTP exchange.
    pub end: Option<Timestamp>,
    /// Span id.
    pub span: Option<SpanId>,
    /// Parent span.
    pub parent: Option<SpanId>,
    /// Interned name of a span or an HTTP exchange: `METHOD /path` of the latter and of an access line.
    pub name: Name,
    /// Interned trace id.
    pub trace: TraceName,
    /// Interned request id.
    pub request: IdName,
    /// Interned session id.
    pub session: IdName,
    /// Interned MCP session id.
    pub mcp_session: IdName,
    /// Interned JSON-RPC id.
    pub rpc: Name,
    /// Interned tool name.
    pub tool: Name,
    /// Interned ARN or id of the gateway, runtime or memory, where the service itself wrote the record.
    pub resource: Name,
    /// Interned log stream, unique per input.
    pub stream: Name,
    /// [`message_hash`] of the message's first line, 0 for an empty one: pairs a line with its OTel copy.
    pub message_hash: u32,
    /// Shape.
    pub kind: Kind,
    /// Layer.
    pub layer: Layer,
    /// Severity.
    pub severity: Severity,
    /// Outcome.
    pub outcome: Outcome,
}

/// Nothing is known.
impl Default for Brief {
    fn default() -> Self {
        Self {
            timestamp: None,
            end: None,
            span: None,
            parent: None,
            name: Name::NONE,
            trace: TraceName::NONE,
            request: IdName::NONE,
            session: IdName::NONE,
            mcp_session: IdName::NONE,
            rpc: Name::NONE,
            tool: Name::NONE,
            resource: Name::NONE,
            stream: Name::NONE,
            message_hash: 0,
            kind: Kind::Text,
            layer: Layer::Unknown,
            severity: Severity::Unset,
            outcome: Outcome::Unknown,
        }
    }
}

/// FNV-1a over the first line of a message, without surrounding white space; 0 for an empty line.
///
/// Stable across runs and machines, because twins are looked up by it.
pub fn message_hash(message: &str) -> u32 {
    let line = message.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return 0;
    }
    line.bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
        .max(1)
}
