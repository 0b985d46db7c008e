//! Probes of the account in its Region: where traces go and whether they can be stored and found.

use super::answers::{Answer, Answers, Stream};
use super::grants::{Grant, Question, judge};
use super::kinds;
use crate::model::{Health, Probe, ProbeKind};
use crate::source::aws::discovery::{APPLICATION_SIGNALS, SPANS};

/// How Transaction Search is switched on: the policy, the destination, the indexing rule.
const ENABLE: &str =
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Enable-TransactionSearch.html";
/// Quotas of CloudWatch Logs: 10 resource policies in an account and Region, 15 Live Tail sessions at once.
const QUOTAS: &str = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html";
const MAX_POLICIES: usize = 10;
const MAX_SESSIONS: usize = 15;
/// Log groups in one Live Tail session:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>.
const GROUPS_PER_SESSION: usize = 10;
/// How old the newest span may be to show that spans are being stored.
const RECENT_NANOS: i64 = 24 * 3_600 * 1_000_000_000;

pub(super) fn probes(answers: &Answers) -> Vec<Probe> {
    let region = &answers.region;
    let identity = Probe::new(&kinds::IDENTITY)
        .stands(Health::Ok)
        .seen(format!("Account {} in {region}, as {}.", answers.account, answers.caller));
    vec![
        identity,
        discovery(answers),
        destination(answers),
        spans_group(answers),
        may_write(answers, &kinds::SPANS_POLICY, SPANS),
        may_write(answers, &kinds::SIGNALS_POLICY, APPLICATION_SIGNALS),
        indexing(answers),
        policy_quota(answers),
        live_tail_quota(answers),
    ]
}

fn discovery(answers: &Answers) -> Probe {
    let (runtimes, gateways) = (answers.runtimes.len(), answers.gateways.len());
    let probe = Probe::new(&kinds::DISCOVERY).seen(format!(
        "Looked at: {}, {}.",
        count(runtimes, "runtime"),
        count(gateways, "gateway")
    ));
    let probe = answers.neighbours.iter().fold(probe, |probe, one| probe.seen(one.as_str()));
    if !answers.unlisted.is_empty() {
        return answers.unlisted.iter().fold(probe, Probe::without);
    }
    match answers.left_out {
        0 => probe.stands(Health::Ok),
        more => probe
            .seen(format!("{more} more were left out; name those that matter with --runtime and --gateway."))
            .stands(Health::Warning),
    }
}

/// `1 runtime`, `2 runtimes`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Whether traces go to CloudWatch Logs; `None` when that is not known.
fn goes_to_logs(answers: &Answers) -> Option<bool> {
    let destination = answers.destination.as_ref().ok()?.destination.as_deref()?;
    Some(destination == "CloudWatchLogs")
}

fn destination(answers: &Answers) -> Probe {
    let probe = Probe::new(&kinds::TRACE_DESTINATION);
    let found = match &answers.destination {
        Ok(found) => found,
        Err(call) => return probe.without(call),
    };
    let (Some(destination), Some(status)) = (&found.destination, &found.status) else {
        return probe.seen("The service named no destination, or no status.");
    };
    let probe = probe.seen(format!("Destination {destination}, status {status}."));
    match (destination.as_str(), status.as_str()) {
        ("CloudWatchLogs", "ACTIVE") => probe.stands(Health::Ok),
        ("CloudWatchLogs", _) => probe
            .stands(Health::Warning)
            .because("The destination is being switched. Until it is ACTIVE, spans may be missing; after that it may take ten minutes until they can be found.")
            .see(ENABLE),
        ("XRay", _) => {
            probe.stands(Health::Problem).explained_by("otel-trace-destination-not-cwl", answers.values())
        }
        _ => probe.seen("This program does not know this destination."),
    }
}

