//! `doctor` against the wire protocols: a whole account, what is amiss in it, and calls that fail.

use serde_json::{Value, json};

use crate::live::stub::{ACCOUNT, Fault, Injection, Put, REGION, Stub, log_group_arn};
use crate::program::{Run, triage};

const RUNTIME: &str = "my_agent-a1b2c3d4e5";
const GATEWAY: &str = "my-gateway-k7w2pd9xq4";
const GROUP: &str = "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT";
const DELIVERED: &str = "/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/my-gateway-k7w2pd9xq4";

fn delivery(stub: &Stub, arn: &str, log_type: &str, kind: &str, to: Option<&str>) {
    stub.with(|world| {
        let name = format!("{log_type}-{}", arn.rsplit('/').next().unwrap());
        let destination = format!("arn:aws:logs:{REGION}:{ACCOUNT}:delivery-destination:{name}");
        let mut add = |list, entry: Value| world.lists.entry(list).or_default().push(entry);
        add("deliverySources", json!({"name": name, "resourceArns": [arn], "logType": log_type}));
        add(
            "deliveries",
            json!({"id": name, "deliverySourceName": name, "deliveryDestinationArn": destination, "deliveryDestinationType": kind}),
        );
        let behind = to.map(|group| json!({"destinationResourceArn": log_group_arn(group)}));
        add(
            "deliveryDestinations",
            json!({"name": name, "arn": destination, "deliveryDestinationType": kind, "deliveryDestinationConfiguration": behind}),
        );
    });
}

