//! Probes of a gateway: status, what it tells of errors, its logs, its targets.

use serde_json::json;

use super::account::newest_of;
use super::answers::{Answers, GatewayAnswers, GatewayFacts};
use super::{delivery, kinds, target};
use crate::model::{Health, Probe, Refusal, Resource, ResourceKind, shell_word};

const GET: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetGateway.html";

/// What the probes of one gateway share.
pub(super) struct Gate<'a> {
    pub(super) answers: &'a Answers,
    pub(super) one: &'a GatewayAnswers,
    pub(super) resource: Resource,
}

impl Gate<'_> {
    /// Values for the texts of rules.
    pub(super) fn values(&self) -> Vec<(&'static str, String)> {
        let mut values = self.answers.values();
        values.push(("gateway_id", self.one.id.clone()));
        if let Ok(GatewayFacts { role: Some(role), .. }) = &self.one.gateway {
            values.push(("role", super::role_name(role).to_owned()));
        }
        values
    }

    fn get_command(&self) -> String {
        format!(
            "aws bedrock-agentcore-control get-gateway --gateway-identifier {} --region {}",
            shell_word(&self.one.id),
            self.answers.region
        )
    }
}

pub(super) fn probes(answers: &Answers, one: &GatewayAnswers) -> Vec<Probe> {
    let resource = Resource { kind: ResourceKind::Gateway, id: one.id.clone(), name: one.name.clone() };
    let gate = Gate { answers, one, resource };
    let mut probes = match &one.gateway {
        Ok(facts) => vec![
            status(&gate, facts),
            exception_level(&gate, facts),
            delivery::gateway_logs(&gate, &facts.arn),
            delivery::gateway_traces(&gate, &facts.arn),
            logs(&gate),
        ],
        Err(call) if call.refusal == Refusal::NotFound => {
            return vec![
                Probe::new(&kinds::GATEWAY_STATUS)
                    .of(&gate.resource)
                    .stands(Health::Problem)
                    .seen(format!("There is no gateway {} in {}.", one.id, answers.region))
                    .because("It was deleted, or it is in another Region or account.")
                    .fix(
                        "See which there are.",
                        Some(format!("agentcore-triage discover --region {}", answers.region)),
                        GET,
                    ),
            ];
        }
        Err(call) => [
            &kinds::GATEWAY_STATUS,
            &kinds::EXCEPTION_LEVEL,
            &kinds::GATEWAY_DELIVERY,
            &kinds::GATEWAY_TRACES,
            &kinds::GATEWAY_LOGS,
        ]
        .map(|kind| Probe::new(kind).of(&gate.resource).without(call))
        .to_vec(),
    };
    probes.extend(target::probes(&gate));
    probes
}

fn status(gate: &Gate<'_>, facts: &GatewayFacts) -> Probe {
    let mut probe =
        Probe::new(&kinds::GATEWAY_STATUS).of(&gate.resource).seen(format!("It is {}.", facts.status));
    probe = facts.reasons.iter().fold(probe, |probe, reason| probe.seen(format!("Reason given: {reason}")));
    match facts.status.as_str() {
        "READY" => probe.stands(Health::Ok),
        "FAILED" | "UPDATE_UNSUCCESSFUL" => {
            probe = probe.stands(Health::Problem).fix("Read the reasons.", gate.get_command(), GET);
            let answer = json!({"gatewayArn": facts.arn, "gatewayId": gate.one.id, "status": facts.status, "statusReasons": facts.reasons});
            probe.answer = Some(answer.to_string());
            probe.values = gate.values();
            probe
        }
        "CREATING" | "UPDATING" | "DELETING" => probe
            .stands(Health::Warning)
            .because("A change is under way; calls may fail until it is over.")
            .fix("Look again in a minute.", gate.get_command(), GET),
        _ => probe.seen("This program does not know this status.").fix("Read it.", gate.get_command(), GET),
    }
}

fn exception_level(gate: &Gate<'_>, facts: &GatewayFacts) -> Probe {
    let probe = Probe::new(&kinds::EXCEPTION_LEVEL).of(&gate.resource);
    match facts.exception_level.as_deref() {
        Some("DEBUG") => probe
            .stands(Health::Ok)
            .seen("exceptionLevel is DEBUG: an answer names its error. Leave it out again for production."),
        Some(other) => probe.seen(format!("exceptionLevel is {other}, which this program does not know.")),
        None => probe
            .stands(Health::Warning)
            .seen("exceptionLevel is not set.")
            .because("For every failure of its own the Gateway tells its caller 'An internal error occurred. Please retry later.' In production that is meant so; then the reason is in its log alone (gateway-log-delivery).")
            .explained_by("gateway-internal-error-generic", gate.values())
            .steps(0, 3),
    }
}

fn logs(gate: &Gate<'_>) -> Probe {
    let mut probe = Probe::new(&kinds::GATEWAY_LOGS).of(&gate.resource);
    if let Err(call) = &gate.answers.deliveries {
        return probe.without(call);
    }
    if gate.one.groups.is_empty() {
        return probe
            .stands(Health::NotApplicable)
            .seen("None of its logs go to a log group of this account and Region (gateway-log-delivery).");
    }
    let mut worst = Health::Ok;
    for group in &gate.one.groups {
        match &group.newest {
            Err(call) => return probe.without(call),
            Ok(None) => {
                worst = Health::Problem;
                probe = probe
                    .seen(format!("There is no log group {}: what is delivered there is lost.", group.name));
            }
            Ok(Some(streams)) => {
                if super::account::newest(streams).is_none() {
                    worst = worst.min(Health::Warning);
                }
                probe = probe.seen(format!("{}: {}", group.name, newest_of(streams)));
            }
        }
    }
    let probe = probe.stands(worst);
    let Some(missing) = gate.one.groups.iter().find(|group| matches!(group.newest, Ok(None))) else {
        return if worst == Health::Ok {
            probe
        } else {
            probe.because("Nothing was delivered so far: the Gateway was not called since the delivery was set up, or the delivery does not work.")
        };
    };
    probe.because("The delivery names a log group that was deleted.").fix(
        "Make the group again.",
        Some(format!(
            "aws logs create-log-group --log-group-name {} --region {}",
            shell_word(&missing.name),
            gate.answers.region
        )),
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html",
    )
}
