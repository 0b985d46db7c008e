//! Every probe: its id, what it is about, the permissions it needs, and the rules that tell of the same fault
//! where it shows in logs.

use crate::model::ProbeKind;

macro_rules! probes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, [$($permission:literal),*], [$($rule:literal),*];)+) => {
        $(
            $(#[$doc])*
            pub(super) static $name: ProbeKind =
                ProbeKind { id: $id, title: $title, permissions: &[$($permission),*], rules: &[$($rule),*] };
        )+
        /// Every probe, in the order in which they are told.
        pub static PROBES: &[&ProbeKind] = &[$(&$name),+];
    };
}

probes! {
    /// Whose account this is.
    IDENTITY = "identity",
        "Identity and Region",
        ["sts:GetCallerIdentity"], [];
    /// Whether the resources to look at are known.
    DISCOVERY = "discovery",
        "Runtimes and gateways looked at",
        ["bedrock-agentcore:ListAgentRuntimes", "bedrock-agentcore:ListGateways"], [];
    /// Transaction Search.
    TRACE_DESTINATION = "trace-destination",
        "Destination of traces",
        ["xray:GetTraceSegmentDestination"], ["otel-trace-destination-not-cwl"];
    /// The group of spans.
    SPANS_GROUP = "spans-log-group",
        "Log group aws/spans",
        ["logs:DescribeLogStreams"], ["otel-spans-log-group-missing"];
    /// The policy for that group.
    SPANS_POLICY = "spans-policy",
        "X-Ray's permission to write to aws/spans",
        ["logs:DescribeResourcePolicies"], ["otel-trace-destination-not-cwl"];
    /// The policy for Application Signals.
    SIGNALS_POLICY = "application-signals-policy",
        "X-Ray's permission to write to /aws/application-signals/data",
        ["logs:DescribeResourcePolicies"], ["otel-trace-destination-not-cwl"];
    /// What share of traces can be searched.
    INDEXING = "trace-indexing",
        "Share of traces that are indexed",
        ["xray:GetIndexingRules"], [];
    /// Room for another policy.
    POLICY_QUOTA = "resource-policy-quota",
        "Resource policies, against their quota",
        ["logs:DescribeResourcePolicies"], [];
    /// Room for Live Tail.
    LIVE_TAIL_QUOTA = "live-tail-quota",
        "Live Tail sessions, against their quota",
        ["logs:DescribeLogStreams"], [];
    /// Status of a runtime.
    RUNTIME_STATUS = "runtime-status",
        "Status and version",
        ["bedrock-agentcore:GetAgentRuntime"],
        ["runtime-arch-incompatible", "runtime-ecr-access-denied", "runtime-role-validation-failed", "runtime-stuck-deleting"];
    /// Versions that serve.
    ENDPOINTS = "runtime-endpoints",
        "Endpoints and their versions",
        ["bedrock-agentcore:ListAgentRuntimeEndpoints"], ["runtime-code-change-not-visible"];
    /// Architecture of the image.
    IMAGE = "runtime-image",
        "Architecture of the image",
        ["bedrock-agentcore:GetAgentRuntime"],
        ["runtime-arch-incompatible", "runtime-exec-format-error", "runtime-attestation-manifest"];
    /// Telemetry switches.
    ENVIRONMENT = "runtime-environment",
        "Environment variables for telemetry",
        ["bedrock-agentcore:GetAgentRuntime"],
        ["otel-config-missing-log-headers", "otel-log-group-missing"];
    /// Container output and log records.
    ROLE_LOGS = "runtime-role-logs",
        "Role: permission to write logs",
        ["bedrock-agentcore:GetAgentRuntime", "iam:SimulatePrincipalPolicy"],
        ["runtime-no-logs-at-all", "logs-put-log-events-denied"];
    /// Spans.
    ROLE_TRACES = "runtime-role-traces",
        "Role: permission to send spans",
        ["bedrock-agentcore:GetAgentRuntime", "iam:SimulatePrincipalPolicy"], ["otel-export-403"];
    /// Tokens.
    ROLE_IDENTITY = "runtime-role-identity",
        "Role: permission to fetch workload access tokens",
        ["bedrock-agentcore:GetAgentRuntime", "iam:SimulatePrincipalPolicy"], ["identity-token-vault-access-denied"];
    /// Spans in the runtime's own group.
    ROLE_SPANS = "runtime-role-span-stream",
        "Role: permission for a span stream of its own",
        ["bedrock-agentcore:GetAgentRuntime", "iam:SimulatePrincipalPolicy"], ["spans-in-own-log-group"];
    /// Log groups and streams.
    RUNTIME_LOGS = "runtime-logs",
        "Log groups and newest events",
        ["logs:DescribeLogStreams"], ["runtime-no-logs-at-all"];
    /// Log records.
    OTEL_LOGS = "runtime-otel-logs",
        "OpenTelemetry log records",
        ["logs:DescribeLogStreams"], ["otel-distro-missing", "otel-config-missing-log-headers", "spans-only-top-level"];
    /// Service spans.
    RUNTIME_TRACES = "runtime-trace-delivery",
        "Delivery of the service's own spans",
        ["logs:DescribeDeliverySources", "logs:DescribeDeliveries", "logs:DescribeDeliveryDestinations"], [];
    /// Status of a gateway.
    GATEWAY_STATUS = "gateway-status",
        "Status",
        ["bedrock-agentcore:GetGateway"], ["gateway-role-not-assumable"];
    /// How much errors say.
    EXCEPTION_LEVEL = "gateway-exception-level",
        "Exception level",
        ["bedrock-agentcore:GetGateway"], ["gateway-internal-error-generic"];
    /// Vended logs.
    GATEWAY_DELIVERY = "gateway-log-delivery",
        "Delivery of logs",
        ["logs:DescribeDeliverySources", "logs:DescribeDeliveries", "logs:DescribeDeliveryDestinations"], [];
    /// Vended spans.
    GATEWAY_TRACES = "gateway-trace-delivery",
        "Delivery of spans",
        ["logs:DescribeDeliverySources", "logs:DescribeDeliveries", "logs:DescribeDeliveryDestinations"], [];
    /// The delivered group.
    GATEWAY_LOGS = "gateway-logs",
        "Delivered log groups",
        ["logs:DescribeLogStreams"], [];
    /// Status of a target.
    TARGET_STATUS = "target-status",
        "Status",
        ["bedrock-agentcore:ListGatewayTargets", "bedrock-agentcore:GetGatewayTarget"],
        ["gateway-target-fetch-tools-failed", "gateway-target-not-authorized-runtime", "gateway-mcp-target-version-refused",
         "gateway-role-not-assumable", "gateway-empty-tools-list"];
    /// Tools against the runtime's version.
    TARGET_SYNC = "target-synchronised",
        "Tools, against the runtime's last update",
        ["bedrock-agentcore:ListGatewayTargets", "bedrock-agentcore:GetGatewayTarget", "bedrock-agentcore:GetAgentRuntime"],
        ["gateway-target-schema-stale"];
    /// Permission to call the runtime.
    TARGET_ROLE = "target-role",
        "Gateway's role: permission to invoke the runtime",
        ["bedrock-agentcore:GetGateway", "bedrock-agentcore:GetGatewayTarget", "iam:SimulatePrincipalPolicy"],
        ["gateway-target-not-authorized-runtime"];
}
