//! Every probe in each of its standings, from plain data.

mod sample;

use std::collections::BTreeMap;

use super::answers::*;
use super::kinds::PROBES;
use super::{Answers, examine};
use crate::model::Health::{CannotTell, Ok as Well, Problem, Warning};
use crate::model::{Health, Probe};
use crate::source::aws::operations::{Feature, policy};
use sample::{at, decision, denied, healthy, missing, stream};

/// The probe `id` after `change`.
fn probe(id: &str, change: impl FnOnce(&mut Answers)) -> Probe {
    let mut answers = healthy();
    change(&mut answers);
    let mut probes = examine(&answers).into_iter().filter(|probe| probe.kind.id == id);
    probes.next().unwrap_or_else(|| panic!("no probe {id}"))
}

fn standing(id: &str, change: impl FnOnce(&mut Answers)) -> Health {
    probe(id, change).health
}

fn runtime(answers: &mut Answers) -> &mut RuntimeFacts {
    answers.runtimes[0].runtime.as_mut().unwrap()
}

fn set(name: &'static str, value: &'static str) -> impl FnOnce(&mut Answers) {
    move |answers| {
        runtime(answers).environment.insert(name.to_owned(), value.to_owned());
    }
}

fn gateway(answers: &mut Answers) -> &mut GatewayFacts {
    answers.gateways[0].gateway.as_mut().unwrap()
}

fn target(answers: &mut Answers) -> &mut TargetAnswers {
    &mut answers.gateways[0].targets.as_mut().unwrap()[0]
}

#[allow(clippy::unnecessary_wraps, reason = "an answer is what the tests put in place")]
fn destination(to: &'static str, status: &'static str) -> Answer<Destination> {
    Ok(Destination { destination: Some(to.to_owned()), status: Some(status.to_owned()) })
}

fn role(subject: RoleSubject, answer: Answer<Vec<Decision>>) -> impl FnOnce(&mut Answers) {
    move |answers| {
        let asked = &mut answers.runtimes[0].role;
        asked.retain(|(about, _)| *about != subject);
        asked.push((subject, answer));
    }
}

#[test]
fn a_healthy_account_has_nothing_to_mend() {
    let probes = examine(&healthy());
    let unwell: Vec<_> = probes
        .iter()
        .filter(|probe| !matches!(probe.health, Well | Health::NotApplicable))
        .map(|probe| (probe.kind.id, probe.health, &probe.evidence))
        .collect();
    assert!(unwell.is_empty(), "{unwell:?}");
    let asked: Vec<&str> = probes.iter().map(|probe| probe.kind.id).collect();
    let all: Vec<&str> = PROBES.iter().map(|kind| kind.id).collect();
    assert_eq!(asked, all, "every probe, in the order of the list");
}

#[test]
fn what_is_not_well_says_why_and_what_to_do() {
    let mut answers = healthy();
    answers.destination = destination("XRay", "ACTIVE");
    answers.policies = Ok(Vec::new());
    runtime(&mut answers).status = "UPDATE_FAILED".to_owned();
    answers.runtimes[0].groups[0].newest = Ok(None);
    gateway(&mut answers).exception_level = None;
    answers.deliveries = Ok(Deliveries::default());
    target(&mut answers).status = "FAILED".to_owned();
    for probe in examine(&answers) {
        if probe.health.level().is_some() {
            let is_explained = probe.cause.is_some() || probe.rule.is_some() || probe.answer.is_some();
            let has_fix = !probe.fixes.is_empty() || probe.rule.is_some();
            assert!(is_explained && has_fix && !probe.evidence.is_empty(), "{probe:?}");
        }
    }
}

