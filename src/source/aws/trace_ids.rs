//! Trace ids in the text of log events, whatever its format.

use memchr::memmem;

use crate::model::TraceId;

/// What stands before every id in use: `trace_id`, `traceId`, `traceparent`, `X-Amzn-Trace-Id: Root=`.
const MARK: &[u8] = b"race";

/// How far behind the mark an id may begin.
const NEAR: usize = 32;

/// The trace ids in `text`, in order; one may come several times.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = TraceId> {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, MARK).filter_map(move |at| first_id(&bytes[at + MARK.len()..]))
}

/// The first id that begins near.
fn first_id(bytes: &[u8]) -> Option<TraceId> {
    (0..NEAR.min(bytes.len())).find_map(|at| {
        let is_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if !is_start || !bytes[at].is_ascii_hexdigit() {
            return None;
        }
        [35, 32].into_iter().find_map(|len| {
            let id = bytes.get(at..at + len)?;
            let ends = !bytes.get(at + len).is_some_and(u8::is_ascii_alphanumeric);
            TraceId::parse(id).filter(|_| ends)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6b008bfe9f6ffd2a9f28dfd335d05c1f";

    fn found(text: &str) -> Vec<String> {
        in_text(text).map(|id| id.to_string()).collect()
    }

    #[test]
    fn every_spelling_is_found() {
        for text in [
            format!(r#"{{"trace_id":"{ID}","x":1}}"#),
            format!(r#"{{"traceId": "{ID}"}}"#),
            format!(r#"{{\"trace_id\": \"{ID}\"}}"#),
            format!("trace_id={ID} span_id=1"),
            format!("traceparent: 00-{ID}-6b008bfe9f6ffd2a-01"),
            "X-Amzn-Trace-Id: Root=1-6b008bfe-9f6ffd2a9f28dfd335d05c1f;Parent=x".to_owned(),
            "xrayTraceId=1-6b008bfe-9f6ffd2a9f28dfd335d05c1f".to_owned(),
        ] {
            assert_eq!(found(&text), [ID], "{text}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "Traceback (most recent call last):".to_owned(),
            format!("trace {ID}0"),
            format!("request_id={ID}"),
            "trace_id=00000000000000000000000000000000".to_owned(),
            "trace".to_owned(),
        ] {
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}
