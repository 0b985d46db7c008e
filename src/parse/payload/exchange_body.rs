//! Bodies of HTTP exchanges: chunked framing, server-sent events, JSON.

use serde_json::Value;

/// Undoes chunked transfer coding when `text` is written in it; a body that breaks off keeps what arrived.
pub(super) fn unchunk(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((head, after)) = rest.split_once("\r\n") {
        let digits = head.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(digits, 16) else { break };
        if size == 0 {
            return whole;
        }
        // Sizes count bytes of the wire; a body that was re-encoded may differ, then the frame ends at CRLF.
        let end = Some(size).filter(|end| after.get(*end..).is_some_and(|tail| tail.starts_with("\r\n")));
        let end = end.or_else(|| after.find("\r\n0\r\n")).unwrap_or(after.len());
        whole.push_str(&after[..end]);
        rest = after[end..].strip_prefix("\r\n").unwrap_or_default();
    }
    if whole.is_empty() { text.to_owned() } else { whole }
}

/// Whether `text` starts with a chunk size line.
pub(super) fn looks_chunked(text: &str) -> bool {
    let head = text.split("\r\n").next().unwrap_or_default();
    text.contains("\r\n")
        && (1..=8).contains(&head.len())
        && head.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The JSON messages of a body: one, or those of its server-sent `data:` lines.
pub(super) fn messages(text: &str) -> Vec<Value> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '[']) {
        return match serde_json::from_str(text) {
            Ok(Value::Array(items)) => items,
            Ok(value) => vec![value],
            Err(_) => Vec::new(),
        };
    }
    let mut found = Vec::new();
    let mut event = String::new();
    for line in text.lines().chain([""]) {
        if let Some(data) = line.strip_prefix("data:") {
            event.push_str(data.strip_prefix(' ').unwrap_or(data));
        } else if line.trim().is_empty() && !event.is_empty() {
            found.extend(serde_json::from_str::<Value>(&event).ok());
            event.clear();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chunked_server_sent_events_are_unpacked() {
        let body = "2b\r\nevent: message\r\ndata: {\"id\":1,\"result\":{}}\r\n\r\n\r\n0\r\n\r\n";
        assert!(looks_chunked(body));
        assert_eq!(messages(&unchunk(body)), [json!({"id": 1, "result": {}})]);
        assert_eq!(unchunk("{\"a\":1}"), "{\"a\":1}");
        assert!(!looks_chunked("Bad Request"));
    }

    #[test]
    fn a_wrong_chunk_size_or_a_broken_stream_keeps_what_arrived() {
        assert_eq!(unchunk("5\r\nhello world\r\n0\r\n\r\n"), "hello world");
        assert_eq!(unchunk("ff\r\npartial"), "partial");
        assert_eq!(unchunk("zz\r\nx"), "zz\r\nx");
    }

    #[test]
    fn several_events_are_several_messages() {
        let body = "data: {\"a\":1}\n\ndata: {\"b\":\ndata: 2}\n\ndata: [DONE]\n\n";
        assert_eq!(messages(body), [json!({"a": 1}), json!({"b": 2})]);
    }
}
