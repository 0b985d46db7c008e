//! Probes of an agent runtime: status, versions, image, logs.

use serde_json::json;

use super::account::{newest, newest_of};
use super::answers::{Answers, Artifact, GroupAnswers, RuntimeAnswers, RuntimeFacts};
use super::{delivery, environment, kinds, role};
use crate::model::{Health, Probe, Refusal, Resource, ResourceKind, Timestamp, shell_word};

const GET: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetAgentRuntime.html";
const VERSIONS: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agent-runtime-versioning.html";
const VIEW: &str = "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-view.html";
const CONFIGURE: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html";
/// From then on DELETING is no longer under way; see the rule `runtime-stuck-deleting`.
const STUCK_NANOS: i64 = 30 * 60 * 1_000_000_000;

/// What the probes of one runtime share.
pub(super) struct Look<'a> {
    pub(super) answers: &'a Answers,
    pub(super) one: &'a RuntimeAnswers,
    pub(super) resource: Resource,
}

impl Look<'_> {
    /// Values for the texts of rules.
    pub(super) fn values(&self) -> Vec<(&'static str, String)> {
        let mut values = self.answers.values();
        values.push(("runtime_id", self.one.id.clone()));
        if let Some(group) = self.one.groups.first() {
            values.push(("log_group", group.name.clone()));
        }
        if let Ok(facts) = &self.one.runtime {
            values.push(("role", super::role_name(&facts.role).to_owned()));
            if let Artifact::Container(uri) = &facts.artifact {
                values.push(("image", uri.clone()));
            }
        }
        values
    }

    pub(super) fn get_command(&self, query: &str) -> String {
        format!(
            "aws bedrock-agentcore-control get-agent-runtime --agent-runtime-id {} --region {}{query}",
            shell_word(&self.one.id),
            self.answers.region
        )
    }
}

pub(super) fn probes(answers: &Answers, one: &RuntimeAnswers) -> Vec<Probe> {
    let resource = Resource { kind: ResourceKind::Runtime, id: one.id.clone(), name: one.name.clone() };
    let look = Look { answers, one, resource };
    let status = match &one.runtime {
        Ok(facts) => status(&look, facts),
        Err(call) if call.refusal == Refusal::NotFound => {
            // Every other question would be about nothing.
            return vec![
                Probe::new(&kinds::RUNTIME_STATUS)
                    .of(&look.resource)
                    .stands(Health::Problem)
                    .seen(format!("There is no runtime {} in {}.", one.id, answers.region))
                    .because("It was deleted, or it is in another Region or account.")
                    .fix(
                        "See which there are.",
                        Some(format!("agentcore-triage discover --region {}", answers.region)),
                        GET,
                    ),
            ];
        }
        Err(call) => Probe::new(&kinds::RUNTIME_STATUS).of(&look.resource).without(call),
    };
    let mut probes = vec![status, endpoints(&look), image(&look), environment::probe(&look)];
    probes.extend(role::probes(&look));
    probes.extend([logs(&look), otel_logs(&look), delivery::runtime_traces(&look)]);
    probes
}

fn status(look: &Look<'_>, facts: &RuntimeFacts) -> Probe {
    let updated = facts.updated.map(|at| format!(", last updated at {at}")).unwrap_or_default();
    let mut probe = Probe::new(&kinds::RUNTIME_STATUS)
        .of(&look.resource)
        .seen(format!("Version {} is {}{updated}.", facts.version, facts.status));
    if let Some(reason) = &facts.failure {
        probe = probe.seen(format!("Reason given: {reason}"));
    }
    match facts.status.as_str() {
        "READY" => probe.stands(Health::Ok),
        "CREATE_FAILED" | "UPDATE_FAILED" | "DELETE_FAILED" => {
            probe = probe.stands(Health::Problem).fix("Read the reason.", look.get_command(""), GET);
            probe.answer = Some(answer(look, facts));
            probe.values = look.values();
            probe
        }
        "DELETING" if since(facts.updated, look.answers.asked) > STUCK_NANOS => probe
            .stands(Health::Problem)
            .seen("It has been DELETING for more than 30 minutes.")
            .explained_by("runtime-stuck-deleting", look.values()),
        "CREATING" | "UPDATING" | "DELETING" => probe
            .stands(Health::Warning)
            .because(
                "A change is under way; calls may fail, or be answered by the old version, until it is over.",
            )
            .fix("Look again in a minute.", look.get_command(" --query '[status, failureReason]'"), GET),
        _ => probe.seen("This program does not know this status.").fix("Read it.", look.get_command(""), GET),
    }
}

