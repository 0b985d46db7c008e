//! Probes of a gateway's targets: status, whether its tools are those of the runtime, whether it may be called.

use serde_json::json;

use super::answers::{TargetAnswers, TargetFacts};
use super::gateway::Gate;
use super::{kinds, role};
use crate::model::{Health, Probe, Resource, ResourceKind, shell_word};
use crate::source::aws::discovery::id_of;

const GET: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetGatewayTarget.html";
/// When tools are read: at creation, update and synchronisation, or with every listing in DYNAMIC mode.
const LISTING: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-MCPservers.html";

pub(super) fn probes(gate: &Gate<'_>) -> Vec<Probe> {
    match &gate.one.targets {
        Err(call) => vec![Probe::new(&kinds::TARGET_STATUS).of(&gate.resource).without(call)],
        Ok(targets) if targets.is_empty() => vec![
            Probe::new(&kinds::TARGET_STATUS)
                .of(&gate.resource)
                .stands(Health::Warning)
                .seen("The gateway has no target.")
                .because("It has no tools to offer: tools/list is empty.")
                .see(LISTING),
        ],
        Ok(targets) => targets.iter().flat_map(|target| target_probes(gate, target)).collect(),
    }
}

fn target_probes(gate: &Gate<'_>, target: &TargetAnswers) -> Vec<Probe> {
    let resource =
        Resource { kind: ResourceKind::Target, id: target.id.clone(), name: Some(target.name.clone()) };
    let mut probes = vec![status(gate, target).of(&resource), synchronised(gate, target).of(&resource)];
    probes.extend(may_invoke(gate, target).map(|probe| probe.of(&resource)));
    probes
}

fn values(gate: &Gate<'_>, target: &TargetAnswers) -> Vec<(&'static str, String)> {
    let mut values = gate.values();
    values.push(("target_id", target.id.clone()));
    if let Ok(TargetFacts { runtime: Some(runtime), .. }) = &target.detail {
        values.push(("runtime", runtime.clone()));
        values.push(("runtime_id", id_of(runtime).to_owned()));
    }
    values
}

fn get_command(gate: &Gate<'_>, target: &TargetAnswers) -> String {
    format!(
        "aws bedrock-agentcore-control get-gateway-target --gateway-identifier {} --target-id {} --region {}",
        shell_word(&gate.one.id),
        shell_word(&target.id),
        gate.answers.region
    )
}

fn status(gate: &Gate<'_>, target: &TargetAnswers) -> Probe {
    let kind = target.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
    let mut probe = Probe::new(&kinds::TARGET_STATUS)
        .seen(format!("{} of gateway {}: {}{kind}.", target.name, gate.one.id, target.status));
    let reasons: &[String] = match &target.detail {
        Ok(facts) => &facts.reasons,
        Err(call) => {
            probe = probe.lacks(call);
            &[]
        }
    };
    probe = reasons.iter().fold(probe, |probe, reason| probe.seen(format!("Reason given: {reason}")));
    match target.status.as_str() {
        "READY" => probe.stands(Health::Ok),
        "FAILED" | "UPDATE_UNSUCCESSFUL" | "SYNCHRONIZE_UNSUCCESSFUL" => {
            probe = probe
                .stands(Health::Problem)
                .because("The target cannot be used; a failed one is not tried again by itself.")
                .fix("Read the reasons.", get_command(gate, target), GET);
            let arn = gate.one.gateway.as_ref().map(|facts| facts.arn.clone()).unwrap_or_default();
            let answer = json!({"gatewayArn": arn, "targetId": target.id, "status": target.status, "statusReasons": reasons});
            probe.answer = Some(answer.to_string());
            probe.values = values(gate, target);
            probe
        }
        "CREATE_PENDING_AUTH" | "UPDATE_PENDING_AUTH" | "SYNCHRONIZE_PENDING_AUTH" => probe
            .stands(Health::Warning)
            .because("Somebody has to grant the authorization first: the target waits for it, and cannot be synchronised meanwhile.")
            .fix("See where: authorizationData holds the address.", get_command(gate, target), LISTING),
        "CREATING" | "UPDATING" | "SYNCHRONIZING" | "DELETING" => probe
            .stands(Health::Warning)
            .because("A change is under way; calls may fail until it is over.")
            .fix("Look again in a minute.", get_command(gate, target), GET),
        _ => probe
            .seen("This program does not know this status.")
            .fix("Read it.", get_command(gate, target), GET),
    }
}

fn synchronised(gate: &Gate<'_>, target: &TargetAnswers) -> Probe {
    let probe = Probe::new(&kinds::TARGET_SYNC);
    let facts = match &target.detail {
        Ok(facts) => facts,
        Err(call) => return probe.without(call),
    };
    let not_here = |why: &str| Probe::new(&kinds::TARGET_SYNC).stands(Health::NotApplicable).seen(why);
    if facts.runtime.is_none() {
        return not_here("It calls no agent runtime.");
    }
    if target.kind.as_deref() == Some("AGENTCORE_RUNTIME") {
        return not_here("It passes requests on as they are; no tools are read.");
    }
    if facts.has_static_tools {
        return not_here("Its tools are a fixed list of its own, which is not synchronised.");
    }
    if target.listing.as_deref() == Some("DYNAMIC") {
        return not_here("Its tools are read with every listing (DYNAMIC).");
    }
    let updated = match &target.runtime_updated {
        Some(Ok(Some(at))) => *at,
        Some(Err(call)) => return probe.without(call),
        Some(Ok(None)) | None => return probe.seen("When the runtime was last updated is not known."),
    };
    let (read, how) = match (target.synchronized, target.updated) {
        (Some(at), _) => (at, "last synchronised"),
        // Creating and updating a target reads the tools, too.
        (None, Some(at)) => (at, "not synchronised by itself, last created or updated"),
        (None, None) => return probe.seen("The service does not say when its tools were read."),
    };
    let probe = probe.seen(format!("The target was {how} at {read}, the runtime was updated at {updated}."));
    if read >= updated {
        return probe.stands(Health::Ok);
    }
    probe
        .stands(Health::Warning)
        .because("The Gateway keeps the tools that it read last. When the runtime's tools changed in that update, the two disagree: calls are refused, or a new tool is missing. When they did not, nothing is wrong.")
        .explained_by("gateway-target-schema-stale", values(gate, target))
        .steps(2, 1)
        .see(LISTING)
}

fn may_invoke(gate: &Gate<'_>, target: &TargetAnswers) -> Option<Probe> {
    let probe = Probe::new(&kinds::TARGET_ROLE);
    let answer = target.may_invoke.as_ref()?;
    let decisions = match answer {
        Ok(decisions) => decisions,
        Err(call) => return Some(probe.without(call)),
    };
    let found = role::sort(decisions);
    let probe = role::told(probe, &found);
    Some(if !found.denied.is_empty() {
        probe
            .stands(Health::Problem)
            .explained_by("gateway-target-not-authorized-runtime", values(gate, target))
            .steps(1, 2)
    } else if found.unclear.is_empty() && !found.allowed.is_empty() {
        probe.stands(Health::Ok)
    } else {
        probe
    })
}
