//! Asks about an agent runtime.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_bedrockagentcorecontrol::operation::get_agent_runtime::GetAgentRuntimeOutput;
use aws_sdk_bedrockagentcorecontrol::types::AgentRuntimeArtifact;

use super::caller::Caller;
use super::{Named, groups, instant, role};
use crate::model::Timestamp;
use crate::source::aws::doctor::answers::{
    Answer, Artifact, EndpointFacts, GroupAnswers, RuntimeAnswers, RuntimeFacts,
};

/// Endpoints whose log groups are looked at.
const MAX_GROUPS: usize = 10;

pub(super) async fn ask(caller: Caller, named: Named) -> RuntimeAnswers {
    let Named { id, name } = named;
    let (runtime, endpoints) = tokio::join!(facts(&caller, &id), endpoints(&caller, &id));
    let role = match &runtime {
        Ok(facts) => role::of_runtime(&caller, &id, facts).await,
        Err(_) => Vec::new(),
    };
    let groups = log_groups(&caller, &id, &endpoints).await;
    let name = name.or_else(|| runtime.as_ref().ok().map(|facts| facts.name.clone()));
    RuntimeAnswers { id, name, runtime, endpoints, groups, role }
}

/// When each runtime that was asked about was last updated, by id.
pub(super) fn updates(runtimes: &[RuntimeAnswers]) -> Arc<BTreeMap<String, Answer<Option<Timestamp>>>> {
    let update = |one: &RuntimeAnswers| {
        (one.id.clone(), one.runtime.as_ref().map(|facts| facts.updated).map_err(Clone::clone))
    };
    Arc::new(runtimes.iter().map(update).collect())
}

pub(super) async fn facts(caller: &Caller, id: &str) -> Answer<RuntimeFacts> {
    let call = caller.account.control().get_agent_runtime().agent_runtime_id(id).send();
    caller.ask("bedrock-agentcore:GetAgentRuntime", id, call).await.map(of_output)
}

fn of_output(output: GetAgentRuntimeOutput) -> RuntimeFacts {
    RuntimeFacts {
        name: output.agent_runtime_name,
        arn: output.agent_runtime_arn,
        version: output.agent_runtime_version,
        status: output.status.as_str().to_owned(),
        failure: output.failure_reason.filter(|reason| !reason.is_empty()),
        created: instant(&output.created_at),
        updated: instant(&output.last_updated_at),
        role: output.role_arn,
        artifact: match output.agent_runtime_artifact {
            Some(AgentRuntimeArtifact::ContainerConfiguration(container)) => {
                Artifact::Container(container.container_uri)
            }
            Some(AgentRuntimeArtifact::CodeConfiguration(code)) => {
                Artifact::Code(code.runtime.as_str().to_owned())
            }
            _ => Artifact::Unknown,
        },
        environment: output.environment_variables.unwrap_or_default().into_iter().collect(),
        workload_identity: output.workload_identity_details.map(|details| details.workload_identity_arn),
    }
}

async fn endpoints(caller: &Caller, id: &str) -> Answer<Vec<EndpointFacts>> {
    let call = caller.account.control().list_agent_runtime_endpoints().agent_runtime_id(id);
    let listed = call.into_paginator().items().send().try_collect();
    let listed = caller.ask("bedrock-agentcore:ListAgentRuntimeEndpoints", id, listed).await?;
    let mut endpoints: Vec<EndpointFacts> = listed
        .into_iter()
        .map(|endpoint| EndpointFacts {
            name: endpoint.name,
            status: endpoint.status.as_str().to_owned(),
            live: endpoint.live_version,
            target: endpoint.target_version,
        })
        .collect();
    endpoints.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(endpoints)
}

/// The groups of its endpoints: `/aws/bedrock-agentcore/runtimes/<id>-<endpoint>`, as in
/// <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-view.html>. That of DEFAULT is looked at
/// even when the endpoints could not be listed.
async fn log_groups(caller: &Caller, id: &str, endpoints: &Answer<Vec<EndpointFacts>>) -> Vec<GroupAnswers> {
    let mut names: Vec<String> = vec!["DEFAULT".to_owned()];
    if let Ok(endpoints) = endpoints {
        names.extend(endpoints.iter().map(|endpoint| endpoint.name.clone()).filter(|name| name != "DEFAULT"));
    }
    names.truncate(MAX_GROUPS);
    let mut groups = Vec::new();
    for name in names {
        groups.push(groups::of_runtime(caller, format!("/aws/bedrock-agentcore/runtimes/{id}-{name}")).await);
    }
    groups
}