/// Without an answer no probe that needs it is well, and each names the permission.
#[test]
fn what_cannot_be_read_is_never_ok() {
    type Cut = fn(&mut Answers);
    let cuts: [(&str, &[&str], Cut); 11] = [
        ("xray:GetTraceSegmentDestination", &["trace-destination"], |answers| {
            answers.destination = Err(denied("xray:GetTraceSegmentDestination"));
        }),
        ("xray:GetIndexingRules", &["trace-indexing"], |answers| {
            answers.indexing = Err(denied("xray:GetIndexingRules"));
        }),
        ("logs:DescribeLogStreams", &["spans-log-group", "live-tail-quota"], |answers| {
            answers.spans = Err(denied("logs:DescribeLogStreams"));
        }),
        (
            "logs:DescribeResourcePolicies",
            &["spans-policy", "application-signals-policy", "resource-policy-quota"],
            |answers| answers.policies = Err(denied("logs:DescribeResourcePolicies")),
        ),
        (
            "logs:DescribeDeliveries",
            &["gateway-log-delivery", "gateway-trace-delivery", "gateway-logs", "runtime-trace-delivery"],
            |answers| answers.deliveries = Err(denied("logs:DescribeDeliveries")),
        ),
        (
            "bedrock-agentcore:GetAgentRuntime",
            &[
                "runtime-status",
                "runtime-image",
                "runtime-environment",
                "runtime-role-logs",
                "runtime-role-traces",
                "runtime-role-identity",
                "runtime-role-span-stream",
                "runtime-trace-delivery",
            ],
            |answers| answers.runtimes[0].runtime = Err(denied("bedrock-agentcore:GetAgentRuntime")),
        ),
        ("bedrock-agentcore:ListAgentRuntimeEndpoints", &["runtime-endpoints"], |answers| {
            answers.runtimes[0].endpoints = Err(denied("bedrock-agentcore:ListAgentRuntimeEndpoints"));
        }),
        ("logs:DescribeLogStreams", &["runtime-logs", "runtime-otel-logs"], |answers| {
            answers.runtimes[0].groups[0].newest = Err(denied("logs:DescribeLogStreams"));
        }),
        (
            "bedrock-agentcore:GetGateway",
            &["gateway-status", "gateway-exception-level", "gateway-log-delivery", "gateway-logs"],
            |answers| answers.gateways[0].gateway = Err(denied("bedrock-agentcore:GetGateway")),
        ),
        ("bedrock-agentcore:ListGatewayTargets", &["target-status"], |answers| {
            answers.gateways[0].targets = Err(denied("bedrock-agentcore:ListGatewayTargets"));
        }),
        ("iam:SimulatePrincipalPolicy", &["target-role"], |answers| {
            target(answers).may_invoke = Some(Err(denied("iam:SimulatePrincipalPolicy")));
        }),
    ];
    for (action, ids, cut) in cuts {
        for id in ids {
            let probe = probe(id, cut);
            assert_eq!(probe.health, CannotTell, "{id}");
            assert_eq!(probe.unanswered[0].action, action, "{id}");
        }
    }
    for subject in [RoleSubject::Logs, RoleSubject::Traces, RoleSubject::Identity, RoleSubject::OwnSpans] {
        let mut answers = healthy();
        role(subject, Err(denied("iam:SimulatePrincipalPolicy")))(&mut answers);
        let count = examine(&answers).iter().filter(|probe| probe.health == CannotTell).count();
        assert_eq!(count, 1, "{subject:?}");
    }
}

#[test]
fn every_probe_that_asks_names_its_permissions() {
    for kind in PROBES {
        assert!(!kind.permissions.is_empty() && !kind.title.is_empty(), "{}", kind.id);
    }
    let mut ids: Vec<&str> = PROBES.iter().map(|kind| kind.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), PROBES.len());
}

#[test]
fn the_policy_for_the_doctor_allows_what_the_probes_need() {
    let policy = policy(&[Feature::Doctor], &[]);
    let statements = policy["Statement"].as_array().unwrap().iter();
    let allowed: Vec<&str> = statements
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .filter_map(serde_json::Value::as_str)
        // Whose credentials these are may be asked by everybody.
        .chain(["sts:GetCallerIdentity"])
        .collect();
    for kind in PROBES {
        for permission in kind.permissions {
            assert!(allowed.contains(permission), "{}: {permission}", kind.id);
        }
    }
}

/// `scripts/check-commands.py` holds the same lines against the AWS service models.
const CHECKED: &str = include_str!("../../../../scripts/doctor-commands.txt");

/// Changes that make every probe with a command of its own tell it.
fn amiss() -> Vec<fn(&mut Answers)> {
    vec![
        |_| {},
        |answers| {
            answers.policies = Ok(vec!["{".to_owned(); 9]);
            answers.indexing =
                Ok(vec![IndexingRule { name: "Default".to_owned(), desired: Some(0.0), actual: None }]);
            answers.deliveries = Ok(Deliveries::default());
            runtime(answers).status = "CREATE_FAILED".to_owned();
            runtime(answers).artifact = Artifact::Container("image".to_owned());
            answers.runtimes[0].endpoints.as_mut().unwrap()[0].live = None;
            set("DISABLE_ADOT_OBSERVABILITY", "true")(answers);
            gateway(answers).status = "FAILED".to_owned();
            answers.gateways[0].groups[0].newest = Ok(None);
            target(answers).status = "FAILED".to_owned();
        },
        |answers| runtime(answers).status = "UPDATING".to_owned(),
    ]
}