/// The control plane's answer, as far as rules read it.
fn answer(look: &Look<'_>, facts: &RuntimeFacts) -> String {
    json!({
        "agentRuntimeArn": facts.arn,
        "agentRuntimeId": look.one.id,
        "agentRuntimeVersion": facts.version,
        "status": facts.status,
        "failureReason": facts.failure,
    })
    .to_string()
}

fn since(earlier: Option<Timestamp>, now: Timestamp) -> i64 {
    earlier.map_or(0, |at| now.since(at))
}

fn endpoints(look: &Look<'_>) -> Probe {
    let probe = Probe::new(&kinds::ENDPOINTS).of(&look.resource);
    let endpoints = match &look.one.endpoints {
        Ok(endpoints) => endpoints,
        Err(call) => return probe.without(call),
    };
    let latest = look.one.runtime.as_ref().ok().map(|facts| facts.version.as_str());
    let (mut probe, mut worst) = (probe, Health::Ok);
    for endpoint in endpoints {
        let live = endpoint.live.as_deref().unwrap_or("none");
        let target = endpoint.target.as_deref().filter(|target| *target != live);
        let rolling = target.map(|target| format!(", moving to version {target}")).unwrap_or_default();
        probe =
            probe.seen(format!("{}: {}, serves version {live}{rolling}.", endpoint.name, endpoint.status));
        let is_behind = endpoint.name == "DEFAULT" && latest.is_some_and(|latest| latest != live);
        worst = worst.min(match endpoint.status.as_str() {
            "READY" if target.is_none() && !is_behind => Health::Ok,
            status if status.ends_with("_FAILED") => Health::Problem,
            "READY" | "CREATING" | "UPDATING" | "DELETING" => Health::Warning,
            _ => Health::CannotTell,
        });
    }
    if endpoints.is_empty() {
        return probe
            .stands(Health::Warning)
            .seen("It has no endpoint.")
            .because("A runtime is called through an endpoint; DEFAULT is made with it.")
            .see(VERSIONS);
    }
    let probe = probe.stands(worst);
    if worst == Health::Ok {
        return probe;
    }
    let command = format!(
        "aws bedrock-agentcore-control list-agent-runtime-endpoints --agent-runtime-id {} --region {}",
        shell_word(&look.one.id),
        look.answers.region
    );
    probe
        .because("DEFAULT follows the latest version; another endpoint stays with the version that it was given. An endpoint that is not READY, or moves, may answer with another version than expected.")
        .fix("Look at them again, and update the endpoint that should serve another version.", Some(command), VERSIONS)
}

fn image(look: &Look<'_>) -> Probe {
    let probe = Probe::new(&kinds::IMAGE).of(&look.resource);
    let facts = match &look.one.runtime {
        Ok(facts) => facts,
        Err(call) => return probe.without(call),
    };
    let uri = match &facts.artifact {
        Artifact::Code(version) => {
            return probe
                .stands(Health::NotApplicable)
                .seen(format!("It runs code on {version}, which the service manages; there is no image."));
        }
        Artifact::Unknown => return probe.seen("The service does not say what it runs."),
        Artifact::Container(uri) => uri,
    };
    let probe = probe.seen(format!("Image {uri}."));
    if facts.failure.as_deref().is_some_and(|reason| reason.contains("Architecture incompatible")) {
        return probe
            .stands(Health::Problem)
            .seen("The service refused it for its architecture.")
            .explained_by("runtime-arch-incompatible", look.values());
    }
    let probe = if uri.contains("@sha256:") {
        probe
    } else {
        probe.seen("It is named by a tag, which may point to another image since.")
    };
    probe
        .seen(
            "The control plane names the image and not its architecture: that stands in the registry alone.",
        )
        .fix(
            "Look into the image's manifest; it needs an entry for linux/arm64.",
            Some(format!("docker buildx imagetools inspect {}", shell_word(uri))),
            "https://docs.docker.com/reference/cli/docker/buildx/imagetools/inspect/",
        )
}

