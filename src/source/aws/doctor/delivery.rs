//! Probes of log deliveries: vended logs and service spans leave a resource only when somebody set that up.

use super::answers::{Answers, Deliveries, Delivery, DeliverySource};
use super::gateway::Gate;
use super::kinds;
use super::runtime::Look;
use crate::model::{Health, Probe, shell_word};

/// How deliveries are set up: source, destination, delivery.
const CONFIGURE: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html";
/// The fields of a Gateway's log record, all of which a delivery may leave out.
const FIELDS: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-gateway-metrics.html";
/// Fields without which a request cannot be followed or explained.
const NEEDED: &[&str] = &["body", "event_timestamp", "request_id", "trace_id", "span_id"];

/// The sources of one log type that belong to a resource, with their deliveries.
fn of<'a>(
    deliveries: &'a Deliveries,
    arn: &str,
    log_type: &str,
) -> Vec<(&'a DeliverySource, Vec<&'a Delivery>)> {
    let own = |source: &&DeliverySource| {
        let rest = source.resource.strip_prefix(arn);
        source.log_type == log_type && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let with = |source: &'a DeliverySource| {
        (source, deliveries.deliveries.iter().filter(|one| one.source == source.name).collect())
    };
    deliveries.sources.iter().filter(own).map(with).collect()
}

/// ARNs of the log groups that a resource's vended logs go to.
pub(super) fn groups_of<'a>(deliveries: &'a Deliveries, arn: &str) -> Vec<&'a str> {
    let mut groups: Vec<&str> = of(deliveries, arn, "APPLICATION_LOGS")
        .into_iter()
        .flat_map(|(_, deliveries)| deliveries)
        .filter(|delivery| delivery.kind == "CWL")
        .filter_map(|delivery| deliveries.destinations.get(&delivery.destination))
        .map(|group| group.trim_end_matches(":*"))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The name in the ARN of a log group.
pub(super) fn group_name(arn: &str) -> &str {
    arn.split_once(":log-group:").map_or(arn, |(_, name)| name.trim_end_matches(":*"))
}

pub(super) fn gateway_logs(gate: &Gate<'_>, arn: &str) -> Probe {
    let probe = Probe::new(&kinds::GATEWAY_DELIVERY).of(&gate.resource);
    let (mut probe, delivered) = delivered(gate.answers, probe, arn, "APPLICATION_LOGS");
    let Some(delivered) = delivered else { return probe };
    if delivered.is_empty() {
        return set_up_logs(gate, arn, probe.stands(Health::Problem)).because(
            "A Gateway writes no log until a delivery is set up. Without it a failed call leaves only the generic sentence that its caller got.",
        );
    }
    probe = probe.stands(Health::Ok);
    for delivery in delivered {
        let cut: Vec<&str> = NEEDED
            .iter()
            .copied()
            .filter(|field| !delivery.fields.is_empty() && !delivery.fields.iter().any(|one| one == field))
            .collect();
        if delivery.kind != "CWL" {
            probe =
                probe.seen(format!("This goes to {}: this program reads CloudWatch Logs.", delivery.kind));
        }
        if !cut.is_empty() {
            probe = probe
                .stands(Health::Warning)
                .seen(format!("Record fields that are left out: {}.", cut.join(", ")))
                .because("Without these fields a record cannot be put to its request, or does not say what happened.")
                .fix("Make the delivery again with all record fields.", None, FIELDS);
        }
    }
    probe
}

fn set_up_logs(gate: &Gate<'_>, arn: &str, probe: Probe) -> Probe {
    let Answers { region, account, .. } = gate.answers;
    let group = format!("/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/{}", gate.one.id);
    let create =
        format!("aws logs create-log-group --log-group-name {} --region {region}", shell_word(&group));
    let group_arn = format!("arn:{}:logs:{region}:{account}:log-group:{group}", gate.answers.partition());
    let to = format!(
        "--delivery-destination-configuration {}",
        shell_word(&format!("destinationResourceArn={group_arn}"))
    );
    let probe = probe.fix("Make a log group whose name begins with /aws/vendedlogs/.", create, CONFIGURE);
    set_up(gate.answers, probe, (arn, &gate.one.id), ("APPLICATION_LOGS", "logs"), &to)
}