#[test]
fn every_command_is_one_that_the_service_models_were_asked_about() {
    let mut commands: Vec<String> = Vec::new();
    for change in amiss() {
        let mut answers = healthy();
        change(&mut answers);
        let fixes = examine(&answers).into_iter().flat_map(|probe| probe.fixes);
        commands.extend(fixes.filter_map(|step| step.command).filter(|command| command.starts_with("aws ")));
    }
    commands.sort_unstable();
    commands.dedup();
    assert_eq!(CHECKED.lines().collect::<Vec<_>>(), commands, "\n{}\n", commands.join("\n"));
}

#[test]
fn hostile_names_stay_one_word_of_a_command() {
    let hostile = "x'; touch /tmp/x; echo '\n";
    for change in amiss() {
        let mut answers = healthy();
        change(&mut answers);
        answers.runtimes[0].id = hostile.to_owned();
        answers.gateways[0].id = hostile.to_owned();
        target(&mut answers).id = hostile.to_owned();
        answers.caller = format!("arn:{hostile}:sts");
        for step in examine(&answers).into_iter().flat_map(|probe| probe.fixes) {
            let command = step.command.unwrap_or_default();
            let quoted = command.replace("'\\''", "");
            let outside: String = quoted.split('\'').step_by(2).collect();
            assert!(!outside.contains(['\n', ';']) && !command.contains('\n'), "{command}");
        }
    }
}

#[test]
fn discovery_says_what_was_left_out() {
    assert_eq!(standing("discovery", |answers| answers.left_out = 3), Warning);
    let probe = probe("discovery", |answers| {
        answers.unlisted = vec![denied("bedrock-agentcore:ListGateways")];
    });
    assert_eq!((probe.health, probe.unanswered.len()), (CannotTell, 1));
}

#[test]
fn the_destination_of_traces() {
    let of =
        |to, status| standing("trace-destination", |answers| answers.destination = destination(to, status));
    assert_eq!(of("CloudWatchLogs", "PENDING"), Warning);
    assert_eq!(of("XRay", "ACTIVE"), Problem);
    assert_eq!(of("Elsewhere", "ACTIVE"), CannotTell);
    let nothing = |answers: &mut Answers| answers.destination = Ok(Destination::default());
    assert_eq!(standing("trace-destination", nothing), CannotTell);
    let rule = probe("trace-destination", |answers| answers.destination = destination("XRay", "ACTIVE")).rule;
    assert_eq!(rule.as_deref(), Some("otel-trace-destination-not-cwl"));
}

#[test]
fn the_group_of_spans_is_missed_only_where_it_should_be() {
    let of = |answer: Answer<Destination>| {
        standing("spans-log-group", |answers| {
            answers.spans = Ok(None);
            answers.destination = answer;
        })
    };
    assert_eq!(of(destination("CloudWatchLogs", "ACTIVE")), Problem);
    assert_eq!(of(destination("XRay", "ACTIVE")), Health::NotApplicable);
    assert_eq!(of(Err(denied("xray:GetTraceSegmentDestination"))), CannotTell);
    assert_eq!(standing("spans-log-group", |answers| answers.spans = Ok(Some(Vec::new()))), Well);
}

#[test]
fn a_policy_is_missed_as_much_as_it_matters() {
    let bare = |answers: &mut Answers| {
        answers.policies = Ok(Vec::new());
        answers.spans = Ok(Some(vec![stream("default", Some("2026-11-01T00:00:00Z"))]));
    };
    for id in ["spans-policy", "application-signals-policy"] {
        assert_eq!(standing(id, bare), Problem, "{id}");
        let still_arriving = |answers: &mut Answers| answers.policies = Ok(Vec::new());
        assert_eq!(standing(id, still_arriving), Warning, "{id}: spans arrive");
        let before_the_switch = |answers: &mut Answers| {
            bare(answers);
            answers.destination = destination("XRay", "ACTIVE");
        };
        assert_eq!(standing(id, before_the_switch), Warning, "{id}: not switched yet");
        let broken = |answers: &mut Answers| answers.policies = Ok(vec!["{".to_owned()]);
        assert_eq!(standing(id, broken), CannotTell, "{id}: not readable");
        let deny = r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"logs:*","Resource":"*"}}"#;
        let denying = |answers: &mut Answers| answers.policies = Ok(vec![deny.to_owned()]);
        assert_eq!(standing(id, denying), Problem, "{id}: denied");
    }
    let elsewhere = |answers: &mut Answers| {
        answers.spans_policy = answers.policies.clone().map(|mut policies| policies.pop());
        answers.policies = Ok(Vec::new());
    };
    assert_eq!(standing("spans-policy", elsewhere), Well, "the group's own policy counts");
    let half_known = |answers: &mut Answers| {
        bare(answers);
        answers.spans_policy = Err(denied("logs:DescribeResourcePolicies"));
    };
    assert_eq!(standing("spans-policy", half_known), CannotTell);
}

