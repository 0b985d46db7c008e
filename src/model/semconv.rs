//! Field names, once: the closed list that rules and filters may use, with the spellings under which real
//! records carry them (telemetry §0 rule 10: `aws.request.id` / `aws.request_id`, `error_type` / `errorType`,
//! old and new GenAI names).

use std::borrow::Cow;

use serde_json::Value;

use super::Signal;

/// A field that rules and filters may name.
#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    /// Its one name.
    pub name: &'static str,
    /// Paths into [`Signal::body`], tried in order. A path's dots may be nesting or part of a key.
    pub paths: &'static [&'static str],
    /// What it means, for help texts and the rule schema.
    pub about: &'static str,
}

macro_rules! fields {
    ($($name:literal [$($path:literal),*] $about:literal)*) => {
        /// Every field, in the order help shows them. Those without paths are read from the signal itself.
        pub const FIELDS: &[FieldDef] = &[$(FieldDef { name: $name, paths: &[$($path),*], about: $about }),*];
    };
}

fields! {
    "kind" [] "shape of the record: gateway-log, sdk-log, otel-log, otel-span, …"
    "layer" [] "who wrote it: client, gateway, runtime, span, memory, identity, tool, control, unknown"
    "severity" [] "trace, debug, info, warn, error, fatal"
    "outcome" [] "what the record says of its call: ok, failed, unknown"
    "message" [] "the text that rules match"
    "name" [] "span name, operation, or HTTP method and path"
    "logger" [] "logger or instrumentation scope"
    "tool" [] "tool name, with its target___ prefix when written so"
    "target" [] "gateway target, by name or id"
    "trace_id" [] "trace id, 32 hex digits"
    "span_id" [] "span id, 16 hex digits"
    "request_id" [] "request id"
    "session_id" [] "AgentCore session id"
    "mcp_session_id" [] "Mcp-Session-Id"
    "rpc_id" [] "JSON-RPC id"
    "resource" [] "ARN or id of the gateway, runtime or memory that wrote it"
    "log_group" [] "log group"
    "log_stream" [] "log stream"
    "http.status" ["attributes.http.response.status_code", "attributes.http.status_code", "http.response.status",
        "metadata.http.response.status_code", "responseElements.statusCode", "Http.HttpStatus"] "HTTP status code"
    "http.method" ["attributes.http.request.method", "attributes.http.method", "http.request.method",
        "Http.HttpMethod"] "HTTP method"
    "url.path" ["attributes.url.path", "attributes.http.target", "attributes.http.route", "http.request.path",
        "metadata.url.path"] "path of the URL; on Gateway spans the MCP method"
    "error.type" ["attributes.error.type", "attributes.error_type", "attributes.errorType", "metadata.error_type",
        "metadata.errorType", "errorType", "error_type", "errorCode"] "error type or code"
    "exception.type" ["exception.type", "attributes.exception.type", "errorType"] "innermost exception's type"
    "exception.message" ["exception.message", "attributes.exception.message", "errorMessage"]
        "innermost exception's message"
    "status.code" ["status.code"] "span status: UNSET, OK, ERROR"
    "rpc.code" ["response.error.code", "attributes.jsonrpc.error.code", "metadata.jsonrpc.error.code",
        "attributes.rpc.response.status_code", "error.code"] "JSON-RPC error code"
    "rpc.method" ["request.method", "attributes.mcp.method.name", "requestParameters.body.method"]
        "JSON-RPC method"
    "is_error" ["response.result.isError", "result.isError", "body.isError", "isError"] "isError, of the result first"
    "gateway.log" ["body.log", "log"] "text of a Gateway row"
    "policy.decision" ["body.policy.decision", "policy.decision",
        "attributes.aws.agentcore.policy.authorization_decision"] "ALLOW or DENY"
    "operation" ["operation", "attributes.aws.operation.name", "attributes.rpc.method", "eventName",
        "aws.operation.name", "aws.operation"] "AWS operation"
    "service" ["attributes.rpc.service", "service_name", "eventSource", "resource.attributes.service.name"] "service"
    "target.type" ["attributes.target.type", "metadata.target.type"] "type of a Gateway target: LAMBDA, MCP, OPENAPI"
    "region" ["resource.attributes.cloud.region", "attributes.aws.region", "awsRegion", "aws.region"] "AWS region"
    "account" ["account_id", "attributes.aws.account.id", "resource.attributes.cloud.account.id", "recipientAccountId",
        "aws.account.id", "aws.account_id"] "AWS account id"
    "model" ["attributes.gen_ai.request.model", "attributes.gen_ai.response.model"] "model id"
    "span.kind" ["kind", "annotations.aws:span.kind", "annotations.span.kind"] "span kind: SERVER, CLIENT, …"
    "code.file" ["code.file", "attributes.code.file.path", "attributes.code.filepath"] "source file of a log line"
    "distro.version" ["resource.attributes.telemetry.auto.version"] "version of the AWS OpenTelemetry distribution"
    "service.version" ["resource.attributes.service.version"] "version of the service, as it states it"
    "runtime.version" ["resource.attributes.process.runtime.version"] "version of the language runtime"
    "protocol.version" ["attributes.mcp.protocol.version", "response.result.protocolVersion"] "MCP protocol version"
    "server.version" ["response.result.serverInfo.version"] "version that an MCP server states in its answer to initialize"
    "client.version" ["request.params.clientInfo.version"] "version that an MCP client states in initialize"
    "user_agent" ["attributes.user_agent.original", "attributes.http.user_agent", "http.request.headers.user-agent",
        "userAgent"] "user agent"
    "endpoint" ["attributes.aws.endpoint.name", "resource.attributes.deployment.environment.name"] "runtime endpoint"
    "caller" ["attributes.enduser.id", "attributes.user.id", "userIdentity.arn"] "who called"
    "gateway.request" ["body.requestBody", "requestBody"] "request body of a Gateway row, as written"
    "tool.arguments" ["request.params.arguments", "requestParameters.body.params.arguments",
        "attributes.gen_ai.tool.call.arguments"] "arguments of a tool call, as JSON"
    "sdk.version" ["resource.attributes.telemetry.sdk.version"] "version of the OpenTelemetry SDK"
}

