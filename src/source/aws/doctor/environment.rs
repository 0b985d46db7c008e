//! The probe of a runtime's environment variables: those that switch telemetry off or send it elsewhere.
//!
//! A value is printed only where it cannot be a secret: a word of a fixed vocabulary, the name of a log group, the host
//! of an endpoint. Of other variables not even the name is.

use std::collections::BTreeMap;

use super::super::hosts::is_aws;
use super::kinds;
use super::runtime::Look;
use crate::model::{Health, Probe};

const CONFIGURE: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-configure.html";
const OTEL: &str = "https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/";

/// Variables whose values are words of a fixed vocabulary.
const WORDS: &[&str] = &[
    "AGENT_OBSERVABILITY_ENABLED",
    "DISABLE_ADOT_OBSERVABILITY",
    "UNIFIED_TRACES_DESTINATION_ENABLED",
    "OTEL_SDK_DISABLED",
    "OTEL_PYTHON_DISTRO",
    "OTEL_PYTHON_CONFIGURATOR",
    "OTEL_TRACES_EXPORTER",
    "OTEL_LOGS_EXPORTER",
    "OTEL_METRICS_EXPORTER",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
];
/// Longest value of such a vocabulary.
const MAX_WORD: usize = 40;

/// Variables that hold an endpoint.
const ENDPOINTS: &[&str] = &[
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
];

/// Where log records go: log group and stream, and possibly keys.
const LOG_HEADERS: &str = "OTEL_EXPORTER_OTLP_LOGS_HEADERS";

pub(super) fn probe(look: &Look<'_>) -> Probe {
    let probe = Probe::new(&kinds::ENVIRONMENT).of(&look.resource);
    let facts = match &look.one.runtime {
        Ok(facts) => facts,
        Err(call) => return probe.without(call),
    };
    let environment = &facts.environment;
    let mut probe = environment.iter().filter_map(shown).fold(probe, Probe::seen);
    let silent = environment.iter().filter(|variable| shown(*variable).is_none()).count();
    probe = probe.seen(match (environment.len(), silent) {
        (0, _) => "It sets no variable: the service's own settings hold.".to_owned(),
        (_, 0) => "It sets no other variable.".to_owned(),
        (_, others) => format!("Other variables: {others}; they are not shown."),
    });
    let findings = findings(environment);
    if findings.is_empty() {
        return log_headers(look, probe.stands(Health::Ok));
    }
    let worst = findings.iter().map(|finding| finding.health).min().unwrap_or(Health::Ok);
    probe = probe.stands(worst);
    probe.cause = Some(findings.iter().map(|finding| finding.text.as_str()).collect::<Vec<_>>().join(" "));
    let names: Vec<&str> = findings.iter().map(|finding| finding.variable).collect();
    let text = format!(
        "Take out {}, or change the value, and update the runtime. The call replaces the whole configuration: repeat every other field.",
        names.join(", ")
    );
    let source = findings.first().map_or(CONFIGURE, |finding| finding.source);
    let command = format!(
        "aws bedrock-agentcore-control update-agent-runtime --cli-input-json file://runtime.json --region {}",
        look.answers.region
    );
    probe.fix("Read what is set now.", look.get_command(" --query environmentVariables"), CONFIGURE).fix(
        text,
        Some(command),
        source,
    )
}

/// What may be shown of a variable.
fn shown((name, value): (&String, &String)) -> Option<String> {
    if WORDS.contains(&name.as_str()) {
        let is_word = value.len() <= MAX_WORD
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./,".contains(&byte));
        return Some(if is_word {
            format!("{name}={value}")
        } else {
            format!("{name} is set; its value is unusual and not shown.")
        });
    }
    if ENDPOINTS.contains(&name.as_str()) {
        return Some(match host(value) {
            Some(host) => format!("{name} points to {host}."),
            None => format!("{name} is set; it holds no address."),
        });
    }
    if name == LOG_HEADERS {
        let group = header(value, "x-aws-log-group").unwrap_or("none");
        let stream = header(value, "x-aws-log-stream").unwrap_or("none");
        return Some(format!("{name}: log group {group}, log stream {stream}."));
    }
    (name.starts_with("OTEL_")).then(|| format!("{name} is set; its value is not shown."))
}

/// The host of an address, without what may be a secret beside it.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte)))
        .then_some(host)
}

/// The value of a header in `name=value,name=value`.
fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    let pairs = headers.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
}

struct Finding {
    variable: &'static str,
    health: Health,
    text: String,
    source: &'static str,
}

