//! Lists of the AgentCore control plane: runtimes, gateways with their targets, memories.

use aws_sdk_bedrockagentcorecontrol::operation::{
    list_agent_runtime_endpoints::ListAgentRuntimeEndpointsOutput,
    list_agent_runtimes::ListAgentRuntimesOutput, list_gateway_targets::ListGatewayTargetsOutput,
    list_gateways::ListGatewaysOutput, list_memories::ListMemoriesOutput,
};
use aws_sdk_bedrockagentcorecontrol::primitives::DateTime;
use aws_sdk_bedrockagentcorecontrol::types::{
    AgentRuntime, GatewaySummary, HttpTargetConfiguration, McpTargetConfiguration, TargetConfiguration,
    TargetSummary,
};

use super::super::error::{LiveError, classify};
use super::found::{Endpoint, Gateway, Memory, Runtime, Target};
use super::lister::{Listed, Lister, pages};
use crate::model::Timestamp;

/// Entries of a page; the most that every one of these lists allows.
const PAGE: i32 = 100;

pub(super) async fn runtimes(lister: &Lister) -> Listed<Runtime> {
    let control = lister.account.control();
    let Listed { items, mut problems } = pages!(
        lister,
        "bedrock-agentcore:ListAgentRuntimes",
        "agent runtimes",
        control.list_agent_runtimes().max_results(PAGE),
        |page: ListAgentRuntimesOutput| page.agent_runtimes
    );
    let asked = lister.each(items, |lister, summary| async move { runtime(&lister, summary).await }).await;
    let mut runtimes = Vec::new();
    for (runtime, failed) in asked {
        runtimes.push(runtime);
        problems.extend(failed);
    }
    runtimes.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Listed { items: runtimes, problems }
}

async fn runtime(lister: &Lister, summary: AgentRuntime) -> (Runtime, Vec<LiveError>) {
    let control = lister.account.control();
    let id = summary.agent_runtime_id;
    let Listed { items, problems } = pages!(
        lister,
        "bedrock-agentcore:ListAgentRuntimeEndpoints",
        &id,
        control.list_agent_runtime_endpoints().agent_runtime_id(&id).max_results(PAGE),
        |page: ListAgentRuntimeEndpointsOutput| page.runtime_endpoints
    );
    let mut endpoints: Vec<Endpoint> = items
        .into_iter()
        .map(|endpoint| Endpoint {
            name: endpoint.name,
            live_version: endpoint.live_version,
            target_version: endpoint.target_version,
            status: endpoint.status.as_str().to_owned(),
        })
        .collect();
    endpoints.sort_by(|a, b| a.name.cmp(&b.name));
    let runtime = Runtime {
        updated: instant(&summary.last_updated_at),
        id,
        name: summary.agent_runtime_name,
        arn: summary.agent_runtime_arn,
        version: summary.agent_runtime_version,
        status: summary.status.as_str().to_owned(),
        endpoints,
        log_groups: Vec::new(),
        deliveries: Vec::new(),
    };
    (runtime, problems)
}

pub(super) async fn gateways(lister: &Lister) -> Listed<Gateway> {
    let control = lister.account.control();
    let Listed { items, mut problems } = pages!(
        lister,
        "bedrock-agentcore:ListGateways",
        "gateways",
        control.list_gateways().max_results(PAGE),
        |page: ListGatewaysOutput| page.items
    );
    let asked = lister.each(items, |lister, summary| async move { gateway(&lister, summary).await }).await;
    let mut gateways = Vec::new();
    for (gateway, failed) in asked {
        gateways.push(gateway);
        problems.extend(failed);
    }
    gateways.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Listed { items: gateways, problems }
}