/// Attribute of a tool-call span: the arguments as JSON text (OpenTelemetry GenAI conventions).
pub const TOOL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";

/// Prefixes after which any path is a field: the record's own structure, which no list can close.
pub const OPEN_PREFIXES: &[&str] = &[
    "attributes.",
    "body.",
    "resource.",
    "request.",
    "response.",
    "http.",
    "raw.",
    "metadata.",
    "annotations.",
];

/// The definition of `name`, when it is in the closed list.
pub fn field(name: &str) -> Option<&'static FieldDef> {
    FIELDS.iter().find(|def| def.name == name)
}

/// Whether `name` may be used in rules and filters.
pub fn is_known(name: &str) -> bool {
    field(name).is_some()
        || OPEN_PREFIXES.iter().any(|prefix| name.len() > prefix.len() && name.starts_with(prefix))
}

/// The known field nearest to a misspelt one.
pub fn nearest(name: &str) -> Option<&'static str> {
    FIELDS
        .iter()
        .map(|def| (strsim::damerau_levenshtein(def.name, name), def.name))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 3)
        .map(|(_, near)| near)
}

/// Walks `path` into `value`. At each level the longest key wins, so `attributes.http.status_code` finds both
/// `{"attributes":{"http.status_code":…}}` and `{"attributes":{"http":{"status_code":…}}}`. Numbers index arrays.
pub fn lookup<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    match value {
        Value::Object(map) => {
            if let Some(found) = map.get(path) {
                return Some(found);
            }
            path.rmatch_indices('.').find_map(|(dot, _)| lookup(map.get(&path[..dot])?, &path[dot + 1..]))
        }
        Value::Array(items) => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            lookup(items.get(index.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

/// A scalar as the text that comparisons see; `None` for null; objects and arrays as compact JSON.
pub fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}

impl Signal {
    /// The value of a field of [`FIELDS`], or of any path below [`OPEN_PREFIXES`] (`raw.` is the record's top).
    pub fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let own = |text: &'_ Option<String>| text.clone().map(Cow::Owned);
        match name {
            "kind" => Some(self.kind.word().into()),
            "layer" => Some(self.layer.word().into()),
            "severity" => Some(self.severity.word().into()),
            "outcome" => Some(self.outcome.word().into()),
            "message" => Some(self.message.as_str().into()),
            "name" => own(&self.name),
            "logger" => own(&self.logger),
            "tool" => own(&self.ids.tool),
            "target" => own(&self.ids.target),
            "trace_id" => self.ids.trace.map(|id| id.to_string().into()),
            "span_id" => self.ids.span.map(|id| id.to_string().into()),
            "request_id" => own(&self.ids.request),
            "session_id" => own(&self.ids.session),
            "mcp_session_id" => own(&self.ids.mcp_session),
            "rpc_id" => own(&self.ids.rpc),
            "resource" => own(&self.ids.resource),
            "log_group" => own(&self.origin.log_group),
            "log_stream" => own(&self.origin.log_stream),
            _ => {
                let known = field(name).into_iter().flat_map(|def| def.paths.iter().copied());
                let open = name.strip_prefix("raw.").unwrap_or(name);
                known.chain([open]).find_map(|path| text_of(lookup(&self.body, path)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_keys_and_nesting_are_the_same_path() {
        for body in [
            serde_json::json!({"attributes": {"http.response.status_code": 403}}),
            serde_json::json!({"attributes": {"http": {"response": {"status_code": 403}}}}),
            serde_json::json!({"attributes": {"http.status_code": 403}}),
        ] {
            let signal = Signal { body, ..Signal::default() };
            assert_eq!(signal.field("http.status").as_deref(), Some("403"));
        }
    }

    #[test]
    fn a_misspelt_field_names_its_neighbour() {
        assert!(is_known("error.type") && is_known("attributes.anything.at.all"));
        assert!(!is_known("eror.type") && !is_known("attributes."));
        assert_eq!(nearest("eror.type"), Some("error.type"));
        assert_eq!(nearest("completely_different_thing"), None);
    }
}
