//! The report of a check-up: its three forms, the contract of the document, and hostile texts.

use std::fs;
use std::path::Path;

use agentcore_triage::model::{
    Checkup, Health, Probe, ProbeKind, Refusal, Resource, ResourceKind, Unanswered,
};
use agentcore_triage::report::{HealthDocument, HealthFormat, write_health};
use agentcore_triage::source::aws::doctor::PROBES;
use agentcore_triage::text::Door;

use crate::program::{run, triage};

fn kind(id: &str) -> &'static ProbeKind {
    PROBES.iter().find(|kind| kind.id == id).unwrap()
}

fn of(kind: ResourceKind, id: &str, name: &str) -> Resource {
    Resource { kind, id: id.to_owned(), name: Some(name.to_owned()) }
}

/// A probe of each standing.
fn checkup() -> Checkup {
    let runtime = of(ResourceKind::Runtime, "my_agent-a1b2c3d4e5", "my_agent");
    let target = of(ResourceKind::Target, "ABCDEFGHIJ", "tools");
    let denied = Unanswered {
        action: "iam:SimulatePrincipalPolicy".to_owned(),
        refusal: Refusal::Denied,
        reason: "iam:SimulatePrincipalPolicy is denied on arn:aws:iam::111122223333:role/AgentRole; ask for the permission (`agentcore-triage iam` prints the policy)".to_owned(),
    };
    let probes = vec![
        Probe::new(kind("identity")).stands(Health::Ok).seen("Account 111122223333 in us-east-1, as arn:aws:sts::111122223333:assumed-role/Admin/me."),
        Probe::new(kind("trace-destination"))
            .stands(Health::Problem)
            .seen("Destination XRay, status ACTIVE.")
            .because("The OTLP endpoint for traces accepts spans only when the destination is CloudWatch Logs.")
            .fix("Make CloudWatch Logs the destination.", "aws xray update-trace-segment-destination --destination CloudWatchLogs --region us-east-1".to_owned(), "https://docs.aws.amazon.com/xray/latest/api/API_UpdateTraceSegmentDestination.html")
            .explained_by("otel-trace-destination-not-cwl", Vec::new())
            .see("https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html"),
        Probe::new(kind("runtime-role-traces")).of(&runtime).seen("Role arn:aws:iam::111122223333:role/AgentRole.").without(&denied),
        Probe::new(kind("runtime-image")).of(&runtime).stands(Health::NotApplicable).seen("It runs code on PYTHON_3_12, which the service manages; there is no image."),
        Probe::new(kind("target-synchronised"))
            .of(&target)
            .stands(Health::Warning)
            .seen("The target was last synchronised at 2026-11-20T11:00:00.000Z, the runtime was updated at 2026-11-20T12:00:00.000Z.")
            .because("The Gateway keeps the tools that it read last.")
            .fix("Synchronise the target.", None, "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-MCPservers.html"),
    ];
    Checkup {
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        caller: "arn:aws:sts::111122223333:assumed-role/Admin/me".to_owned(),
        probes,
    }
}

fn written(format: HealthFormat, checkup: &Checkup) -> String {
    let document = HealthDocument::new(checkup, Door { redact: true }, "0.0.0");
    let mut out = Vec::new();
    write_health(format, &document, false, Some(100), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text() {
    insta::assert_snapshot!(written(HealthFormat::Text, &checkup()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(written(HealthFormat::Markdown, &checkup()));
}

#[test]
fn json() {
    insta::assert_snapshot!(written(HealthFormat::Json, &checkup()));
}

/// What is wrong with a document, by the schema of the contract.
fn mistakes(document: &str) -> Vec<String> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/doctor-1.schema.json");
    let schema = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let document = serde_json::from_str(document).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    schema.iter_errors(&document).map(|error| error.to_string()).collect()
}

#[test]
fn the_document_keeps_its_contract() {
    assert_eq!(mistakes(&written(HealthFormat::Json, &checkup())), Vec::<String>::new());
    let without = written(HealthFormat::Json, &checkup()).replace("\"verify\"", "\"verified\"");
    assert!(!mistakes(&without).is_empty(), "a contract that anything keeps is none");
}

#[test]
fn texts_of_the_service_pass_the_door() {
    let hostile = "\u{1b}[31mred\u{1b}[0m\u{7} | # x\nnext `tick` AKIAIOSFODNN7EXAMPLE \
                   aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let unanswered =
        Unanswered { action: hostile.to_owned(), refusal: Refusal::Failed, reason: hostile.to_owned() };
    let probe = Probe::new(kind("target-status"))
        .of(&of(ResourceKind::Target, hostile, hostile))
        .stands(Health::Problem)
        .seen(hostile)
        .because(hostile)
        .fix(hostile, hostile.to_owned(), hostile)
        .see(hostile)
        .lacks(&unanswered);
    let checkup = Checkup {
        account: hostile.to_owned(),
        region: hostile.to_owned(),
        caller: hostile.to_owned(),
        probes: vec![probe],
    };
    for format in [HealthFormat::Text, HealthFormat::Json, HealthFormat::Markdown] {
        let text = written(format, &checkup);
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{format:?}");
        assert!(
            !text.contains("wJalrXUtnFEMI") && !text.contains("AKIAIOSFODNN7EXAMPLE"),
            "{format:?}: {text}"
        );
    }
    assert_eq!(mistakes(&written(HealthFormat::Json, &checkup)), Vec::<String>::new());
}

#[test]
fn without_credentials_or_region_there_is_one_message_and_a_next_step() {
    let folder = crate::program::Folder::new();
    let mut command = triage();
    command.env("HOME", folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    let none: crate::program::Run = command.args(["doctor"]).output().unwrap().into();
    assert_eq!((none.code, none.stdout.as_str()), (3, ""));
    assert!(none.stderr.contains("--region") && none.stderr.lines().count() == 1, "{}", none.stderr);

    let mut command = triage();
    command.env("HOME", folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    let none: crate::program::Run =
        command.args(["doctor", "--region", "us-east-1"]).output().unwrap().into();
    assert_eq!((none.code, none.stdout.as_str()), (3, ""));
    assert!(none.stderr.contains("credentials") && none.stderr.lines().count() == 1, "{}", none.stderr);
}

#[test]
fn what_is_no_name_of_a_resource_is_told_at_once() {
    let wrong = run(["doctor", "--runtime", "arn:aws:s3:::bucket"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("runtime/ID"), "{}", wrong.stderr);
}
