//! The Gateway answers with its generic error within milliseconds and the runtime has no record of the call: what the
//! capture holds rules each step before the target in or out, and the rest says what would decide it.

use agentcore_triage::case::Snapshot;
use agentcore_triage::model::{Diagnosis, Hypothesis, Standing};

use crate::case::{OPTIONS, analyse, input};

const SILENT: &str = "gateway-silent-reject-no-runtime";

/// The example of the rule: a call of target `trail` fails after 7 ms, target `calc` works, the runtime's log goes on.
fn masked() -> String {
    let rule = OPTIONS.catalogue.rule(SILENT).expect("a built-in rule");
    let example = rule.examples.iter().find(|example| example.name == "match-executing.jsonl");
    String::from_utf8(example.expect("its example").capture().into_owned()).expect("UTF-8")
}

/// A row of the Gateway about the call that failed.
fn row(body: &str) -> String {
    format!(
        r#"{{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/trail-gateway-k7w2pd9xq4","event_timestamp":1795197300010,"body":{body},"account_id":"123456789012","request_id":"0a7c2f3e-5f0e-4a3c-9a51-7f3b1f0c2d11","trace_id":"6b008bfe9f6ffd2a9f28dfd335d05c1f","span_id":"4f1f8f0a7a1c2b3d"}}"#
    )
}

/// A span of the trace of the call that failed.
fn span(name: &str) -> String {
    format!(
        r#"{{"resource":{{"attributes":{{"cloud.region":"us-east-1","cloud.platform":"aws_bedrock_agentcore"}}}},"scope":{{"name":"aws.bedrock-agentcore"}},"traceId":"6b008bfe9f6ffd2a9f28dfd335d05c1f","spanId":"380b118695700001","parentSpanId":"4f1f8f0a7a1c2b3d","flags":256,"name":"{name}","kind":"CLIENT","startTimeUnixNano":1795197300012000000,"endTimeUnixNano":1795197300014000000,"durationNano":2000000,"attributes":{{}},"status":{{"code":"OK"}}}}"#
    )
}

/// Another call, of `tool`, that the Gateway answered.
fn answered(tool: &str) -> String {
    let rows = [
        format!(r#"{{"isError":false,"log":"Started processing request","requestBody":"{{id=8, jsonrpc=2.0, method=tools/call, params={{name={tool}, arguments={{}}}}}}","id":8}}"#),
        format!(r#"{{"isError":false,"log":"Executing tool {tool} from target ME2UI4BINR","id":8}}"#),
        r#"{"isError":false,"log":"Successfully processed request","responseBody":"{jsonrpc=2.0, id=8, result={isError=false, content=[]}}","id":8}"#.to_owned(),
    ];
    let of_other = |body: &String| {
        row(body)
            .replace("0a7c2f3e-5f0e-4a3c-9a51-7f3b1f0c2d11", "88bb0000-9b3c-4d7e-8f10-2a3b4c5d6e7f")
            .replace("6b008bfe9f6ffd2a9f28dfd335d05c1f", "6b008c6f11223344556677889900ccdd")
    };
    rows.iter().map(of_other).collect::<Vec<_>>().join("\n")
}

const NESTED: &str = r##"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"trail___lookup_events","inputSchema":{"type":"object","properties":{"query":{"$ref":"#/$defs/Query"}},"$defs":{"Query":{"type":"object"}}}}]}}"##;

fn judged(further: &[&str]) -> Snapshot {
    let capture = format!("{}{}\n", masked(), further.join("\n"));
    analyse(vec![input("capture.jsonl", capture)])
}

fn only(snapshot: &Snapshot) -> &Diagnosis {
    let [diagnosis] = &snapshot.diagnoses[..] else { panic!("{:#?}", snapshot.diagnoses) };
    diagnosis
}

fn hypothesis<'d>(diagnosis: &'d Diagnosis, rule: &str) -> &'d Hypothesis {
    let found = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == rule);
    found.unwrap_or_else(|| panic!("no {rule}: {:#?}", diagnosis.hypotheses))
}