async fn gateway(lister: &Lister, summary: GatewaySummary) -> (Gateway, Vec<LiveError>) {
    let control = lister.account.control();
    let id = summary.gateway_id;
    let Listed { items, mut problems } = pages!(
        lister,
        "bedrock-agentcore:ListGatewayTargets",
        &id,
        control.list_gateway_targets().gateway_identifier(&id).max_results(PAGE),
        |page: ListGatewayTargetsOutput| page.items
    );
    let owner = id.clone();
    let asked = lister.each(items, move |lister, summary| target(lister, owner.clone(), summary)).await;
    let mut targets = Vec::new();
    for (target, failed) in asked {
        targets.push(target);
        problems.extend(failed);
    }
    targets.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let gateway = Gateway {
        id,
        name: summary.name,
        status: summary.status.as_str().to_owned(),
        authorizer: summary.authorizer_type.as_str().to_owned(),
        targets,
        log_groups: Vec::new(),
        deliveries: Vec::new(),
    };
    (gateway, problems)
}

async fn target(lister: Lister, gateway: String, summary: TargetSummary) -> (Target, Option<LiveError>) {
    let turn = lister.turn().await;
    let control = lister.account.control();
    let request = control.get_gateway_target().gateway_identifier(gateway).target_id(&summary.target_id);
    let answer = request.send().await;
    drop(turn);
    let (reasons, runtime, problem) = match answer {
        Ok(target) => (
            target.status_reasons.unwrap_or_default(),
            target.target_configuration.as_ref().and_then(runtime_of),
            None,
        ),
        Err(error) => {
            let call = lister.account.call("bedrock-agentcore:GetGatewayTarget", &summary.target_id);
            (Vec::new(), None, Some(classify(call, &error)))
        }
    };
    let target = Target {
        last_synchronized: summary.last_synchronized_at.as_ref().and_then(instant),
        kind: summary.target_type.map(|kind| kind.as_str().to_owned()),
        id: summary.target_id,
        name: summary.name,
        status: summary.status.as_str().to_owned(),
        reasons,
        runtime,
    };
    (target, problem)
}

/// The agent runtime behind a target: named by ARN, or inside the URL of its MCP endpoint.
pub(in crate::source::aws) fn runtime_of(configuration: &TargetConfiguration) -> Option<String> {
    match configuration {
        TargetConfiguration::Http(HttpTargetConfiguration::AgentcoreRuntime(runtime)) => {
            Some(runtime.arn.clone())
        }
        TargetConfiguration::Mcp(McpTargetConfiguration::McpServer(server)) => {
            runtime_in_url(&server.endpoint)
        }
        _ => None,
    }
}

/// `…/runtimes/<ARN, percent-encoded>/invocations?qualifier=…`:
/// <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-mcp.html>
fn runtime_in_url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/runtimes/")?;
    let segment = rest.split(['/', '?']).next()?;
    let decoded = segment.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/");
    (!decoded.is_empty()).then_some(decoded)
}

pub(super) async fn memories(lister: &Lister) -> Listed<Memory> {
    let control = lister.account.control();
    let Listed { items, problems } = pages!(
        lister,
        "bedrock-agentcore:ListMemories",
        "memories",
        control.list_memories().max_results(PAGE),
        |page: ListMemoriesOutput| page.memories
    );
    let mut memories: Vec<Memory> = items
        .into_iter()
        .map(|memory| Memory {
            id: memory.id.unwrap_or_default(),
            arn: memory.arn,
            status: memory.status.map(|status| status.as_str().to_owned()),
            log_groups: Vec::new(),
            deliveries: Vec::new(),
        })
        .collect();
    memories.sort_by(|a, b| a.id.cmp(&b.id));
    Listed { items: memories, problems }
}

fn instant(at: &DateTime) -> Option<Timestamp> {
    i64::try_from(at.as_nanos()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_behind_a_target_is_in_its_url() {
        let url = "https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A111122223333%3Aruntime%2Fx-0123456789/invocations?qualifier=DEFAULT";
        assert_eq!(
            runtime_in_url(url).as_deref(),
            Some("arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/x-0123456789")
        );
        assert_eq!(runtime_in_url("https://example.com/mcp"), None);
    }
}
