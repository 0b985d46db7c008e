//! Reads what a record says, whatever envelope it came in.
//!
//! One file per payload family. A reader never fails: what it does not understand it leaves in
//! [`Signal::body`], and text of no known shape is [`Kind::Text`].

mod access_log;
mod ansi;
mod cloudtrail;
mod detect;
mod exchange_body;
mod gateway;
mod http_exchange;
mod http_outcome;
mod javamap;
mod json;
mod json_rpc;
mod log_line;
mod origin;
mod otel_log;
mod otlp;
mod plain_json;
mod rich;
mod sdk_log;
mod span;
mod text;
mod tool_name;
mod traceback;
mod vended;
mod xray;

#[cfg(test)]
mod tests;

use crate::model::{Context, Signal, Timestamp};

/// Reads one payload. Never fails: text of no known shape is [`Kind::Text`](crate::model::Kind::Text).
///
/// `envelope_time` is used when the payload has no time of its own. `Signal::origin` gets group and stream from
/// `context`; the caller fills in path and line.
pub fn decode(text: &str, context: &Context, envelope_time: Option<Timestamp>) -> Signal {
    let mut signal = detect::read(text, context);
    signal.timestamp = signal.timestamp.or(envelope_time);
    origin::complete(&mut signal, context);
    signal
}
