//! What an HTTP status says of the call, for spans, access lines and exchanges alike.

use crate::model::Outcome;

/// The outcome of one exchange. A health probe is no call; an accepted notification (202) and a redirect end
/// none; a GET or DELETE of an MCP endpoint asks for a stream or ends a session, and a server may decline with
/// 405 or 406 (MCP transport specification).
pub(super) fn of(method: &str, path: &str, status: i64) -> Outcome {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if is_health(path) {
        return Outcome::Unknown;
    }
    let is_stream = !method.eq_ignore_ascii_case("POST") && is_mcp(path);
    match status {
        405 | 406 if is_stream => Outcome::Unknown,
        400..=599 => Outcome::Failed,
        202 if is_mcp(path) => Outcome::Unknown,
        200..=299 if !is_stream => Outcome::Ok,
        _ => Outcome::Unknown,
    }
}

/// Whether calls arrive at this path: an MCP endpoint, an agent's invocations, an A2A root is not told apart.
pub(super) fn is_call(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    is_mcp(path) || path.trim_end_matches('/').ends_with("/invocations")
}

fn is_mcp(path: &str) -> bool {
    path.trim_end_matches('/').ends_with("/mcp")
}

fn is_health(path: &str) -> bool {
    const PROBES: [&str; 8] =
        ["/ping", "/health", "/healthz", "/ready", "/readyz", "/livez", "/metrics", "/favicon.ico"];
    PROBES.contains(&path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_streams_notifications_and_redirects_are_no_failed_calls() {
        for (method, path, status, outcome) in [
            ("POST", "/mcp", 200, Outcome::Ok),
            ("POST", "/mcp/", 400, Outcome::Failed),
            ("POST", "/mcp", 202, Outcome::Unknown),
            ("POST", "/mcp", 307, Outcome::Unknown),
            ("POST", "/mcp", 406, Outcome::Failed),
            ("GET", "/mcp", 406, Outcome::Unknown),
            ("GET", "/mcp?x=1", 405, Outcome::Unknown),
            ("GET", "/ping", 404, Outcome::Unknown),
            ("GET", "/ping", 200, Outcome::Unknown),
            ("POST", "/invocations", 500, Outcome::Failed),
        ] {
            assert_eq!(of(method, path, status), outcome, "{method} {path} {status}");
        }
    }
}
