//! Every AWS operation that this program can call. All of them read.

use serde_json::{Value, json};

/// What an operation is needed for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Feature {
    /// Whose account this is.
    Identity,
    /// Log events.
    Logs,
    /// Traces.
    Traces,
    /// Runtimes, gateways, targets, memories and their log groups.
    Discovery,
    /// Health of the observability set-up.
    Doctor,
}

impl Feature {
    /// Every feature, in order.
    pub const ALL: &'static [Self] =
        &[Self::Identity, Self::Logs, Self::Traces, Self::Discovery, Self::Doctor];

    /// Its name in the policy's statements.
    pub fn sid(self) -> &'static str {
        match self {
            Self::Identity => "Identity",
            Self::Logs => "Logs",
            Self::Traces => "Traces",
            Self::Discovery => "Discovery",
            Self::Doctor => "Doctor",
        }
    }
}

/// One operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation {
    /// IAM action that allows it.
    pub action: &'static str,
    /// The SDK's method.
    pub method: &'static str,
    /// What for.
    pub feature: Feature,
}

macro_rules! operations {
    ($($feature:ident: $($method:ident = $action:literal),+ $(,)?;)+) => {
        &[$($(Operation { action: $action, method: stringify!($method), feature: Feature::$feature }),+),+]
    };
}

/// The list, in order of feature. Actions as in the service authorization reference:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>.
pub const OPERATIONS: &[Operation] = operations! {
    Identity: get_caller_identity = "sts:GetCallerIdentity";
    Logs:
        filter_log_events = "logs:FilterLogEvents",
        start_live_tail = "logs:StartLiveTail",
        describe_log_streams = "logs:DescribeLogStreams";
    Traces:
        get_trace_segment_destination = "xray:GetTraceSegmentDestination",
        get_trace_summaries = "xray:GetTraceSummaries",
        batch_get_traces = "xray:BatchGetTraces",
        start_trace_retrieval = "xray:StartTraceRetrieval",
        list_retrieved_traces = "xray:ListRetrievedTraces";
    Discovery:
        list_agent_runtimes = "bedrock-agentcore:ListAgentRuntimes",
        list_agent_runtime_endpoints = "bedrock-agentcore:ListAgentRuntimeEndpoints",
        list_gateways = "bedrock-agentcore:ListGateways",
        list_gateway_targets = "bedrock-agentcore:ListGatewayTargets",
        get_gateway_target = "bedrock-agentcore:GetGatewayTarget",
        list_memories = "bedrock-agentcore:ListMemories",
        describe_log_groups = "logs:DescribeLogGroups",
        describe_delivery_sources = "logs:DescribeDeliverySources",
        describe_deliveries = "logs:DescribeDeliveries",
        describe_delivery_destinations = "logs:DescribeDeliveryDestinations";
    Doctor:
        get_agent_runtime = "bedrock-agentcore:GetAgentRuntime",
        get_gateway = "bedrock-agentcore:GetGateway",
        get_indexing_rules = "xray:GetIndexingRules",
        describe_resource_policies = "logs:DescribeResourcePolicies",
        simulate_principal_policy = "iam:SimulatePrincipalPolicy";
};

/// The smallest policy that allows `features`. Most of these actions cannot be narrowed to a resource, or only to
/// resources that are not known before they are listed.
pub fn policy(features: &[Feature]) -> Value {
    let statements: Vec<Value> = Feature::ALL
        .iter()
        .filter(|feature| features.contains(feature))
        .map(|feature| {
            let actions: Vec<&str> = OPERATIONS
                .iter()
                .filter(|operation| operation.feature == *feature)
                .map(|operation| operation.action)
                .collect();
            json!({"Sid": feature.sid(), "Effect": "Allow", "Action": actions, "Resource": "*"})
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_writes() {
        for operation in OPERATIONS {
            let (_, name) = operation.action.split_once(':').unwrap();
            let reads = ["Get", "List", "Describe", "Filter", "BatchGet", "Simulate"];
            // These two start a session and a query; they change nothing in the account.
            let starts = ["StartLiveTail", "StartTraceRetrieval"];
            assert!(reads.iter().any(|verb| name.starts_with(verb)) || starts.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_policy_holds_the_features_asked_for() {
        let policy = policy(&[Feature::Logs]);
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(policy["Statement"][0]["Action"][0], "logs:FilterLogEvents");
    }
}
