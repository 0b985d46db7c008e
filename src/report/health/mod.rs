//! A check-up as a document, and its three forms: text, JSON, Markdown.
//!
//! The serialised form is the contract `agentcore-triage/doctor/1`: all keys always there, `null` for what is not
//! known.

mod markdown;
mod text;

use std::io::{self, Write};

use serde::Serialize;

use super::summary::counted;
use crate::model::{Checkup, FixStep, Health, Probe, Refusal, Resource, ResourceKind, Unanswered};
use crate::text::{Door, SafeText};

/// Names the contract.
const SCHEMA: &str = "agentcore-triage/doctor/1";
/// Longest string, in characters.
const LINE: usize = 2_000;

/// How a check-up is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HealthFormat {
    /// For people.
    Text,
    /// The document, `agentcore-triage/doctor/1`.
    Json,
    /// For an issue or a chat.
    Markdown,
}

/// A check-up, every string through the door.
#[derive(Clone, Debug, Serialize)]
pub struct HealthDocument {
    schema: &'static str,
    tool: super::document::Tool,
    account: Account,
    summary: Summary,
    probes: Vec<Row>,
}

#[derive(Clone, Debug, Serialize)]
struct Account {
    id: SafeText,
    region: SafeText,
    caller: SafeText,
}

/// How many probes stand how, and whether an answer is missing.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Summary {
    problem: usize,
    warning: usize,
    cannot_tell: usize,
    ok: usize,
    not_applicable: usize,
    partial: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    id: &'static str,
    title: &'static str,
    resource: Option<Thing>,
    standing: Health,
    evidence: Vec<SafeText>,
    cause: Option<SafeText>,
    fix: Vec<Step>,
    verify: Option<SafeText>,
    permissions: &'static [&'static str],
    unanswered: Vec<Call>,
    /// The rule whose words these are.
    rule: Option<SafeText>,
    /// Every rule about the same fault.
    rules: &'static [&'static str],
    references: Vec<SafeText>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Thing {
    kind: ResourceKind,
    id: SafeText,
    name: Option<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
struct Step {
    text: SafeText,
    command: Option<SafeText>,
    source: Option<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
struct Call {
    action: SafeText,
    refusal: Refusal,
    reason: SafeText,
}

impl HealthDocument {
    /// Everything `checkup` holds, through `door`.
    pub fn new(checkup: &Checkup, door: Door, tool_version: &str) -> Self {
        let line = |text: &str| door.line(text, LINE);
        let count = |health| checkup.probes.iter().filter(|probe| probe.health == health).count();
        Self {
            schema: SCHEMA,
            tool: super::document::Tool { name: env!("CARGO_PKG_NAME"), version: tool_version.to_owned() },
            account: Account {
                id: line(&checkup.account),
                region: line(&checkup.region),
                caller: line(&checkup.caller),
            },
            summary: Summary {
                problem: count(Health::Problem),
                warning: count(Health::Warning),
                cannot_tell: count(Health::CannotTell),
                ok: count(Health::Ok),
                not_applicable: count(Health::NotApplicable),
                partial: checkup.is_partial(),
            },
            probes: checkup.probes.iter().map(|probe| row(probe, door)).collect(),
        }
    }

    /// The probes of each resource, in order.
    fn groups(&self) -> impl Iterator<Item = (Option<&Thing>, &[Row])> {
        self.probes
            .chunk_by(|a, b| a.resource == b.resource)
            .filter_map(|rows| Some((rows.first()?.resource.as_ref(), rows)))
    }
}

fn row(probe: &Probe, door: Door) -> Row {
    let line = |text: &String| door.line(text, LINE);
    let thing = |resource: &Resource| Thing {
        kind: resource.kind,
        id: line(&resource.id),
        name: resource.name.as_ref().map(line),
    };
    let step = |step: &FixStep| Step {
        text: line(&step.text),
        command: step.command.as_ref().map(line),
        source: step.source.as_ref().map(line),
    };
    let call = |call: &Unanswered| Call {
        action: line(&call.action),
        refusal: call.refusal,
        reason: line(&call.reason),
    };
    Row {
        id: probe.kind.id,
        title: probe.kind.title,
        resource: probe.resource.as_ref().map(thing),
        standing: probe.health,
        evidence: probe.evidence.iter().map(line).collect(),
        cause: probe.cause.as_ref().map(line),
        fix: probe.fixes.iter().map(step).collect(),
        verify: probe.verify.as_ref().map(line),
        permissions: probe.kind.permissions,
        unanswered: probe.unanswered.iter().map(call).collect(),
        rule: probe.rule.as_ref().map(line),
        rules: probe.kind.rules,
        references: probe.references.iter().map(line).collect(),
    }
}

/// Writes a check-up in one of its forms, ended by a line feed. `color` and `width` are for the text.
pub fn write_health(
    format: HealthFormat,
    document: &HealthDocument,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        HealthFormat::Text => text::write(document, color, width, out),
        HealthFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, document)?;
            out.write_all(b"\n")
        }
        HealthFormat::Markdown => markdown::write(document, out),
    }
}

/// `runtime my_agent (my_agent-a1b2c3d4e5)`.
fn heading(thing: Option<&Thing>) -> String {
    match thing {
        None => "account".to_owned(),
        Some(Thing { kind, id, name: Some(name) }) if name != id => format!("{kind} {name} ({id})"),
        Some(Thing { kind, id, .. }) => format!("{kind} {id}"),
    }
}

/// The result in one sentence.
fn verdict(document: &HealthDocument) -> String {
    let Summary { problem, warning, cannot_tell, ok, not_applicable, partial } = document.summary;
    let missing =
        if partial { "; some calls were not answered, so this is not the whole picture" } else { "" };
    format!(
        "doctor: {}, {}, {cannot_tell} cannot tell, {ok} ok, {not_applicable} not applicable{missing}",
        counted(problem as u64, "problem"),
        counted(warning as u64, "warning"),
    )
}
