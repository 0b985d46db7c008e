//! Which step an error text is about, by the fixed sentences of Gateway, MCP SDK, AgentCore SDK and botocore.

use crate::model::Stage;

/// Sentences of the Gateway's own steps, lower case, in the order in which they are tried.
const GATEWAY: &[(&str, Stage)] = &[
    ("parameter validation failed", Stage::Validated),
    ("has invalid type:", Stage::Validated),
    ("missing required field(s)", Stage::Validated),
    ("additionalproperties validation failed", Stage::Validated),
    ("jsonschemaexception", Stage::Validated),
    ("policy enforcement", Stage::Policy),
    ("policy evaluation denied", Stage::Policy),
    ("bedrock-agentcore:authorizeaction", Stage::Policy),
    ("bedrock-agentcore:partiallyauthorizeactions", Stage::Policy),
    ("bedrock-agentcore:getpolicyengine", Stage::Policy),
    ("interceptorexception", Stage::Policy),
    ("invalid response from interceptor", Stage::Policy),
    ("failed to fetch outbound", Stage::Token),
    ("bedrock-agentcore:getresource", Stage::Token),
    ("bedrock-agentcore:getworkloadaccesstoken", Stage::Token),
    ("secretsmanager:getsecretvalue", Stage::Token),
    ("not authorized to assume the execution role", Stage::Token),
    ("access denied while invoking", Stage::TargetCalled),
    ("bedrock-agentcore:invokeagentruntime", Stage::TargetCalled),
    ("lambda:invokefunction", Stage::TargetCalled),
    ("failed to connect and fetch tools", Stage::TargetCalled),
    ("to the initialize handshake", Stage::TargetCalled),
    ("bearer token", Stage::GatewayReceived),
    ("value mismatch with configuration", Stage::GatewayReceived),
];

/// Sentences by which the Runtime service or the server in the container refuses a message before any handler runs.
const SERVER: &[(&str, Stage)] = &[
    ("not acceptable: client must accept", Stage::RuntimeReceived),
    ("content-type header", Stage::RuntimeReceived),
    ("content-type must be", Stage::RuntimeReceived),
    ("invalid host header", Stage::RuntimeReceived),
    ("invalid origin header", Stage::RuntimeReceived),
    ("session not found", Stage::RuntimeReceived),
    ("missing session id", Stage::RuntimeReceived),
    ("parse error: ", Stage::RuntimeReceived),
    ("for jsonrpcmessage", Stage::RuntimeReceived),
    ("for union[jsonrpc", Stage::RuntimeReceived),
    ("failed to validate request", Stage::RuntimeReceived),
    ("failed to validate notification", Stage::RuntimeReceived),
    ("invalid request parameters", Stage::RuntimeReceived),
    ("method not found", Stage::RuntimeReceived),
    ("invalid json", Stage::RuntimeReceived),
    ("invalid encoding", Stage::RuntimeReceived),
    ("task group is not initialized", Stage::RuntimeReceived),
    ("runtime initialization time exceeded", Stage::RuntimeReceived),
    ("error occurred when starting the runtime", Stage::RuntimeReceived),
    ("runtime health check failed", Stage::RuntimeReceived),
    ("authorization method mismatch", Stage::RuntimeReceived),
    ("when calling the invokeagentruntime operation", Stage::RuntimeReceived),
];

/// What a call of the handler to another service says when it fails.
const DOWNSTREAM: &[(&str, Stage)] = &[
    (" when calling the ", Stage::Downstream),
    ("could not connect to the endpoint url", Stage::Downstream),
    ("read timeout on endpoint url", Stage::Downstream),
    ("connect timeout on endpoint url", Stage::Downstream),
    ("ssl validation failed for ", Stage::Downstream),
    ("unable to locate credentials", Stage::Downstream),
    ("the client initialization failed", Stage::Downstream),
];

/// Sentences of tools and entry points.
const HANDLER: &[(&str, Stage)] = &[
    ("error executing tool", Stage::Handler),
    ("error calling tool", Stage::Handler),
    ("raised an unexpected exception", Stage::Handler),
    ("validation error for ", Stage::Handler),
    ("validation errors for ", Stage::Handler),
    ("input validation error", Stage::Handler),
    ("unknown tool", Stage::Handler),
    ("invocation failed (", Stage::Handler),
    ("no entrypoint defined", Stage::Handler),
];

/// What a caller says that gave up, or lost its connection, after it had sent its request.
const BROKEN_OFF: &[&str] = &[
    "client timeout",
    "timed out",
    "timeout",
    "client closed the connection",
    "peer closed connection",
    "connection reset",
    "remote end closed",
    "remotedisconnected",
    "no response",
    "aborted",
];

/// What a caller says that could not send its request at all.
const NOT_SENT: &[&str] = &[
    "connection refused",
    "connectionrefusederror",
    "econnrefused",
    "name or service not known",
    "name resolution",
    "enotfound",
    "certificate verify failed",
];

/// The step that an error text is about; `None` for a text that names none, such as the Gateway's generic one.
pub(super) fn stage_of(text: &str) -> Option<Stage> {
    let text = text.to_ascii_lowercase();
    [GATEWAY, SERVER, DOWNSTREAM, HANDLER]
        .into_iter()
        .flatten()
        .find(|(sentence, _)| text.contains(sentence))
        .map(|(_, stage)| *stage)
}

/// Whether a caller's text says that it stopped waiting or lost the connection.
pub(super) fn is_broken_off(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    BROKEN_OFF.iter().any(|word| text.contains(word))
}

/// Whether a caller's text says that its request was never sent.
pub(super) fn is_not_sent(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    NOT_SENT.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_sentences_name_their_step() {
        for (text, stage) in [
            ("JsonSchemaException - Parameter validation failed: …", Some(Stage::Validated)),
            ("Tool call not allowed due to policy enforcement", Some(Stage::Policy)),
            ("Failed to fetch outbound api key. Access denied", Some(Stage::Token)),
            ("Access denied while invoking Lambda function arn:…", Some(Stage::TargetCalled)),
            ("Invalid Bearer token", Some(Stage::GatewayReceived)),
            ("Not Acceptable: Client must accept text/event-stream", Some(Stage::RuntimeReceived)),
            ("Error executing tool add: 1 validation error for addArguments", Some(Stage::Handler)),
            (
                "Error executing tool x: An error occurred (AccessDenied) when calling the ListBuckets operation",
                Some(Stage::Downstream),
            ),
            ("InternalServerException - An internal error occurred. Please retry later.", None),
            ("", None),
        ] {
            assert_eq!(stage_of(text), stage, "{text}");
        }
    }

    #[test]
    fn a_refused_connection_was_never_a_request() {
        assert!(is_not_sent("ConnectionRefusedError: [Errno 111] Connection refused"));
        assert!(is_broken_off("client timeout") && !is_not_sent("client timeout"));
    }
}