fn spans_group(answers: &Answers) -> Probe {
    let probe = Probe::new(&kinds::SPANS_GROUP);
    match (&answers.spans, goes_to_logs(answers)) {
        (Err(call), _) => probe.without(call),
        (Ok(Some(streams)), _) => probe.stands(Health::Ok).seen(newest_of(streams)),
        (Ok(None), Some(true)) => probe
            .stands(Health::Problem)
            .seen("There is no log group aws/spans.")
            .explained_by("otel-spans-log-group-missing", answers.values()),
        (Ok(None), Some(false)) => probe.stands(Health::NotApplicable).seen(
            "There is no log group aws/spans; it is made when traces are sent to CloudWatch Logs (trace-destination).",
        ),
        (Ok(None), None) => {
            let probe = probe.seen("There is no log group aws/spans, and where traces go is not known.");
            answers.destination.as_ref().err().into_iter().fold(probe, Probe::without)
        }
    }
}

/// When the newest event was written. What the service says of it may be an hour old:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html>.
pub(super) fn newest_of(streams: &[Stream]) -> String {
    match newest(streams) {
        Some((stream, at)) => {
            format!("Newest event at {at} or later, in the stream {}.", stream.name)
        }
        None if streams.is_empty() => "It has no stream: nothing was written so far.".to_owned(),
        None => "None of its streams holds an event.".to_owned(),
    }
}

/// The stream with the newest event.
pub(super) fn newest(streams: &[Stream]) -> Option<(&Stream, crate::model::Timestamp)> {
    streams.iter().filter_map(|stream| Some((stream, stream.newest?))).max_by_key(|(_, at)| *at)
}

fn may_write(answers: &Answers, kind: &'static ProbeKind, group: &str) -> Probe {
    let probe = Probe::new(kind);
    let policies = match &answers.policies {
        Ok(policies) => policies,
        Err(call) => return probe.without(call),
    };
    let (region, account, partition) = (&answers.region, &answers.account, answers.partition());
    let question = Question {
        service: "xray.amazonaws.com",
        action: "logs:PutLogEvents",
        resource: &format!("arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:default"),
        account,
        source_start: &format!("arn:{partition}:xray:{region}:{account}:"),
    };
    let probe =
        probe.seen(format!("{} read.", count(policies.len(), "resource policy").replace("ys", "ies")));
    let own = answers.spans_policy.as_ref().map(Option::as_deref);
    let documents = policies.iter().map(String::as_str).chain(own.ok().flatten());
    match (judge(documents, &question), own) {
        (Grant::Allowed, _) => probe.stands(Health::Ok),
        (Grant::Absent, Err(call)) if group == SPANS => probe.without(call),
        (Grant::Unclear(why), _) => probe.seen(format!("Not all of them can be judged here: {why}.")).fix(
            "Read them.",
            Some(format!("aws logs describe-resource-policies --region {region}")),
            ENABLE,
        ),
        (Grant::Denied, _) => probe
            .stands(Health::Problem)
            .seen(format!("A statement denies xray.amazonaws.com logs:PutLogEvents on {group}."))
            .because("A denial outweighs every permission: X-Ray cannot store what it receives.")
            .fix(
                "Find the statement and take it out, or narrow it.",
                Some(format!("aws logs describe-resource-policies --region {region}")),
                ENABLE,
            ),
        (Grant::Absent, _) => absent(answers, probe, group),
    }
}

fn absent(answers: &Answers, probe: Probe, group: &str) -> Probe {
    let probe = probe
        .seen(format!("No statement allows xray.amazonaws.com logs:PutLogEvents on {group}."))
        .explained_by("otel-trace-destination-not-cwl", answers.values())
        .steps(0, 1)
        .see(ENABLE);
    let arrived = answers.spans.as_ref().ok().and_then(Option::as_deref).and_then(newest);
    match goes_to_logs(answers) {
        Some(true) if arrived.is_some_and(|(_, at)| answers.asked.since(at) < RECENT_NANOS) => probe
            .stands(Health::Warning)
            .because("Spans arrive all the same: the permission may come from where this program does not look. Without it, nothing is stored."),
        Some(true) => probe
            .stands(Health::Problem)
            .because("Traces go to CloudWatch Logs, and X-Ray may not write there: what it receives cannot be stored."),
        Some(false) | None => probe
            .stands(Health::Warning)
            .because("The permission has to be there before traces can be sent to CloudWatch Logs."),
    }
}

