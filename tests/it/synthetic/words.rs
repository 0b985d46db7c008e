//! What healthy services say: tools, arguments, answers, and words that sound like failures.

/// A tool, and how long its calls take.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// Least and most, in milliseconds.
    pub(super) takes: (i64, i64),
}

const fn quick(name: &'static str) -> Tool {
    Tool { name, takes: (12, 190) }
}

/// Asks a model, or a slow service.
const fn slow(name: &'static str) -> Tool {
    Tool { name, takes: (1_100, 4_000) }
}

/// An MCP server that the Gateway knows as a target.
pub(super) struct Server {
    pub(super) runtime: &'static str,
    pub(super) target: &'static str,
    pub(super) target_id: &'static str,
    pub(super) tools: &'static [Tool],
    /// Whether its console lines carry trace ids.
    pub(super) has_trace_ids: bool,
    /// Whether its SDK logs an error of its message router after healthy requests.
    pub(super) is_noisy: bool,
}

impl Server {
    pub(super) fn service(&self) -> String {
        let name = self.runtime.rsplit_once('-').map_or(self.runtime, |(name, _)| name);
        format!("{name}.DEFAULT")
    }
}

pub(super) const MCP_SERVERS: &[Server] = &[
    Server {
        runtime: "trail_mcp_server-Vq3kZr8TnB",
        target: "trail",
        target_id: "ME2UI4BINR",
        tools: &[quick("list_trails"), slow("lookup_events"), quick("get_trail_status")],
        has_trace_ids: true,
        is_noisy: false,
    },
    Server {
        runtime: "cost_mcp_server-Hn5tPw2KdA",
        target: "cost",
        target_id: "QX7T4M2LPA",
        tools: &[quick("get_cost_and_usage"), slow("get_cost_forecast")],
        has_trace_ids: false,
        is_noisy: true,
    },
    Server {
        runtime: "notes_mcp_server-Zt4mQa7LwE",
        target: "notes",
        target_id: "R5KD8W1XCV",
        tools: &[slow("search_notes"), quick("read_note"), quick("add_note")],
        has_trace_ids: true,
        is_noisy: false,
    },
];

/// Arguments as a Gateway prints them.
pub(super) const ARGUMENTS: &[&str] = &[
    "{}",
    "{max_results=50, event_name=DeleteTrail}",
    "{start=2026-11-01, end=2026-11-20, granularity=MONTHLY}",
    "{query=why did it say AccessDeniedException, Traceback (most recent call last), status 500}",
    "{query=ModuleNotFoundError: No module named 'tools' in last night's build, limit=5}",
    "{note={title=InternalServerException, body=An internal error occurred. Please retry later.}}",
];

/// Texts of results as a Gateway prints them.
pub(super) const RESULTS: &[&str] = &[
    "{\"trails\":[\"management-events\"]}",
    "{\"total\":\"1284.07\",\"unit\":\"USD\",\"errors\":0}",
    "found 3 notes about ThrottlingException and Connection refused",
    "good",
];

pub(super) const PROMPTS: &[&str] = &[
    "what did we spend in October",
    "explain: ERROR Exception in ASGI application, KeyError: 'region'",
    "which alarms say Read timed out or 504 Gateway Timeout",
    "list the trails of the account",
];

/// What MCP 1.10 to 1.23.1 write after a stateless request that went well.
pub(super) const ROUTER_TRACEBACK: &[&str] = &[
    "ERROR:mcp.server.streamable_http:Error in message router",
    "Traceback (most recent call last):",
    "  File \"/usr/local/lib/python3.11/site-packages/mcp/server/streamable_http.py\", line 831, in message_router",
    "    async for session_message in write_stream_reader:",
    "  File \"/usr/local/lib/python3.11/site-packages/anyio/streams/memory.py\", line 93, in receive_nowait",
    "    raise ClosedResourceError",
    "anyio.ClosedResourceError",
];
