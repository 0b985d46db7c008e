//! Answers of an account in which everything is well: one runtime behind one gateway.

use std::collections::BTreeMap;

use crate::model::{Refusal, Timestamp, Unanswered};
use crate::source::aws::doctor::answers::*;

pub(super) const RUNTIME: &str = "my_agent-a1b2c3d4e5";
pub(super) const GATEWAY: &str = "my-gateway-k7w2pd9xq4";
pub(super) const GATEWAY_ARN: &str =
    "arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/my-gateway-k7w2pd9xq4";
pub(super) const RUNTIME_ARN: &str =
    "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/my_agent-a1b2c3d4e5";

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn denied(action: &str) -> Unanswered {
    Unanswered {
        action: action.to_owned(),
        refusal: Refusal::Denied,
        reason: format!("{action} is denied on it"),
    }
}

pub(super) fn missing(action: &str) -> Unanswered {
    Unanswered { refusal: Refusal::NotFound, ..denied(action) }
}

pub(super) fn stream(name: &str, newest: Option<&str>) -> Stream {
    Stream { name: name.to_owned(), newest: newest.map(at) }
}

fn policy() -> String {
    serde_json::json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": [
            "arn:aws:logs:us-east-1:111122223333:log-group:aws/spans:*",
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/application-signals/data:*"
        ],
        "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    }]})
    .to_string()
}

fn delivery(id: &str, log_type: &str, kind: &str) -> Delivery {
    Delivery {
        source: format!("{id}-{log_type}"),
        kind: kind.to_owned(),
        destination: format!("{id}-{log_type}-to"),
        fields: Vec::new(),
    }
}

fn source(id: &str, arn: &str, log_type: &str) -> DeliverySource {
    DeliverySource {
        name: format!("{id}-{log_type}"),
        resource: arn.to_owned(),
        log_type: log_type.to_owned(),
        status: None,
        reason: None,
    }
}

fn deliveries() -> Deliveries {
    let group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/bedrock-agentcore/gateway/x:*";
    Deliveries {
        sources: vec![
            source(GATEWAY, GATEWAY_ARN, "APPLICATION_LOGS"),
            source(GATEWAY, GATEWAY_ARN, "TRACES"),
            source(RUNTIME, RUNTIME_ARN, "TRACES"),
        ],
        deliveries: vec![
            delivery(GATEWAY, "APPLICATION_LOGS", "CWL"),
            delivery(GATEWAY, "TRACES", "XRAY"),
            delivery(RUNTIME, "TRACES", "XRAY"),
        ],
        destinations: BTreeMap::from([(format!("{GATEWAY}-APPLICATION_LOGS-to"), group.to_owned())]),
    }
}

pub(super) fn decision(action: &str, decision: &str) -> Decision {
    Decision { action: action.to_owned(), resource: None, decision: decision.to_owned(), missing: Vec::new() }
}

fn group(name: &str) -> GroupAnswers {
    GroupAnswers {
        name: name.to_owned(),
        newest: Ok(Some(vec![stream("2026/11/21/[runtime-logs]x", Some("2026-11-21T05:00:00Z"))])),
        otel: Ok(Some(stream("otel-rt-logs", Some("2026-11-21T05:00:01Z")))),
        spans: Ok(Some(stream("spans", Some("2026-11-21T05:00:02Z")))),
    }
}

fn runtime() -> RuntimeAnswers {
    let role = |subject, action| (subject, Ok(vec![decision(action, "allowed")]));
    RuntimeAnswers {
        id: RUNTIME.to_owned(),
        name: Some("my_agent".to_owned()),
        runtime: Ok(RuntimeFacts {
            name: "my_agent".to_owned(),
            arn: RUNTIME_ARN.to_owned(),
            version: "7".to_owned(),
            status: "READY".to_owned(),
            failure: None,
            created: Some(at("2026-09-01T00:00:00Z")),
            updated: Some(at("2026-11-20T12:00:00Z")),
            role: "arn:aws:iam::111122223333:role/service-role/AgentRole".to_owned(),
            artifact: Artifact::Code("PYTHON_3_12".to_owned()),
            environment: BTreeMap::new(),
            workload_identity: None,
        }),
        endpoints: Ok(vec![EndpointFacts {
            name: "DEFAULT".to_owned(),
            status: "READY".to_owned(),
            live: Some("7".to_owned()),
            target: Some("7".to_owned()),
        }]),
        groups: vec![group("/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT")],
        role: vec![
            role(RoleSubject::Logs, "logs:PutLogEvents"),
            role(RoleSubject::Traces, "xray:PutTraceSegments"),
            role(RoleSubject::Identity, "bedrock-agentcore:GetWorkloadAccessToken"),
            role(RoleSubject::OwnSpans, "logs:PutResourcePolicy"),
        ],
    }
}

fn gateway() -> GatewayAnswers {
    GatewayAnswers {
        id: GATEWAY.to_owned(),
        name: Some("my-gateway".to_owned()),
        gateway: Ok(GatewayFacts {
            name: "my-gateway".to_owned(),
            arn: GATEWAY_ARN.to_owned(),
            status: "READY".to_owned(),
            reasons: Vec::new(),
            role: Some("arn:aws:iam::111122223333:role/GatewayRole".to_owned()),
            exception_level: Some("DEBUG".to_owned()),
        }),
        targets: Ok(vec![TargetAnswers {
            id: "ABCDEFGHIJ".to_owned(),
            name: "tools".to_owned(),
            status: "READY".to_owned(),
            kind: Some("MCP_SERVER".to_owned()),
            listing: Some("DEFAULT".to_owned()),
            synchronized: Some(at("2026-11-20T12:05:00Z")),
            updated: Some(at("2026-09-01T00:00:00Z")),
            detail: Ok(TargetFacts {
                reasons: Vec::new(),
                runtime: Some(RUNTIME_ARN.to_owned()),
                has_static_tools: false,
                credentials: vec!["GATEWAY_IAM_ROLE".to_owned()],
            }),
            runtime_updated: Some(Ok(Some(at("2026-11-20T12:00:00Z")))),
            may_invoke: Some(Ok(vec![decision("bedrock-agentcore:InvokeAgentRuntime", "allowed")])),
        }]),
        groups: vec![GroupAnswers { otel: Ok(None), spans: Ok(None), ..group("/aws/vendedlogs/x") }],
    }
}

pub(super) fn healthy() -> Answers {
    Answers {
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        caller: "arn:aws:sts::111122223333:assumed-role/Admin/me".to_owned(),
        asked: at("2026-11-21T06:00:00Z"),
        destination: Ok(Destination {
            destination: Some("CloudWatchLogs".to_owned()),
            status: Some("ACTIVE".to_owned()),
        }),
        indexing: Ok(vec![IndexingRule {
            name: "Default".to_owned(),
            desired: Some(1.0),
            actual: Some(1.0),
        }]),
        spans: Ok(Some(vec![stream("default", Some("2026-11-21T05:30:00Z"))])),
        policies: Ok(vec![policy()]),
        spans_policy: Ok(None),
        deliveries: Ok(deliveries()),
        runtimes: vec![runtime()],
        gateways: vec![gateway()],
        neighbours: Vec::new(),
        unlisted: Vec::new(),
        left_out: 0,
    }
}