fn indexing(answers: &Answers) -> Probe {
    let probe = Probe::new(&kinds::INDEXING);
    let rules = match &answers.indexing {
        Ok(rules) => rules,
        Err(call) => return probe.without(call),
    };
    if goes_to_logs(answers) == Some(false) {
        return probe
            .stands(Health::NotApplicable)
            .seen("The indexing rule is for traces that go to CloudWatch Logs.");
    }
    let Some(rule) = rules.iter().find(|rule| rule.name == "Default") else {
        return probe.seen("The service named no rule Default.");
    };
    let Some(desired) = rule.desired else {
        return probe.seen("The rule Default is of a kind that this program does not know.");
    };
    let actual = rule.actual.map(|actual| format!(" (in effect: {actual} %)")).unwrap_or_default();
    let probe = probe.seen(format!("{desired} % of the traces are indexed{actual}."));
    if desired > 0.0 {
        return probe.stands(Health::Ok).seen(
            "Traces beyond that are not found by get-trace-summaries and batch-get-traces; their spans are in aws/spans all the same.",
        );
    }
    probe
        .stands(Health::Warning)
        .because("No trace is indexed: get-trace-summaries and batch-get-traces find nothing. The spans themselves are in aws/spans.")
        .fix(
            "Index a share of them; 1 % is the default.",
            Some(format!(
                "aws xray update-indexing-rule --name Default --rule '{{\"Probabilistic\":{{\"DesiredSamplingPercentage\":1}}}}' --region {}",
                answers.region
            )),
            ENABLE,
        )
}

fn policy_quota(answers: &Answers) -> Probe {
    let probe = Probe::new(&kinds::POLICY_QUOTA);
    let policies = match &answers.policies {
        Ok(policies) => policies,
        Err(call) => return probe.without(call),
    };
    let used = policies.len();
    let probe = probe.seen(format!("{used} of {MAX_POLICIES} in this account and Region are used."));
    if used + 1 < MAX_POLICIES {
        return probe.stands(Health::Ok);
    }
    probe
        .stands(Health::Warning)
        .because("Each service that writes to a log group may need a policy of its own; when there is no room, setting up its delivery fails.")
        .fix(
            "Join policies that could be one, and delete those of services that are gone.",
            Some(format!("aws logs describe-resource-policies --region {}", answers.region)),
            QUOTAS,
        )
}

fn live_tail_quota(answers: &Answers) -> Probe {
    let probe = Probe::new(&kinds::LIVE_TAIL_QUOTA);
    let runtimes = answers.runtimes.iter().flat_map(|one| &one.groups);
    let gateways = answers.gateways.iter().flat_map(|one| &one.groups);
    let all: Vec<&Answer<_>> =
        runtimes.chain(gateways).map(|group| &group.newest).chain([&answers.spans]).collect();
    let groups = all.iter().filter(|group| matches!(group, Ok(Some(_)))).count();
    if let Some(call) = all.iter().find_map(|group| group.as_ref().err()) {
        return probe.without(call);
    }
    if groups == 0 {
        return probe.stands(Health::NotApplicable).seen("There is no log group to follow.");
    }
    let sessions = groups.div_ceil(GROUPS_PER_SESSION);
    let probe = probe.seen(format!(
        "{} need {} of the {MAX_SESSIONS} that may be open at once in this account and Region. How many are open now, no API tells.",
        count(groups, "log group"),
        count(sessions, "session")
    ));
    if sessions < MAX_SESSIONS {
        return probe.stands(Health::Ok).see(QUOTAS);
    }
    probe
        .stands(Health::Warning)
        .because("Groups beyond the quota can be polled, not followed by Live Tail.")
        .fix("Follow fewer groups at once, or ask for a higher quota: it can be raised.", None, QUOTAS)
}