#[test]
fn the_share_of_indexed_traces() {
    let of = |rules: Vec<IndexingRule>| standing("trace-indexing", |answers| answers.indexing = Ok(rules));
    let rule = |desired| IndexingRule { name: "Default".to_owned(), desired, actual: None };
    assert_eq!(of(vec![rule(Some(0.0))]), Warning);
    assert_eq!(of(vec![rule(Some(100.0))]), Well);
    assert_eq!(of(vec![rule(None)]), CannotTell);
    assert_eq!(of(Vec::new()), CannotTell);
    let to_xray = |answers: &mut Answers| answers.destination = destination("XRay", "ACTIVE");
    assert_eq!(standing("trace-indexing", to_xray), Health::NotApplicable);
}

#[test]
fn quotas() {
    let policies = |count| {
        standing("resource-policy-quota", move |answers: &mut Answers| {
            answers.policies = Ok(vec!["{}".to_owned(); count]);
        })
    };
    assert_eq!([policies(8), policies(9), policies(10)], [Well, Warning, Warning]);
    let groups = |count| {
        standing("live-tail-quota", move |answers: &mut Answers| {
            let group = answers.runtimes[0].groups[0].clone();
            answers.runtimes[0].groups = vec![group; count];
        })
    };
    assert_eq!([groups(100), groups(150)], [Well, Warning]);
    let none = |answers: &mut Answers| {
        answers.runtimes.clear();
        answers.gateways.clear();
        answers.spans = Ok(None);
    };
    assert_eq!(standing("live-tail-quota", none), Health::NotApplicable);
}

#[test]
fn the_status_of_a_runtime() {
    let of = |status: &'static str| {
        probe("runtime-status", move |answers: &mut Answers| runtime(answers).status = status.to_owned())
    };
    assert_eq!(of("UPDATING").health, Warning);
    assert_eq!(of("NEW_WORD").health, CannotTell);
    assert_eq!(of("DELETING").rule.as_deref(), Some("runtime-stuck-deleting"));
    let failed = probe("runtime-status", |answers| {
        runtime(answers).status = "CREATE_FAILED".to_owned();
        runtime(answers).failure = Some("Architecture incompatible for uri 'x'".to_owned());
    });
    assert_eq!(failed.health, Problem);
    assert!(failed.answer.unwrap().contains("\"failureReason\":\"Architecture incompatible"));
    let just_now = |answers: &mut Answers| {
        runtime(answers).status = "DELETING".to_owned();
        runtime(answers).updated = Some(at("2026-11-21T05:59:00Z"));
    };
    assert_eq!(standing("runtime-status", just_now), Warning);
}

#[test]
fn nothing_more_is_asked_about_what_is_not_there() {
    let mut answers = healthy();
    answers.runtimes[0].runtime = Err(missing("bedrock-agentcore:GetAgentRuntime"));
    answers.gateways[0].gateway = Err(missing("bedrock-agentcore:GetGateway"));
    let probes = examine(&answers);
    let of_resources: Vec<_> = probes.iter().filter(|probe| probe.resource.is_some()).collect();
    assert_eq!(of_resources.len(), 2);
    assert!(of_resources.iter().all(|probe| probe.health == Problem && probe.unanswered.is_empty()));
}

