//! Access lines of web servers: `INFO:     127.0.0.1:50026 - "POST /mcp HTTP/1.1" 400 Bad Request`.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::http_outcome;
use crate::model::Outcome;

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^\[?[0-9A-Fa-f.:]+\]?(?::\d+)? (?:- )+(?:\S+ )?(?:\[[^\]]+\] )?"#,
        r#""(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[\d.]+" (?P<status>\d{3})\b"#
    ))
    .ok()
});

/// What an access line states.
pub(super) struct Access {
    /// `METHOD path`.
    pub(super) name: String,
    /// Method, path and status under the key `http`.
    pub(super) http: Value,
    /// Outcome of a call; unknown for probes and foreign paths.
    pub(super) outcome: Outcome,
}

/// Reads a line without its logging prefix.
pub(super) fn parse(line: &str) -> Option<Access> {
    if !line.contains(" HTTP/") {
        return None;
    }
    let found = LINE.as_ref()?.captures(line)?;
    let (method, path) = (&found["method"], &found["path"]);
    let status: i64 = found["status"].parse().ok()?;
    let is_call = http_outcome::is_call(path);
    Some(Access {
        name: format!("{method} {path}"),
        http: json!({"request": {"method": method, "path": path}, "response": {"status": status}}),
        outcome: if is_call { http_outcome::of(method, path, status) } else { Outcome::Unknown },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_an_outcome_and_probes_have_none() {
        for (line, outcome) in [
            (r#"127.0.0.1:50026 - "POST /invocations HTTP/1.1" 500 Internal Server Error"#, Outcome::Failed),
            (r#"127.0.0.1:50026 - "POST /mcp HTTP/1.1" 200 OK"#, Outcome::Ok),
            (r#"127.0.0.1:50026 - "POST /mcp HTTP/1.1" 202 Accepted"#, Outcome::Unknown),
            (r#"127.0.0.1:50026 - "GET /ping HTTP/1.1" 404 Not Found"#, Outcome::Unknown),
            (r#"10.0.0.1 - - [20/Jan/2026:14:00:00 +0000] "POST /mcp HTTP/1.1" 400 12"#, Outcome::Failed),
            (r#"127.0.0.1:1 - "POST /api HTTP/1.1" 500"#, Outcome::Unknown),
        ] {
            assert_eq!(parse(line).map(|access| access.outcome), Some(outcome), "{line}");
        }
        assert!(parse("HTTP Request: POST http://127.0.0.1 \"HTTP/1.1 200 OK\"").is_none());
    }
}