/// The groups that exist, with their streams; the first call that was not answered otherwise.
fn existing(groups: &[GroupAnswers]) -> Result<Vec<&GroupAnswers>, &crate::model::Unanswered> {
    let mut found = Vec::new();
    for group in groups {
        if group.newest.as_ref()?.is_some() {
            found.push(group);
        }
    }
    Ok(found)
}

fn logs(look: &Look<'_>) -> Probe {
    let mut probe = Probe::new(&kinds::RUNTIME_LOGS).of(&look.resource);
    let groups = match existing(&look.one.groups) {
        Ok(groups) => groups,
        Err(call) => return probe.without(call),
    };
    let updated = look.one.runtime.as_ref().ok().and_then(|facts| facts.updated);
    let mut has_written = false;
    for group in &look.one.groups {
        let streams = group.newest.as_ref().ok().and_then(Option::as_ref);
        let Some(streams) = streams else {
            probe = probe.seen(format!("There is no log group {}.", group.name));
            continue;
        };
        probe = probe.seen(format!("{}: {}", group.name, newest_of(streams)));
        let last = newest(streams).map(|(_, at)| at);
        has_written |= last.is_some();
        if let (Some(last), Some(updated)) = (last, updated)
            && last < updated
        {
            probe = probe.seen(format!("Nothing newer than the last update of the runtime at {updated}."));
        }
    }
    if has_written {
        return probe.stands(Health::Ok);
    }
    let probe = match (look.one.groups.is_empty(), groups.is_empty()) {
        (true, _) => probe.seen("Its log groups are named after its endpoints, which are not known."),
        (false, _) => probe
            .seen("Either it was never invoked, or nothing of what it wrote arrived.")
            .stands(Health::Warning),
    };
    if probe.health == Health::Warning {
        return probe.explained_by("runtime-no-logs-at-all", look.values());
    }
    match &look.one.endpoints {
        Err(call) => probe.without(call),
        Ok(_) => probe,
    }
}

fn otel_logs(look: &Look<'_>) -> Probe {
    let mut probe = Probe::new(&kinds::OTEL_LOGS).of(&look.resource);
    let groups = match existing(&look.one.groups) {
        Ok(groups) => groups,
        Err(call) => return probe.without(call),
    };
    let written = |group: &&&GroupAnswers| {
        group.newest.as_ref().ok().and_then(Option::as_deref).and_then(newest).is_some()
    };
    let groups: Vec<&&GroupAnswers> = groups.iter().filter(written).collect();
    if groups.is_empty() {
        return probe.stands(Health::NotApplicable).seen("It has not written anything yet (runtime-logs).");
    }
    let mut has_records = false;
    for group in groups {
        match &group.otel {
            Err(call) => return probe.without(call),
            Ok(None) => probe = probe.seen(format!("{} has no stream otel-rt-logs.", group.name)),
            Ok(Some(stream)) => {
                has_records = true;
                probe = probe.seen(format!("{}: {}", group.name, newest_of(std::slice::from_ref(stream))));
            }
        }
        probe = match &group.spans {
            Ok(Some(stream)) => probe.seen(format!(
                "Its spans are in the stream spans of the same group. {}",
                newest_of(std::slice::from_ref(stream))
            )),
            Ok(None) => {
                probe.seen("It keeps no spans in its own group; those of older agents are in aws/spans.")
            }
            Err(call) => probe.lacks(call),
        };
    }
    if has_records {
        return probe.stands(Health::Ok).see(VIEW);
    }
    probe
        .stands(Health::Warning)
        .because("The container's output arrives and no record over OpenTelemetry: the process is not started through opentelemetry-instrument, its export is switched off, or it is refused. Its log lines then carry no trace id.")
        .explained_by("otel-distro-missing", look.values())
        .see(CONFIGURE)
}