#[test]
fn endpoints_and_their_versions() {
    let of = |change: fn(&mut Vec<EndpointFacts>)| {
        standing("runtime-endpoints", |answers| change(answers.runtimes[0].endpoints.as_mut().unwrap()))
    };
    assert_eq!(of(|endpoints| endpoints[0].live = Some("6".to_owned())), Warning);
    assert_eq!(of(|endpoints| endpoints[0].status = "UPDATE_FAILED".to_owned()), Problem);
    assert_eq!(of(|endpoints| endpoints[0].status = "NEW_WORD".to_owned()), CannotTell);
    assert_eq!(of(Vec::clear), Warning);
    // Another endpoint stays with its version.
    let pinned = |endpoints: &mut Vec<EndpointFacts>| {
        endpoints[0].name = "prod".to_owned();
        endpoints[0].live = Some("3".to_owned());
        endpoints[0].target = None;
    };
    assert_eq!(of(pinned), Well);
}

#[test]
fn an_image_cannot_be_looked_into_from_here() {
    let image = |uri: &'static str| {
        probe("runtime-image", move |answers: &mut Answers| {
            runtime(answers).artifact = Artifact::Container(uri.to_owned());
        })
    };
    assert_eq!(image("x.dkr.ecr.us-east-1.amazonaws.com/a@sha256:0").health, CannotTell);
    let tagged = image("x.dkr.ecr.us-east-1.amazonaws.com/a:latest; rm -rf ~");
    assert_eq!((tagged.health, tagged.unanswered.len()), (CannotTell, 0));
    let command = tagged.fixes[0].command.clone().unwrap();
    assert!(command.ends_with("'x.dkr.ecr.us-east-1.amazonaws.com/a:latest; rm -rf ~'"), "{command}");
    let refused = |answers: &mut Answers| {
        runtime(answers).artifact = Artifact::Container("a".to_owned());
        runtime(answers).failure = Some("Architecture incompatible for uri 'a'".to_owned());
    };
    assert_eq!(standing("runtime-image", refused), Problem);
    assert_eq!(standing("runtime-image", |a| runtime(a).artifact = Artifact::Unknown), CannotTell);
}

#[test]
fn the_environment_of_a_runtime() {
    let id = "runtime-environment";
    assert_eq!(standing(id, set("DISABLE_ADOT_OBSERVABILITY", "true")), Problem);
    assert_eq!(standing(id, set("AGENT_OBSERVABILITY_ENABLED", "false")), Warning);
    assert_eq!(standing(id, set("AGENT_OBSERVABILITY_ENABLED", "true")), Well);
    let headers = "OTEL_EXPORTER_OTLP_LOGS_HEADERS";
    assert_eq!(standing(id, set(headers, "x-aws-log-group=a/b")), Problem);
    assert_eq!(standing(id, set(headers, "x-aws-log-group=a/b,x-aws-log-stream=c")), Warning);
    let own =
        "x-aws-log-group=/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT,x-aws-log-stream=c";
    assert_eq!(standing(id, set(headers, own)), Well);
    let secret = probe(id, set("API_KEY", "hunter2"));
    assert!(!format!("{secret:?}").contains("hunter2") && !format!("{secret:?}").contains("API_KEY"));
}

#[test]
fn what_a_role_may_not_do() {
    let denied = |subject, action| role(subject, Ok(vec![decision(action, "implicitDeny")]));
    let logs = probe("runtime-role-logs", denied(RoleSubject::Logs, "logs:PutLogEvents"));
    assert_eq!((logs.health, logs.rule.as_deref()), (Problem, Some("logs-put-log-events-denied")));
    assert!(logs.values.contains(&("role", "AgentRole".to_owned())));
    let group = probe("runtime-role-logs", denied(RoleSubject::Logs, "logs:CreateLogGroup"));
    assert_eq!(group.rule.as_deref(), Some("runtime-no-logs-at-all"));
    let traces = denied(RoleSubject::Traces, "xray:PutTraceSegments");
    assert_eq!(standing("runtime-role-traces", traces), Problem);
    let tokens = denied(RoleSubject::Identity, "bedrock-agentcore:GetWorkloadAccessToken");
    assert_eq!(standing("runtime-role-identity", tokens), Warning);
    let spans = denied(RoleSubject::OwnSpans, "logs:PutResourcePolicy");
    assert_eq!(standing("runtime-role-span-stream", spans), Warning);
}

#[test]
fn what_a_simulation_leaves_open_is_not_decided() {
    let mut open = decision("logs:PutLogEvents", "implicitDeny");
    open.missing = vec!["aws:SourceVpc".to_owned()];
    assert_eq!(standing("runtime-role-logs", role(RoleSubject::Logs, Ok(vec![open]))), CannotTell);
    assert_eq!(standing("runtime-role-logs", role(RoleSubject::Logs, Ok(Vec::new()))), CannotTell);
    assert_eq!(standing("runtime-role-logs", |answers| answers.runtimes[0].role.clear()), CannotTell);
}