/// What the variables do to telemetry, worst first.
fn findings(environment: &BTreeMap<String, String>) -> Vec<Finding> {
    let is = |name: &str, wanted: &str| {
        environment.get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
    };
    let mut findings = Vec::new();
    let mut found = |variable, health, text: &str, source| {
        findings.push(Finding { variable, health, text: text.to_owned(), source });
    };
    if is("DISABLE_ADOT_OBSERVABILITY", "true") {
        let text = "DISABLE_ADOT_OBSERVABILITY=true switches off what the service sets up: no spans and no log records leave the container.";
        found("DISABLE_ADOT_OBSERVABILITY", Health::Problem, text, CONFIGURE);
    }
    if is("OTEL_SDK_DISABLED", "true") {
        let text = "OTEL_SDK_DISABLED=true switches the OpenTelemetry SDK off: no spans and no log records are made.";
        found("OTEL_SDK_DISABLED", Health::Problem, text, OTEL);
    }
    if is("AGENT_OBSERVABILITY_ENABLED", "false") {
        let text =
            "AGENT_OBSERVABILITY_ENABLED=false keeps the AWS distribution from sending agent telemetry.";
        found("AGENT_OBSERVABILITY_ENABLED", Health::Warning, text, CONFIGURE);
    }
    if is("OTEL_TRACES_EXPORTER", "none") {
        found(
            "OTEL_TRACES_EXPORTER",
            Health::Problem,
            "OTEL_TRACES_EXPORTER=none: spans are not sent.",
            OTEL,
        );
    }
    if is("OTEL_LOGS_EXPORTER", "none") {
        let text = "OTEL_LOGS_EXPORTER=none: log records are not sent; only the container's output is left.";
        found("OTEL_LOGS_EXPORTER", Health::Warning, text, OTEL);
    }
    if is("OTEL_TRACES_SAMPLER", "always_off") {
        let text = "OTEL_TRACES_SAMPLER=always_off: no trace is recorded.";
        found("OTEL_TRACES_SAMPLER", Health::Problem, text, OTEL);
    }
    for name in ENDPOINTS {
        let elsewhere = environment.get(*name).and_then(|value| host(value)).filter(|host| !is_aws(host));
        if let Some(host) = elsewhere {
            let text = format!("{name} sends telemetry to {host}, not to AWS: it is not found here.");
            found(name, Health::Warning, &text, OTEL);
        }
    }
    findings.sort_by_key(|finding| finding.health);
    findings
}

/// Judges an override of where log records go.
fn log_headers(look: &Look<'_>, probe: Probe) -> Probe {
    let Ok(facts) = &look.one.runtime else { return probe };
    let Some(headers) = facts.environment.get(LOG_HEADERS) else { return probe };
    let (group, stream) = (header(headers, "x-aws-log-group"), header(headers, "x-aws-log-stream"));
    let Some(group) = group.filter(|_| stream.is_some()) else {
        return probe
            .stands(Health::Problem)
            .seen("It names no log group, or no log stream.")
            .explained_by("otel-config-missing-log-headers", look.values());
    };
    if look.one.groups.iter().any(|own| own.name == group) {
        return probe;
    }
    probe
        .stands(Health::Warning)
        .because("Log records go to a group of your own naming. Neither the group nor the stream is made by the exporter: without them every batch is refused, and the role must be allowed to write there.")
        .explained_by("otel-log-group-missing", look.values())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(variables: &[(&str, &str)]) -> Option<Health> {
        let environment =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        findings(&environment).first().map(|finding| finding.health)
    }

    #[test]
    fn switches_that_silence_telemetry_are_found() {
        assert_eq!(worst(&[]), None);
        assert_eq!(
            worst(&[("AGENT_OBSERVABILITY_ENABLED", "true"), ("OTEL_TRACES_SAMPLER", "always_on")]),
            None
        );
        assert_eq!(worst(&[("DISABLE_ADOT_OBSERVABILITY", "True")]), Some(Health::Problem));
        assert_eq!(worst(&[("OTEL_SDK_DISABLED", "true")]), Some(Health::Problem));
        assert_eq!(worst(&[("OTEL_LOGS_EXPORTER", "none")]), Some(Health::Warning));
        assert_eq!(
            worst(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://api.vendor.example:443/otlp")]),
            Some(Health::Warning)
        );
        assert_eq!(
            worst(&[(
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "https://xray.us-east-1.amazonaws.com/v1/traces"
            )]),
            None
        );
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        let shown =
            |name: &str, value: &str| shown((&name.to_owned(), &value.to_owned())).unwrap_or_default();
        assert_eq!(shown("DATABASE_PASSWORD", "hunter2"), "");
        assert_eq!(shown("OTEL_TRACES_SAMPLER", "always_on"), "OTEL_TRACES_SAMPLER=always_on");
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:hunter2@collector.example/x?key=hunter2"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "hunter2"),
            ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-aws-log-group=a/b,authorization=hunter2"),
            ("OTEL_TRACES_SAMPLER_ARG", "hunter2 hunter2"),
        ] {
            let text = shown(name, value);
            assert!(text.contains(name) && !text.contains("hunter2"), "{text}");
        }
        assert!(shown("OTEL_EXPORTER_OTLP_ENDPOINT", "https://u:p@h.example/x").contains("h.example"));
        assert!(
            shown(LOG_HEADERS, "x-aws-log-group=a/b, x-aws-log-stream=c")
                .contains("log group a/b, log stream c")
        );
    }
}
