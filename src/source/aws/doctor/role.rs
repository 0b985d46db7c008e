//! Probes of an execution role: what IAM's simulation says it may do.
//!
//! The permissions are those of the documented execution role:
//! <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html>.

use super::answers::{Answer, Decision, RoleSubject, RuntimeFacts};
use super::kinds;
use super::runtime::Look;
use crate::model::{Health, Probe, ProbeKind, Timestamp};

/// Where IAM says what a simulation covers.
const SIMULATION: &str =
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html";
const PERMISSIONS: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html";
const CONFIGURE: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html";

/// Agents made from this day on keep spans in a stream of their own group: 2026-07-20, see [`CONFIGURE`].
const OWN_SPANS_SINCE: Timestamp = Timestamp(1_784_505_600_000_000_000);

/// What a simulation found.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// What is denied, whatever the circumstances.
    pub(super) denied: Vec<&'a Decision>,
    /// What depends on something that the simulation did not know.
    pub(super) unclear: Vec<&'a Decision>,
    /// What is allowed.
    pub(super) allowed: Vec<&'a Decision>,
}

/// Sorts decisions.
pub(super) fn sort(decisions: &[Decision]) -> Found<'_> {
    let mut found = Found { denied: Vec::new(), unclear: Vec::new(), allowed: Vec::new() };
    for decision in decisions {
        match decision.decision.as_str() {
            "allowed" => found.allowed.push(decision),
            // A condition on a key without a value decides nothing.
            "implicitDeny" | "explicitDeny" if decision.missing.is_empty() => found.denied.push(decision),
            _ => found.unclear.push(decision),
        }
    }
    found
}

/// Tells what was found as evidence.
pub(super) fn told(probe: Probe, found: &Found<'_>) -> Probe {
    let mut probe = probe;
    if !found.allowed.is_empty() {
        let actions: Vec<&str> = found.allowed.iter().map(|decision| decision.action.as_str()).collect();
        probe = probe.seen(format!("Allowed: {}.", actions.join(", ")));
    }
    for decision in &found.denied {
        let resource = decision.resource.as_deref().unwrap_or("*");
        probe = probe.seen(format!("Denied: {} on {resource} ({}).", decision.action, decision.decision));
    }
    for decision in &found.unclear {
        let on = match decision.missing.as_slice() {
            [] => format!("the answer '{}', which this program does not know", decision.decision),
            keys => format!("the condition keys {}", keys.join(", ")),
        };
        probe = probe.seen(format!("Not decided: {} depends on {on}.", decision.action));
    }
    probe
}

pub(super) fn probes(look: &Look<'_>) -> Vec<Probe> {
    let subjects: [(RoleSubject, &'static ProbeKind); 4] = [
        (RoleSubject::Logs, &kinds::ROLE_LOGS),
        (RoleSubject::Traces, &kinds::ROLE_TRACES),
        (RoleSubject::Identity, &kinds::ROLE_IDENTITY),
        (RoleSubject::OwnSpans, &kinds::ROLE_SPANS),
    ];
    subjects.into_iter().map(|(subject, kind)| probe(look, subject, kind)).collect()
}

fn probe(look: &Look<'_>, subject: RoleSubject, kind: &'static ProbeKind) -> Probe {
    let probe = Probe::new(kind).of(&look.resource);
    let facts = match &look.one.runtime {
        Ok(facts) => facts,
        Err(call) => return probe.without(call),
    };
    if subject == RoleSubject::OwnSpans
        && let Some(why) = keeps_no_own_spans(facts)
    {
        return probe.stands(Health::NotApplicable).seen(why);
    }
    let probe = probe.seen(format!("Role {}.", facts.role));
    let asked = look.one.role.iter().find(|(about, _)| *about == subject);
    let Some((_, answer)) = asked else {
        return probe.seen("IAM was not asked.");
    };
    let found = match decided(answer) {
        Ok(found) => found,
        Err(call) => return probe.without(call).see(SIMULATION),
    };
    let probe = told(probe, &found);
    if found.denied.is_empty() {
        let is_whole = found.unclear.is_empty() && !found.allowed.is_empty();
        return if is_whole { probe.stands(Health::Ok) } else { probe.see(SIMULATION) };
    }
    denied(look, probe, subject, &found)
}

fn decided(answer: &Answer<Vec<Decision>>) -> Result<Found<'_>, &crate::model::Unanswered> {
    answer.as_ref().map(|decisions| sort(decisions))
}

/// Why a runtime needs no permission for a span stream of its own; `None` when it does.
fn keeps_no_own_spans(facts: &RuntimeFacts) -> Option<String> {
    let switch = facts
        .environment
        .get("UNIFIED_TRACES_DESTINATION_ENABLED")
        .map(|value| value.trim().to_ascii_lowercase());
    match switch.as_deref() {
        Some("true") => None,
        Some("false") => {
            Some("UNIFIED_TRACES_DESTINATION_ENABLED=false: its spans go to aws/spans.".to_owned())
        }
        _ => facts
            .created
            .filter(|created| *created < OWN_SPANS_SINCE)
            .map(|created| format!("It was made at {created}, before agents kept their own spans.")),
    }
}

fn denied(look: &Look<'_>, probe: Probe, subject: RoleSubject, found: &Found<'_>) -> Probe {
    let lacks =
        |action: &str| found.denied.iter().find(|decision| decision.action.eq_ignore_ascii_case(action));
    let mut values = look.values();
    match subject {
        RoleSubject::Logs => {
            let probe = probe.stands(Health::Problem).see(PERMISSIONS);
            if lacks("logs:PutLogEvents").is_none() {
                return probe.explained_by("runtime-no-logs-at-all", values).steps(2, 1).because(
                    "The group or the stream cannot be made, or cannot be found: nothing that the container writes arrives.",
                );
            }
            values.push(("log_region", look.answers.region.clone()));
            values.push(("log_account", look.answers.account.clone()));
            values.extend(look.one.groups.first().map(|group| ("group", group.name.clone())));
            probe.explained_by("logs-put-log-events-denied", values).steps(1, 2)
        }
        RoleSubject::Traces => probe
            .stands(Health::Problem)
            .because("What the container sends to X-Ray is refused: its spans are lost.")
            .explained_by("otel-export-403", values)
            .steps(1, 2),
        RoleSubject::Identity => probe
            .stands(Health::Warning)
            .because("An agent that fetches tokens from AgentCore Identity is refused. One that fetches none needs no such permission.")
            .explained_by("identity-token-vault-access-denied", values)
            .steps(0, 1),
        RoleSubject::OwnSpans => probe
            .stands(Health::Warning)
            .explained_by("spans-in-own-log-group", values)
            .see(CONFIGURE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(decision: &str, missing: &[&str]) -> Decision {
        Decision {
            action: "a:B".to_owned(),
            resource: None,
            decision: decision.to_owned(),
            missing: missing.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    #[test]
    fn a_denial_for_want_of_a_condition_value_is_none() {
        let decisions = [
            decision("allowed", &["aws:RequestTag/x"]),
            decision("implicitDeny", &[]),
            decision("implicitDeny", &["aws:SourceVpc"]),
            decision("explicitDeny", &[]),
            decision("later", &[]),
        ];
        let found = sort(&decisions);
        assert_eq!([found.allowed.len(), found.denied.len(), found.unclear.len()], [1, 2, 2]);
    }

    #[test]
    fn the_day_of_own_spans_is_that_of_the_guide() {
        assert_eq!(OWN_SPANS_SINCE.to_string(), "2026-07-20T00:00:00.000Z");
    }
}