#[test]
fn who_keeps_no_spans_of_its_own_needs_no_permission_for_them() {
    let id = "runtime-role-span-stream";
    let older = |answers: &mut Answers| runtime(answers).created = Some(at("2026-07-19T23:59:59Z"));
    assert_eq!(standing(id, older), Health::NotApplicable);
    assert_eq!(standing(id, set("UNIFIED_TRACES_DESTINATION_ENABLED", "false")), Health::NotApplicable);
    let switched = |answers: &mut Answers| {
        older(answers);
        set("UNIFIED_TRACES_DESTINATION_ENABLED", "true")(answers);
    };
    assert_eq!(standing(id, switched), Well);
}

#[test]
fn the_logs_of_a_runtime() {
    let group = |answers: &mut Answers| answers.runtimes[0].groups[0].newest = Ok(None);
    assert_eq!(standing("runtime-logs", group), Warning);
    assert_eq!(standing("runtime-otel-logs", group), Health::NotApplicable);
    let empty =
        |answers: &mut Answers| answers.runtimes[0].groups[0].newest = Ok(Some(vec![stream("a", None)]));
    assert_eq!(standing("runtime-logs", empty), Warning);
    let old = probe("runtime-logs", |answers| {
        answers.runtimes[0].groups[0].newest = Ok(Some(vec![stream("a", Some("2026-11-01T00:00:00Z"))]));
    });
    assert!(old.health == Well && old.evidence[1].contains("Nothing newer"), "{:?}", old.evidence);
    let silent = |answers: &mut Answers| answers.runtimes[0].groups[0].otel = Ok(None);
    assert_eq!(standing("runtime-otel-logs", silent), Warning);
    let unread = |answers: &mut Answers| {
        answers.runtimes[0].groups[0].otel = Err(denied("logs:DescribeLogStreams"));
    };
    assert_eq!(standing("runtime-otel-logs", unread), CannotTell);
}

#[test]
fn the_status_of_a_gateway_and_what_it_tells() {
    let of = |status: &'static str| {
        standing("gateway-status", move |answers: &mut Answers| gateway(answers).status = status.to_owned())
    };
    let all = ["READY", "FAILED", "UPDATE_UNSUCCESSFUL", "UPDATING", "NEW_WORD"].map(of);
    assert_eq!(all, [Well, Problem, Problem, Warning, CannotTell]);
    let level = |level: Option<&'static str>| {
        standing("gateway-exception-level", move |answers: &mut Answers| {
            gateway(answers).exception_level = level.map(str::to_owned);
        })
    };
    assert_eq!([level(None), level(Some("NEW_WORD"))], [Warning, CannotTell]);
}

#[test]
fn deliveries_of_a_gateway() {
    let of = |id: &str, change: fn(&mut Deliveries)| {
        probe(id, |answers: &mut Answers| change(answers.deliveries.as_mut().unwrap()))
    };
    let none = of("gateway-log-delivery", |deliveries| deliveries.sources.clear());
    assert_eq!((none.health, none.fixes.len()), (Problem, 4));
    let inactive = of("gateway-log-delivery", |deliveries| {
        deliveries.sources[0].status = Some("INACTIVE".to_owned());
        deliveries.sources[0].reason = Some("RESOURCE_DELETED".to_owned());
    });
    assert!(inactive.health == Problem && inactive.evidence[0].contains("RESOURCE_DELETED"));
    let cut = of("gateway-log-delivery", |deliveries| {
        deliveries.deliveries[0].fields = vec!["body".to_owned(), "event_timestamp".to_owned()];
    });
    assert_eq!(cut.health, Warning);
    let elsewhere = of("gateway-log-delivery", |deliveries| deliveries.deliveries[0].kind = "S3".to_owned());
    assert!(elsewhere.health == Well && elsewhere.evidence.iter().any(|text| text.contains("goes to S3")));
    let other = of("gateway-log-delivery", |deliveries| deliveries.sources[0].resource.push('0'));
    assert_eq!(other.health, Problem, "another resource whose id begins alike");
    for id in ["gateway-trace-delivery", "runtime-trace-delivery"] {
        let probe = of(id, |deliveries| deliveries.deliveries.clear());
        assert_eq!((probe.health, probe.fixes.len()), (Warning, 3), "{id}");
    }
}