/// The three calls that set a delivery up. `of` is the resource's ARN and id, `what` the log type with the word for it
/// in names, `to` the option that says where to.
fn set_up(answers: &Answers, probe: Probe, of: (&str, &str), what: (&str, &str), to: &str) -> Probe {
    let Answers { region, account, .. } = answers;
    let ((arn, id), (log_type, word)) = (of, what);
    let (source, destination) = (format!("{id}-{word}-source"), format!("{id}-{word}-destination"));
    let destination_arn =
        format!("arn:{}:logs:{region}:{account}:delivery-destination:{destination}", answers.partition());
    let source = shell_word(&source);
    let name_source = format!(
        "aws logs put-delivery-source --name {source} --log-type {log_type} --resource-arn {} --region {region}",
        shell_word(arn)
    );
    let name_destination = format!(
        "aws logs put-delivery-destination --name {} {to} --region {region}",
        shell_word(&destination)
    );
    let join = format!(
        "aws logs create-delivery --delivery-source-name {source} --delivery-destination-arn {} --region {region}",
        shell_word(&destination_arn)
    );
    probe
        .fix("Name what is delivered …", name_source, CONFIGURE)
        .fix("… where to …", name_destination, CONFIGURE)
        .fix("… and join the two.", join, CONFIGURE)
}

/// What is delivered of a resource, told as evidence; or nothing when that is not known.
fn delivered<'a>(
    answers: &'a Answers,
    probe: Probe,
    arn: &str,
    log_type: &str,
) -> (Probe, Option<Vec<&'a Delivery>>) {
    let deliveries = match &answers.deliveries {
        Ok(deliveries) => deliveries,
        Err(call) => return (probe.without(call), None),
    };
    let (mut probe, mut active) = (probe, Vec::new());
    for (source, joined) in of(deliveries, arn, log_type) {
        let is_inactive = source.status.as_deref() == Some("INACTIVE");
        if is_inactive {
            let reason = source.reason.as_deref().unwrap_or("no reason is given");
            probe = probe.seen(format!("The delivery source {} is INACTIVE: {reason}.", source.name));
        }
        if joined.is_empty() {
            probe = probe.seen(format!("The delivery source {} has no delivery.", source.name));
        }
        for delivery in joined {
            let behind = deliveries.destinations.get(&delivery.destination);
            let to = behind.map(|behind| format!(" {}", group_name(behind))).unwrap_or_default();
            probe = probe.seen(format!("{log_type} go to {}{to} (source {}).", delivery.kind, source.name));
            if !is_inactive {
                active.push(delivery);
            }
        }
    }
    if active.is_empty() {
        probe = probe.seen(format!("No {log_type} of it are delivered."));
    }
    (probe, Some(active))
}

pub(super) fn gateway_traces(gate: &Gate<'_>, arn: &str) -> Probe {
    let probe = Probe::new(&kinds::GATEWAY_TRACES).of(&gate.resource);
    let cause = "The Gateway's own spans are made only when their delivery is set up: without them a trace does not show what the Gateway did, nor how long.";
    traces(gate.answers, probe, arn, &gate.one.id, cause)
}

pub(super) fn runtime_traces(look: &Look<'_>) -> Probe {
    let probe = Probe::new(&kinds::RUNTIME_TRACES).of(&look.resource);
    let cause = "The service's span AgentCore.Runtime.Invoke is made only when its delivery is set up: without it the container's spans have a parent that is found nowhere.";
    match &look.one.runtime {
        Ok(facts) => traces(look.answers, probe, &facts.arn, &look.one.id, cause),
        Err(call) => probe.without(call),
    }
}

fn traces(answers: &Answers, probe: Probe, arn: &str, id: &str, cause: &str) -> Probe {
    let (probe, delivered) = delivered(answers, probe, arn, "TRACES");
    let Some(delivered) = delivered else { return probe };
    if !delivered.is_empty() {
        return probe.stands(Health::Ok);
    }
    let probe = probe.stands(Health::Warning).because(cause);
    set_up(answers, probe, (arn, id), ("TRACES", "traces"), "--delivery-destination-type XRAY")
}
