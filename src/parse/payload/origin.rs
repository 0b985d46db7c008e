//! What the log group and the log stream say about a record (telemetry §1).

use crate::model::{Context, Kind, Layer, Signal};

/// Fills in what the record's place knows and the record itself does not: origin, session, layer.
pub(super) fn complete(signal: &mut Signal, context: &Context) {
    signal.origin.log_group.clone_from(&context.log_group);
    signal.origin.log_stream.clone_from(&context.log_stream);
    let group = context.log_group.as_deref().unwrap_or_default();
    let stream = context.log_stream.as_deref().unwrap_or_default();
    if signal.ids.session.is_none() {
        signal.ids.session = session_of_stream(stream).map(str::to_owned);
    }
    if states_no_writer(signal.kind)
        && let Some(layer) = layer_of_place(group, stream)
    {
        signal.layer = layer;
    }
}

/// Whether records of this shape may come from anywhere, so that their place decides.
fn states_no_writer(kind: Kind) -> bool {
    use Kind::{AccessLog, Emf, Json, JsonRpc, LogLine, OtherVended, Text, Traceback};
    matches!(kind, AccessLog | Emf | Json | JsonRpc | LogLine | OtherVended | Text | Traceback)
}

/// The session id inside the brackets of `2025/12/02/[runtime-logs-<session>]<uuid>`.
pub(in crate::parse) fn session_of_stream(stream: &str) -> Option<&str> {
    let (_, inside) = stream.split_once("[runtime-logs-")?;
    let (session, _) = inside.rsplit_once(']')?;
    (!session.is_empty()).then_some(session)
}

fn layer_of_place(group: &str, stream: &str) -> Option<Layer> {
    const GROUPS: [(&str, Layer); 11] = [
        ("/aws/bedrock-agentcore/runtimes/", Layer::Runtime),
        ("/aws/vendedlogs/bedrock-agentcore/gateway", Layer::Gateway),
        ("/aws/vendedlogs/bedrock-agentcore/runtime", Layer::Runtime),
        ("/aws/vendedlogs/bedrock-agentcore/memory", Layer::Memory),
        ("/aws/vendedlogs/bedrock-agentcore/identity", Layer::Identity),
        ("/aws/vendedlogs/bedrock-agentcore/code-interpreter", Layer::Tool),
        ("/aws/vendedlogs/bedrock-agentcore/browser", Layer::Tool),
        ("aws/spans", Layer::Span),
        ("/aws/spans", Layer::Span),
        ("/aws/lambda/", Layer::Tool),
        ("/aws/cloudtrail", Layer::Control),
    ];
    if let Some((_, layer)) = GROUPS.iter().find(|(prefix, _)| group.starts_with(prefix)) {
        return Some(*layer);
    }
    if stream.starts_with("BedrockAgentCoreGateway") {
        Some(Layer::Gateway)
    } else if stream.contains("[runtime-logs")
        || stream.starts_with("runtime-logs")
        || stream == "otel-rt-logs"
        || stream.starts_with("BedrockAgentCoreRuntime")
    {
        Some(Layer::Runtime)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_name_states_a_session_only_in_its_second_form() {
        let second = "2026/05/24/[runtime-logs-TEAM-1048_wf_1779]838d9da3-2c16-4812-9c49-4a20aeeb543c";
        assert_eq!(session_of_stream(second), Some("TEAM-1048_wf_1779"));
        assert_eq!(session_of_stream("2025/09/11/[runtime-logs]a3dd357c"), None);
        assert_eq!(session_of_stream("otel-rt-logs"), None);
    }

    #[test]
    fn groups_name_their_layer() {
        for (group, stream, layer) in [
            ("/aws/bedrock-agentcore/runtimes/a-XYZ-DEFAULT", "", Some(Layer::Runtime)),
            ("/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/g", "", Some(Layer::Gateway)),
            ("", "2025/09/11/[runtime-logs]a3dd", Some(Layer::Runtime)),
            ("/aws/lambda/target", "2026/01/01/[$LATEST]abc", Some(Layer::Tool)),
            ("/my/group", "stream", None),
        ] {
            assert_eq!(layer_of_place(group, stream), layer, "{group} {stream}");
        }
    }
}
