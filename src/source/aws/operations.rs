//! Every AWS operation that this program can call. All of them read.

use serde_json::{Value, json};

/// What an operation is needed for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Feature {
    /// Whose account this is, and becoming a role that a person named.
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

/// What an action can be narrowed to, by the service authorization reference:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html>.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Scope {
    /// Nothing: the action takes no resource, or lists what is not known before.
    Everything,
    /// Log groups.
    LogGroups,
    /// Agent runtimes.
    Runtimes,
    /// Gateways.
    Gateways,
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
    scope: Scope,
}

macro_rules! operations {
    ($($feature:ident $scope:ident: $($method:ident = $action:literal),+ $(,)?;)+) => {
        &[$($(Operation {
            action: $action,
            method: stringify!($method),
            feature: Feature::$feature,
            scope: Scope::$scope,
        }),+),+]
    };
}

/// The list, in order of feature.
pub const OPERATIONS: &[Operation] = operations! {
    Identity Everything:
        get_caller_identity = "sts:GetCallerIdentity",
        assume_role = "sts:AssumeRole";
    Logs LogGroups:
        filter_log_events = "logs:FilterLogEvents",
        start_live_tail = "logs:StartLiveTail";
    Logs Everything:
        describe_log_groups = "logs:DescribeLogGroups";
    Traces Everything:
        get_trace_segment_destination = "xray:GetTraceSegmentDestination",
        get_trace_summaries = "xray:GetTraceSummaries",
        batch_get_traces = "xray:BatchGetTraces",
        start_trace_retrieval = "xray:StartTraceRetrieval",
        list_retrieved_traces = "xray:ListRetrievedTraces";
    Discovery Everything:
        list_agent_runtimes = "bedrock-agentcore:ListAgentRuntimes",
        list_agent_runtime_endpoints = "bedrock-agentcore:ListAgentRuntimeEndpoints",
        list_gateways = "bedrock-agentcore:ListGateways",
        list_memories = "bedrock-agentcore:ListMemories",
        describe_delivery_sources = "logs:DescribeDeliverySources",
        describe_deliveries = "logs:DescribeDeliveries",
        describe_delivery_destinations = "logs:DescribeDeliveryDestinations";
    Discovery Gateways:
        list_gateway_targets = "bedrock-agentcore:ListGatewayTargets",
        get_gateway_target = "bedrock-agentcore:GetGatewayTarget";
    Doctor Runtimes:
        get_agent_runtime = "bedrock-agentcore:GetAgentRuntime";
    Doctor Gateways:
        get_gateway = "bedrock-agentcore:GetGateway";
    Doctor LogGroups:
        describe_log_streams = "logs:DescribeLogStreams";
    Doctor Everything:
        get_indexing_rules = "xray:GetIndexingRules",
        describe_resource_policies = "logs:DescribeResourcePolicies",
        simulate_principal_policy = "iam:SimulatePrincipalPolicy";
};

impl Feature {
    /// Every feature that a person can choose, in order. Who one is may be asked without any permission
    /// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>), and `sts:AssumeRole` is needed on
    /// the roles of `--account-role` only.
    pub const NAMED: &'static [Self] = &[Self::Logs, Self::Traces, Self::Discovery, Self::Doctor];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Logs => "logs",
            Self::Traces => "traces",
            Self::Discovery => "discovery",
            Self::Doctor => "doctor",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Identity => "Identity",
            Self::Logs => "Logs",
            Self::Traces => "Traces",
            Self::Discovery => "Discovery",
            Self::Doctor => "Doctor",
        }
    }

    /// Whether it calls an operation, be it listed under another feature.
    fn uses(self, operation: &Operation) -> bool {
        match self {
            _ if self == operation.feature => true,
            Self::Discovery => operation.method == "describe_log_groups",
            // Names are looked up in lists.
            Self::Doctor => {
                operation.method == "get_trace_segment_destination" || Self::Discovery.uses(operation)
            }
            Self::Identity | Self::Logs | Self::Traces => false,
        }
    }
}

impl Scope {
    const ALL: [Self; 4] = [Self::Everything, Self::LogGroups, Self::Runtimes, Self::Gateways];

    fn title(self) -> &'static str {
        match self {
            Self::Everything => "",
            Self::LogGroups => "OfLogGroups",
            Self::Runtimes => "OfRuntimes",
            Self::Gateways => "OfGateways",
        }
    }

    fn resources(self, log_groups: &[String]) -> Value {
        match self {
            Self::Everything => json!("*"),
            Self::LogGroups => {
                let known = ["/aws/bedrock-agentcore/*", "/aws/vendedlogs/bedrock-agentcore/*", "aws/spans"];
                let named = log_groups.iter().map(String::as_str);
                json!(known.into_iter().chain(named).map(log_group).collect::<Vec<_>>())
            }
            Self::Runtimes => json!("arn:*:bedrock-agentcore:*:*:runtime/*"),
            Self::Gateways => json!("arn:*:bedrock-agentcore:*:*:gateway/*"),
        }
    }
}

/// A policy holds in every partition: any part of an ARN but the service may be a wildcard,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>. Policies name log groups with `:*` at the end:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>.
fn log_group(name: &str) -> String {
    let name = name.trim_end_matches(":*");
    let end = if name.ends_with('*') { "" } else { ":*" };
    if name.starts_with("arn:") {
        format!("{name}{end}")
    } else {
        format!("arn:*:logs:*:*:log-group:{name}{end}")
    }
}

/// The smallest policy that allows `features`, or all of them when there are none; `log_groups` are read besides those
/// that AgentCore and X-Ray write.
pub fn policy(features: &[Feature], log_groups: &[String]) -> Value {
    let is_wanted =
        |operation: &&Operation| features.is_empty() || features.iter().any(|wanted| wanted.uses(operation));
    let mut statements = Vec::new();
    for feature in Feature::NAMED.iter().copied() {
        for scope in Scope::ALL {
            let actions: Vec<&str> = OPERATIONS
                .iter()
                .filter(|operation| (operation.feature, operation.scope) == (feature, scope))
                .filter(is_wanted)
                .map(|operation| operation.action)
                .collect();
            if !actions.is_empty() {
                let sid = format!("{}{}", feature.title(), scope.title());
                let resources = scope.resources(log_groups);
                statements
                    .push(json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}));
            }
        }
    }
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
            // These start a session, a query and a session of a role; they change nothing in the account.
            let starts = ["StartLiveTail", "StartTraceRetrieval", "AssumeRole"];
            assert!(reads.iter().any(|verb| name.starts_with(verb)) || starts.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_policy_holds_the_features_asked_for() {
        let policy = policy(&[Feature::Logs], &["/team/app".to_owned()]);
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 2);
        let of_groups = &statements[1];
        assert_eq!(of_groups["Action"][0], "logs:FilterLogEvents");
        assert_eq!(of_groups["Resource"][2], "arn:*:logs:*:*:log-group:aws/spans:*");
        assert_eq!(of_groups["Resource"][3], "arn:*:logs:*:*:log-group:/team/app:*");
    }

    #[test]
    fn every_operation_is_allowed_by_the_whole_policy_but_those_that_need_none() {
        let text = policy(&[], &[]).to_string();
        for operation in OPERATIONS.iter().filter(|operation| operation.feature != Feature::Identity) {
            assert!(text.contains(operation.action), "{}", operation.action);
        }
        assert!(!text.contains("sts:"));
    }
}
