//! The health of a live account's set-up.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::case::{Case, Options};
use crate::model::{Bytes, Checkup, Finding, Input, Level, Probe, Role};
use crate::report::{self, HealthDocument, HealthFormat};
use crate::runtime::live;
use crate::source::aws::Selection;
use crate::source::aws::doctor::{check_up, examine};
use crate::text::Door;

use super::Outcome;
use super::judgement::Judgement;
use super::output::{MAX_NOTE, Target, note};

/// A check-up, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doctor {
    /// Runtimes and gateways, and how to reach their account. Without any, all are looked at.
    pub selection: Selection,
    /// Folders of rules besides the built-in catalogue.
    pub rules: Vec<PathBuf>,
    /// In which format.
    pub format: HealthFormat,
    /// Where to.
    pub output: Target,
    /// Least level that fails; `None` for never.
    pub fail_on: Option<Level>,
    /// Whether secrets are masked.
    pub redact: bool,
    /// When text is coloured.
    pub colour: super::Colour,
}

/// Asks AWS, judges the answers, and says what to do. Nothing is changed in the account.
///
/// When a call was not answered the outcome is [`Outcome::Partial`]: the rest is judged and written all the same.
///
/// # Errors
/// When names mean nothing or the result cannot be written.
pub fn doctor(asked: &Doctor) -> anyhow::Result<Outcome> {
    let judgement = Judgement { rules: asked.rules.clone(), ..Judgement::default() };
    let (options, rules_whole) = judgement.options()?;
    let door = Door { redact: asked.redact };
    let answers = live::block_on(check_up(&asked.selection, live::now())).context("AWS cannot be asked")?;
    let answers = match answers {
        Ok(answers) => answers,
        Err(error) if error.is_usage() => bail!("{}", door.line(&error.to_string(), MAX_NOTE)),
        Err(error) => {
            note(door.line(&format!("error: {error}"), MAX_NOTE).as_str());
            return Ok(Outcome::Partial);
        }
    };
    let mut probes = examine(&answers);
    for probe in &mut probes {
        explain(probe, &options);
    }
    let checkup =
        Checkup { account: answers.account, region: answers.region, caller: answers.caller, probes };
    let document = HealthDocument::new(&checkup, door, env!("CARGO_PKG_VERSION"));
    let (color, width) = (asked.colour.applies(&asked.output), super::check::terminal_width(&asked.output));
    asked.output.write(|out| report::write_health(asked.format, &document, color, width, out))?;
    let fails = asked.fail_on.is_some_and(|least| checkup.worst() >= Some(least));
    Ok(if !rules_whole {
        Outcome::Unusable
    } else if checkup.is_partial() {
        Outcome::Partial
    } else if fails {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// Lets the catalogue say what a probe means: the rule that the probe names, or the one that knows the service's answer.
/// So the doctor and the rules cannot disagree.
fn explain(probe: &mut Probe, options: &Options) {
    let found = probe.answer.take().and_then(|answer| judged(probe.kind.id, answer, options));
    let is_judged = found.is_some();
    if let Some(finding) = &found {
        probe.rule = Some(finding.rule.clone());
        probe.evidence.push(finding.message.clone());
    }
    let Some(rule) = probe.rule.as_deref().and_then(|id| options.catalogue.rule(id).ok()) else { return };
    let value = |name: &str| {
        let captured = found.as_ref().and_then(|finding| finding.captures.get(name)).cloned();
        captured.or_else(|| {
            let known = probe.values.iter().find(|(known, _)| *known == name);
            known.map(|(_, value)| value.clone())
        })
    };
    let (skipped, count) = probe.steps;
    let steps: Vec<_> = rule.fix(&value).into_iter().skip(skipped).take(count).collect();
    if is_judged || probe.cause.is_none() {
        probe.cause = Some(on_one_line(&rule.meta.cause));
        probe.verify = Some(on_one_line(&rule.meta.verify));
    }
    if is_judged {
        probe.fixes.clear();
    }
    probe.fixes.extend(steps);
    let known = std::mem::take(&mut probe.references);
    let more = rule.meta.references.iter().filter(|url| !known.contains(url)).cloned();
    probe.references = known.iter().cloned().chain(more).collect();
}

/// What the rules find in an answer of the service: a cause before a symptom, the worst first.
fn judged(name: &str, answer: String, options: &Options) -> Option<Finding> {
    let input = Input { path: name.to_owned(), bytes: Bytes::new(answer.into_bytes()) };
    let findings = Case::open(vec![input], Vec::new(), options).snapshot(options).findings;
    let rank = |finding: &Finding| (finding.role == Role::Cause, finding.severity);
    findings.into_iter().rev().max_by_key(rank)
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Health;
    use crate::source::aws::doctor::PROBES;

    fn options() -> Options {
        Judgement::default().options().unwrap().0
    }

    fn probe(id: &str) -> Probe {
        Probe::new(PROBES.iter().find(|kind| kind.id == id).unwrap()).stands(Health::Problem)
    }

    #[test]
    fn every_probe_names_rules_that_exist() {
        let options = options();
        for kind in PROBES {
            for rule in kind.rules {
                assert!(options.catalogue.rule(rule).is_ok(), "{}: {rule}", kind.id);
            }
        }
    }

    #[test]
    fn the_rule_speaks_for_the_probe_with_its_values() {
        let values = vec![("region", "eu-west-1".to_owned()), ("account", "111122223333".to_owned())];
        let mut probe = probe("trace-destination").explained_by("otel-trace-destination-not-cwl", values);
        explain(&mut probe, &options());
        let commands: Vec<&str> = probe.fixes.iter().filter_map(|step| step.command.as_deref()).collect();
        assert!(commands[0].contains("log-group:aws/spans:*") && commands[0].contains("111122223333"));
        assert_eq!(
            commands[1],
            "aws xray update-trace-segment-destination --destination CloudWatchLogs --region eu-west-1"
        );
        assert!(probe.cause.is_some_and(|cause| cause.starts_with("The OTLP endpoint")));
        assert!(!probe.references.is_empty() && probe.verify.is_some());
    }

    #[test]
    fn what_the_service_answered_is_judged_by_the_rules() {
        let mut probe = probe("target-status").because("own").fix("own", None, "own");
        probe.answer = Some(
            serde_json::json!({
                "gatewayArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/g-a1b2c3d4e5",
                "targetId": "ABCDEFGHIJ",
                "status": "FAILED",
                "statusReasons": ["Failed to connect and fetch tools from the provided MCP target server. Error - Runtime initialization time exceeded."],
            })
            .to_string(),
        );
        probe.values = vec![("region", "us-east-1".to_owned())];
        explain(&mut probe, &options());
        assert_eq!(probe.rule.as_deref(), Some("gateway-target-fetch-tools-failed"));
        assert!(probe.evidence[0].contains("initialization time exceeded"));
        assert!(probe.fixes.iter().all(|step| step.text != "own"));
        let synchronise = probe.fixes.last().and_then(|step| step.command.clone()).unwrap();
        assert!(synchronise.contains("g-a1b2c3d4e5") && synchronise.contains("ABCDEFGHIJ"), "{synchronise}");
    }

    #[test]
    fn an_answer_that_no_rule_knows_keeps_the_probes_own_words() {
        let mut probe = probe("runtime-status").because("own").fix("own", None, "own");
        probe.answer = Some(serde_json::json!({"agentRuntimeId": "x", "failureReason": "Ω"}).to_string());
        explain(&mut probe, &options());
        assert_eq!((probe.rule, probe.cause.as_deref(), probe.fixes.len()), (None, Some("own"), 1));
    }

    #[test]
    fn some_steps_of_a_rule_may_be_enough() {
        let mut probe = probe("target-synchronised")
            .because("own")
            .explained_by("gateway-target-schema-stale", Vec::new())
            .steps(2, 1);
        explain(&mut probe, &options());
        assert_eq!(probe.cause.as_deref(), Some("own"));
        let commands: Vec<&str> = probe.fixes.iter().filter_map(|step| step.command.as_deref()).collect();
        assert_eq!(commands.len(), 1);
        assert!(commands[0].contains("synchronize-gateway-targets"));
    }
}