/// An account in which all is well: a runtime behind a gateway.
fn healthy() -> Stub {
    let stub = Stub::start();
    let (runtime, gateway) = stub.with(|world| {
        let runtime = world.resources.runtime(RUNTIME);
        let gateway = world.resources.gateway(GATEWAY);
        let encoded = runtime.replace(':', "%3A").replace('/', "%2F");
        let endpoint = format!(
            "https://bedrock-agentcore.{REGION}.amazonaws.com/runtimes/{encoded}/invocations?qualifier=DEFAULT"
        );
        let configuration = json!({"mcp": {"mcpServer": {"endpoint": endpoint}}});
        world.resources.target(GATEWAY, "ABCDEFGHIJ", "tools", "MCP_SERVER", &configuration);
        world.resources.change(
            &format!("runtimes/{RUNTIME}"),
            &json!({"agentRuntimeArtifact": {"codeConfiguration": {
                "code": {"s3": {"bucket": "b", "prefix": "p"}}, "runtime": "PYTHON_3_12", "entryPoint": ["main.py"],
            }}}),
        );
        "CloudWatchLogs".clone_into(&mut world.traces.destination);
        let statement = json!({
            "Effect": "Allow",
            "Principal": {"Service": "xray.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": [
                format!("{}:*", log_group_arn("aws/spans")),
                format!("{}:*", log_group_arn("/aws/application-signals/data")),
            ],
        });
        let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let policy = json!({"policyName": "TransactionSearchXRayAccess", "policyDocument": document});
        world.lists.entry("resourcePolicies").or_default().push(policy);
        (runtime, gateway)
    });
    delivery(&stub, &gateway, "APPLICATION_LOGS", "CWL", Some(DELIVERED));
    delivery(&stub, &gateway, "TRACES", "XRAY", None);
    delivery(&stub, &runtime, "TRACES", "XRAY", None);
    let now = crate::live::millis();
    let event = |stream: &str| Put::new(stream, now, "x");
    stub.put(GROUP, [event("2026/11/21/[runtime-logs]a"), event("otel-rt-logs"), event("spans")]);
    stub.put(DELIVERED, [event("BedrockAgentCoreGateway_ApplicationLogs")]);
    stub.put("aws/spans", [event("default")]);
    stub
}

fn doctor(stub: &Stub, arguments: &[&str]) -> Run {
    let mut command = triage();
    command
        .env("AWS_ENDPOINT_URL", stub.url())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command.arg("doctor").args(arguments).output().unwrap().into()
}

fn document(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

/// `id standing` of every probe that stands so.
fn standing(document: &Value, wanted: &[&str]) -> Vec<String> {
    let probes = document["probes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    probes
        .map(|probe| (text(&probe["id"]), text(&probe["standing"])))
        .filter(|(_, standing)| wanted.contains(&standing.as_str()))
        .map(|(id, standing)| format!("{id} {standing}"))
        .collect()
}

const UNWELL: &[&str] = &["problem", "warning", "cannot-tell"];

fn probe<'d>(document: &'d Value, id: &str) -> &'d Value {
    document["probes"].as_array().unwrap().iter().find(|probe| probe["id"] == id).unwrap()
}

#[test]
fn an_account_in_order_passes() {
    let stub = healthy();
    let run = doctor(&stub, &["--format", "json", "--fail-on", "info"]);
    let document = document(&run);
    assert_eq!(standing(&document, UNWELL), Vec::<String>::new(), "{}", run.stdout);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(document["account"]["id"], ACCOUNT);
    let text = doctor(&stub, &["--runtime", "my_agent"]);
    assert!(text.stdout.contains("Gateway my-gateway comes along"), "{}", text.stdout);
}

#[test]
fn what_is_amiss_is_found_with_the_words_of_its_rule() {
    let stub = healthy();
    stub.with(|world| {
        "XRay".clone_into(&mut world.traces.destination);
        let runtime = format!("runtimes/{RUNTIME}");
        world.resources.change(&runtime, &json!({"lastUpdatedAt": "2026-02-01T00:00:00Z"}));
        let target = format!("gateways/{GATEWAY}/targets/ABCDEFGHIJ");
        let reason = "Failed to connect and fetch tools from the provided MCP target server. Error - Runtime initialization time exceeded.";
        world.resources.change(&target, &json!({"status": "FAILED", "statusReasons": [reason]}));
        world.resources.change(&format!("gateways/{GATEWAY}"), &json!({"exceptionLevel": null}));
        world.identity.denied = vec!["xray:PutTraceSegments".to_owned()];
    });
    let run = doctor(&stub, &["--format", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    let document = document(&run);
    assert_eq!(
        standing(&document, UNWELL),
        [
            "trace-destination problem",
            "runtime-role-traces problem",
            "gateway-exception-level warning",
            "target-status problem",
            "target-synchronised warning",
        ]
    );
    let command = |id: &str, step: usize| probe(&document, id)["fix"][step]["command"].as_str().unwrap();
    assert_eq!(
        command("trace-destination", 1),
        "aws xray update-trace-segment-destination --destination CloudWatchLogs --region us-east-1"
    );
    let target = probe(&document, "target-status");
    assert_eq!(target["rule"], "gateway-target-fetch-tools-failed");
    assert!(command("target-status", 2).contains(GATEWAY), "{target}");
    assert_eq!(doctor(&stub, &["--fail-on", "never"]).code, 0);
}

#[test]
fn a_permission_that_is_missing_is_told_and_nothing_is_called_ok() {
    let stub = healthy();
    for operation in ["SimulatePrincipalPolicy", "DescribeResourcePolicies", "GetGateway"] {
        stub.inject(Injection::new(operation, Fault::Denied).always());
    }
    let run = doctor(&stub, &["--format", "json"]);
    assert_eq!(run.code, 3);
    let document = document(&run);
    assert_eq!(document["summary"]["partial"], true);
    for (id, action) in [
        ("spans-policy", "logs:DescribeResourcePolicies"),
        ("resource-policy-quota", "logs:DescribeResourcePolicies"),
        ("runtime-role-logs", "iam:SimulatePrincipalPolicy"),
        ("gateway-exception-level", "bedrock-agentcore:GetGateway"),
    ] {
        let probe = probe(&document, id);
        assert_eq!(
            (&probe["standing"], &probe["unanswered"][0]["action"]),
            (&json!("cannot-tell"), &json!(action))
        );
        assert_eq!(probe["unanswered"][0]["refusal"], "denied");
    }
    assert_eq!(probe(&document, "runtime-status")["standing"], "ok");
}

#[test]
fn an_empty_account_is_no_fault() {
    let stub = Stub::start();
    stub.with(|world| "CloudWatchLogs".clone_into(&mut world.traces.destination));
    let run = doctor(&stub, &["--format", "json"]);
    let document = document(&run);
    assert_eq!(run.code, 1);
    assert_eq!(
        standing(&document, &["problem"]),
        ["spans-log-group problem", "spans-policy problem", "application-signals-policy problem"]
    );
    assert!(document["probes"].as_array().unwrap().iter().all(|probe| probe["resource"].is_null()));
}

#[test]
fn secrets_and_escapes_of_the_service_do_not_come_out() {
    let stub = healthy();
    stub.with(|world| {
        let reason = "\u{1b}[31mfailed\u{1b}[0m with AKIAIOSFODNN7EXAMPLE\r\nnext";
        let change = json!({
            "status": "UPDATE_FAILED",
            "failureReason": reason,
            "environmentVariables": {"API_KEY": "hunter2-hunter2", "OTEL_EXPORTER_OTLP_HEADERS": "key=hunter2-hunter2"},
        });
        world.resources.change(&format!("runtimes/{RUNTIME}"), &change);
    });
    for format in ["text", "json", "markdown"] {
        let run = doctor(&stub, &["--format", format]);
        assert_eq!(run.code, 1);
        let leaks = ["\u{1b}", "AKIAIOSFODNN7EXAMPLE", "hunter2"].map(|secret| run.stdout.contains(secret));
        assert_eq!(leaks, [false; 3], "{}", run.stdout);
    }
}

#[test]
fn a_name_that_means_nothing_is_a_mistake_and_a_dead_end_is_none() {
    let stub = healthy();
    let unknown = doctor(&stub, &["--runtime", "my_agnet"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("did you mean my_agent"), "{}", unknown.stderr);
    stub.inject(Injection::new("GetCallerIdentity", Fault::Expired).always());
    let expired = doctor(&stub, &[]);
    assert_eq!((expired.code, expired.stdout.as_str()), (3, ""));
    assert!(
        expired.stderr.contains("log in again") && expired.stderr.lines().count() == 1,
        "{}",
        expired.stderr
    );
}

/// The program asks for nothing but what its list of operations holds.
#[test]
fn only_listed_operations_are_called() {
    let stub = healthy();
    assert_eq!(doctor(&stub, &[]).code, 0);
    let known: Vec<&str> = agentcore_triage::source::aws::operations::OPERATIONS
        .iter()
        .map(|operation| operation.action)
        .collect();
    stub.with(|world| {
        for action in world.counts.keys() {
            assert!(known.contains(&action.as_str()), "{action}");
        }
        assert!(world.count("iam:SimulatePrincipalPolicy") > 0);
    });
}
