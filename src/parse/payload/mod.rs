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

use std::borrow::Cow;

use crate::model::{Context, Signal, Timestamp};

pub(super) use ansi::strip as strip_escapes;
pub(super) use origin::session_of_stream;
pub(super) use rich::starts as starts_rich_line;

/// Whether a line (without line feed) starts with a prefix of a logging library.
pub(super) fn is_log_line(line: &str) -> bool {
    log_line::parse(line).is_some()
}

/// Whether a line is an access line of a web server, with or without a logging prefix.
pub(super) fn is_access_line(line: &str) -> bool {
    let bare = || access_log::parse(line).is_some();
    let prefixed = || log_line::parse(line).is_some_and(|prefix| access_log::parse(prefix.message).is_some());
    line.contains(" HTTP/") && (bare() || prefixed())
}

/// Reads one payload. Never fails: text of no known shape is [`Kind::Text`](crate::model::Kind::Text).
///
/// `envelope_time` is used when the payload has no time of its own. `Signal::origin` gets group and stream from
/// `context`; the caller fills in path and line.
pub fn decode(text: &str, context: &Context, envelope_time: Option<Timestamp>) -> Signal {
    let mut signal = detect::read(text, context);
    signal.timestamp = signal.timestamp.or(envelope_time);
    if let Cow::Owned(plain) = ansi::strip(&signal.message) {
        signal.message = plain;
    }
    origin::complete(&mut signal, context);
    signal
}