#[test]
fn the_step_before_the_target_is_named_and_the_rest_is_open_with_its_commands() {
    let snapshot = judged(&[]);
    let diagnosis = only(&snapshot);
    assert_eq!(diagnosis.root_cause.as_deref(), Some(SILENT));
    assert_eq!(hypothesis(diagnosis, SILENT).standing, Standing::Likely);
    for (rule, command) in [
        (
            "gateway-param-type-mismatch",
            "aws logs filter-log-events --log-group-name /aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/trail-gateway-k7w2pd9xq4",
        ),
        (
            "gateway-policy-denied",
            "aws bedrock-agentcore-control get-gateway --gateway-identifier trail-gateway-k7w2pd9xq4 --region us-east-1",
        ),
        ("gateway-outbound-oauth-denied", "aws bedrock-agentcore-control get-oauth2-credential-provider"),
        (
            "gateway-target-schema-stale",
            "aws bedrock-agentcore-control get-gateway-target --gateway-identifier trail-gateway-k7w2pd9xq4",
        ),
    ] {
        let open = hypothesis(diagnosis, rule);
        assert_eq!(open.standing, Standing::CannotTell, "{rule}");
        assert!(open.commands.iter().any(|known| known.starts_with(command)), "{rule}: {:#?}", open.commands);
    }
    let packaging = &snapshot.rules[SILENT].not;
    assert!(packaging.iter().any(|advice| advice.advice.contains("pyproject.toml")));
}

#[test]
fn each_step_is_ruled_out_by_the_record_that_shows_it_passed() {
    let sibling = answered("trail___list_trails");
    let allowed =
        row(r#"{"isError":false,"log":"Policy evaluation completed","id":6,"policy":{"decision":"ALLOW"}}"#);
    let token = span("AgentCore.Identity.GetResourceOauth2Token");
    for (record, rule, why) in [
        (&allowed, "gateway-policy-denied", "ALLOW"),
        (&token, "gateway-outbound-oauth-denied", "token"),
        (&sibling, "gateway-target-not-authorized-runtime", "same target"),
        (&sibling, "gateway-role-not-assumable", "same Gateway"),
    ] {
        let snapshot = judged(&[record]);
        let excluded = hypothesis(only(&snapshot), rule);
        assert_eq!(excluded.standing, Standing::RuledOut, "{rule}: {excluded:#?}");
        assert!(excluded.against.iter().any(|reason| reason.contains(why)), "{excluded:#?}");
        assert!(excluded.missing.is_empty());
    }
}

#[test]
fn a_schema_that_the_gateway_cannot_hold_speaks_for_the_schema_step() {
    let snapshot = judged(&[NESTED]);
    let supports = &hypothesis(only(&snapshot), SILENT).supports;
    assert!(supports.iter().any(|reason| reason.contains("$ref")), "{supports:#?}");
}

#[test]
fn without_the_runtimes_log_nobody_can_tell_and_the_command_fetches_it() {
    let gateway: Vec<String> =
        masked().lines().filter(|line| line.contains("resource_arn")).map(str::to_owned).collect();
    let snapshot = analyse(vec![input("gateway.jsonl", gateway.join("\n"))]);
    let diagnosis = only(&snapshot);
    assert_eq!(diagnosis.root_cause, None);
    let silent = hypothesis(diagnosis, SILENT);
    assert_eq!(silent.standing, Standing::CannotTell);
    assert!(
        silent.missing.iter().any(|lack| lack.starts_with("no runtime log in this capture")),
        "{silent:#?}"
    );
    let fetch = "aws logs filter-log-events --log-group-name /aws/bedrock-agentcore/runtimes/RUNTIME_ID-DEFAULT \
                 --start-time 17951973";
    assert!(silent.commands.iter().any(|command| command.starts_with(fetch)), "{:#?}", silent.commands);
    assert!(diagnosis.missing.iter().any(|lack| lack.starts_with("No Runtime log in this capture")));
    assert!(
        diagnosis
            .hypotheses
            .iter()
            .all(|known| !known.missing.is_empty() || known.standing == Standing::RuledOut)
    );
}
