//! Asks about a gateway and its targets.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_bedrockagentcorecontrol::operation::get_gateway_target::GetGatewayTargetOutput;
use aws_sdk_bedrockagentcorecontrol::types::{McpTargetConfiguration, TargetConfiguration, TargetSummary};

use super::caller::Caller;
use super::{Named, groups, instant, role, runtime};
use crate::model::Timestamp;
use crate::source::aws::discovery::{id_of, runtime_of};
use crate::source::aws::doctor::answers::{
    Answer, Decision, Deliveries, GatewayAnswers, GatewayFacts, TargetAnswers, TargetFacts,
};
use crate::source::aws::doctor::delivery;

/// When runtimes were last updated, by id.
type Updates = Arc<BTreeMap<String, Answer<Option<Timestamp>>>>;

pub(super) async fn ask(
    caller: Caller,
    named: Named,
    deliveries: Answer<Deliveries>,
    known: Updates,
) -> GatewayAnswers {
    let Named { id, name } = named;
    let (gateway, listed) = tokio::join!(facts(&caller, &id), targets(&caller, &id));
    let arn = gateway.as_ref().map(|facts| facts.arn.clone()).ok();
    let mut groups = Vec::new();
    if let (Some(arn), Ok(deliveries)) = (&arn, &deliveries) {
        let place = format!(":{}:{}:", caller.account.region(), caller.account.id());
        // A group of another account or Region cannot be asked about from here.
        let near = delivery::groups_of(deliveries, arn).into_iter().filter(|group| group.contains(&place));
        for group in near {
            groups.push(groups::delivered(&caller, delivery::group_name(group).to_owned()).await);
        }
    }
    let owner =
        Owner { id: id.clone(), role: gateway.as_ref().ok().and_then(|facts| facts.role.clone()), known };
    let targets = match listed {
        Ok(listed) => {
            Ok(caller.each(listed, move |caller, summary| target(caller, owner.clone(), summary)).await)
        }
        Err(call) => Err(call),
    };
    let name = name.or_else(|| gateway.as_ref().ok().map(|facts| facts.name.clone()));
    GatewayAnswers { id, name, gateway, targets, groups }
}

/// What a target needs to know of its gateway.
#[derive(Clone)]
struct Owner {
    id: String,
    role: Option<String>,
    known: Updates,
}

async fn facts(caller: &Caller, id: &str) -> Answer<GatewayFacts> {
    let call = caller.account.control().get_gateway().gateway_identifier(id).send();
    let output = caller.ask("bedrock-agentcore:GetGateway", id, call).await?;
    Ok(GatewayFacts {
        name: output.name,
        arn: output.gateway_arn,
        status: output.status.as_str().to_owned(),
        reasons: output.status_reasons.unwrap_or_default(),
        role: output.role_arn,
        exception_level: output.exception_level.map(|level| level.as_str().to_owned()),
    })
}

async fn targets(caller: &Caller, gateway: &str) -> Answer<Vec<TargetSummary>> {
    let call = caller.account.control().list_gateway_targets().gateway_identifier(gateway);
    let listed = call.into_paginator().items().send().try_collect();
    let mut listed = caller.ask("bedrock-agentcore:ListGatewayTargets", gateway, listed).await?;
    listed.sort_by(|a, b| (&a.name, &a.target_id).cmp(&(&b.name, &b.target_id)));
    Ok(listed)
}

async fn target(caller: Caller, owner: Owner, summary: TargetSummary) -> TargetAnswers {
    let call = caller.account.control().get_gateway_target().gateway_identifier(&owner.id);
    let call = call.target_id(&summary.target_id).send();
    let detail =
        caller.ask("bedrock-agentcore:GetGatewayTarget", &summary.target_id, call).await.map(of_output);
    let (mut runtime_updated, mut may_invoke) = (None, None);
    if let Ok(TargetFacts { runtime: Some(runtime), credentials, .. }) = &detail {
        runtime_updated = Some(updated(&caller, runtime, &owner.known).await);
        may_invoke = invoke(&caller, &owner, runtime, credentials).await;
    }
    TargetAnswers {
        listing: summary.listing_mode.map(|mode| mode.as_str().to_owned()),
        kind: summary.target_type.map(|kind| kind.as_str().to_owned()),
        synchronized: summary.last_synchronized_at.as_ref().and_then(instant),
        updated: instant(&summary.updated_at),
        id: summary.target_id,
        name: summary.name,
        status: summary.status.as_str().to_owned(),
        detail,
        runtime_updated,
        may_invoke,
    }
}

fn of_output(output: GetGatewayTargetOutput) -> TargetFacts {
    let configuration = output.target_configuration.as_ref();
    let has_static_tools = matches!(
        configuration,
        Some(TargetConfiguration::Mcp(McpTargetConfiguration::McpServer(server))) if server.mcp_tool_schema.is_some()
    );
    let credentials = output.credential_provider_configurations.into_iter();
    TargetFacts {
        runtime: configuration.and_then(runtime_of),
        has_static_tools,
        reasons: output.status_reasons.unwrap_or_default(),
        credentials: credentials.map(|one| one.credential_provider_type.as_str().to_owned()).collect(),
    }
}

/// When the runtime behind a target was last updated; `None` when it is of another account or Region.
async fn updated(caller: &Caller, runtime: &str, known: &Updates) -> Answer<Option<Timestamp>> {
    let account = &caller.account;
    let is_far = runtime.starts_with("arn:")
        && !runtime.contains(&format!(":bedrock-agentcore:{}:{}:", account.region(), account.id()));
    if is_far {
        return Ok(None);
    }
    let id = id_of(runtime);
    match known.get(id) {
        Some(update) => update.clone(),
        None => runtime::facts(caller, id).await.map(|facts| facts.updated),
    }
}

/// Whether the gateway's role may call the runtime; `None` when it does not call with its role, or none is known.
async fn invoke(
    caller: &Caller,
    owner: &Owner,
    runtime: &str,
    credentials: &[String],
) -> Option<Answer<Vec<Decision>>> {
    let role = owner.role.as_deref()?;
    let is_asked = credentials.iter().any(|kind| kind == "GATEWAY_IAM_ROLE") && runtime.starts_with("arn:");
    if !is_asked {
        return None;
    }
    Some(role::simulate(caller, role, &["bedrock-agentcore:InvokeAgentRuntime"], Some(runtime)).await)
}