#[test]
fn the_delivered_group_of_a_gateway() {
    let of = |answer: Answer<Option<Vec<Stream>>>| {
        standing("gateway-logs", |answers| answers.gateways[0].groups[0].newest = answer)
    };
    assert_eq!(of(Ok(None)), Problem);
    assert_eq!(of(Ok(Some(Vec::new()))), Warning);
    assert_eq!(of(Err(denied("logs:DescribeLogStreams"))), CannotTell);
    assert_eq!(standing("gateway-logs", |answers| answers.gateways[0].groups.clear()), Health::NotApplicable);
}

#[test]
fn the_status_of_a_target() {
    let of = |status: &'static str| {
        standing("target-status", move |answers: &mut Answers| target(answers).status = status.to_owned())
    };
    assert_eq!(of("FAILED"), Problem);
    assert_eq!(of("SYNCHRONIZE_UNSUCCESSFUL"), Problem);
    assert_eq!(of("CREATE_PENDING_AUTH"), Warning);
    assert_eq!(of("SYNCHRONIZING"), Warning);
    assert_eq!(of("NEW_WORD"), CannotTell);
    let none = |answers: &mut Answers| answers.gateways[0].targets = Ok(Vec::new());
    assert_eq!(standing("target-status", none), Warning);
    // What it failed of is not known, and that is said; that it failed is.
    let unread = probe("target-status", |answers| {
        target(answers).status = "FAILED".to_owned();
        target(answers).detail = Err(denied("bedrock-agentcore:GetGatewayTarget"));
    });
    assert_eq!((unread.health, unread.unanswered.len()), (Problem, 1));
}

#[test]
fn tools_that_are_older_than_the_runtime() {
    let id = "target-synchronised";
    let stale = probe(id, |answers| target(answers).synchronized = Some(at("2026-11-20T11:59:59Z")));
    assert_eq!((stale.health, stale.rule.as_deref()), (Warning, Some("gateway-target-schema-stale")));
    let facts = |change: fn(&mut TargetFacts)| {
        standing(id, |answers| change(target(answers).detail.as_mut().unwrap()))
    };
    assert_eq!(facts(|facts| facts.runtime = None), Health::NotApplicable);
    assert_eq!(facts(|facts| facts.has_static_tools = true), Health::NotApplicable);
    let dynamic = |answers: &mut Answers| target(answers).listing = Some("DYNAMIC".to_owned());
    assert_eq!(standing(id, dynamic), Health::NotApplicable);
    let http = |answers: &mut Answers| target(answers).kind = Some("AGENTCORE_RUNTIME".to_owned());
    assert_eq!(standing(id, http), Health::NotApplicable);
    let far = |answers: &mut Answers| target(answers).runtime_updated = Some(Ok(None));
    assert_eq!(standing(id, far), CannotTell);
    // A target that was never synchronised by itself has read its tools when it was made.
    let made = |updated: Option<&'static str>| {
        standing(id, move |answers: &mut Answers| {
            target(answers).synchronized = None;
            target(answers).updated = updated.map(at);
        })
    };
    let all = [made(Some("2026-11-20T13:00:00Z")), made(Some("2026-11-20T11:00:00Z")), made(None)];
    assert_eq!(all, [Well, Warning, CannotTell]);
}

#[test]
fn a_gateway_that_may_not_call_its_runtime() {
    let answer = |word: &'static str| {
        probe("target-role", move |answers: &mut Answers| {
            target(answers).may_invoke =
                Some(Ok(vec![decision("bedrock-agentcore:InvokeAgentRuntime", word)]));
        })
    };
    let denied = answer("implicitDeny");
    assert_eq!(denied.health, Problem);
    assert!(denied.values.contains(&("role", "GatewayRole".to_owned())));
    assert!(denied.values.contains(&("runtime", sample::RUNTIME_ARN.to_owned())));
    assert_eq!(answer("new word").health, CannotTell);
}

#[test]
fn an_account_without_resources_is_judged_alone() {
    let mut answers = healthy();
    answers.runtimes.clear();
    answers.gateways.clear();
    answers.deliveries = Ok(Deliveries { destinations: BTreeMap::new(), ..Deliveries::default() });
    assert!(examine(&answers).iter().all(|probe| probe.resource.is_none()));
}
