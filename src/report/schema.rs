//! The schema audit as a document, and its three forms: text, JSON, Markdown.
//!
//! The serialised form is the contract `agentcore-triage/schema/1`: all keys always there, `null` for what is not
//! known.

mod markdown;
mod text;

use std::io::{self, Write};

use serde::Serialize;

use crate::case::Case;
use crate::model::{
    self, Level, ListOrigin, RequestKey, SchemaAudit, SchemaFinding, SchemaRisk, SignalKey, Timestamp,
};
use crate::text::{Door, SafeText};

/// Names the contract.
const SCHEMA: &str = "agentcore-triage/schema/1";
/// Longest string, in characters.
const LINE: usize = 2_000;

/// How an audit is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaFormat {
    /// For people.
    Text,
    /// The document, `agentcore-triage/schema/1`.
    Json,
    /// For an issue or a chat.
    Markdown,
}

/// An audit, every string through the door.
#[derive(Clone, Debug, Serialize)]
pub struct SchemaDocument {
    schema: &'static str,
    tool: super::document::Tool,
    pub(super) lists: Vec<List>,
    pub(super) findings: Vec<Finding>,
    pub(super) unreadable: Vec<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct List {
    label: SafeText,
    origin: ListOrigin,
    seen: u32,
    target_room: Option<usize>,
    tools: Vec<Tool>,
}

#[derive(Clone, Debug, Serialize)]
struct Tool {
    name: SafeText,
    parameters: Vec<Parameter>,
}

#[derive(Clone, Debug, Serialize)]
struct Parameter {
    path: SafeText,
    declared: SafeText,
    required: bool,
    default: Option<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    risk: SchemaRisk,
    level: Level,
    tool: Option<SafeText>,
    parameter: Option<SafeText>,
    declared: SafeText,
    message: SafeText,
    recommended: SafeText,
    command: Option<SafeText>,
    not: Option<WrongAdvice>,
    source: Option<SafeText>,
    list: SafeText,
    hits: u32,
    calls: Vec<Call>,
}

#[derive(Clone, Debug, Serialize)]
struct WrongAdvice {
    advice: SafeText,
    why: SafeText,
    source: Option<SafeText>,
}

/// A call that hit a risk.
#[derive(Clone, Debug, Serialize)]
struct Call {
    path: SafeText,
    line: u32,
    timestamp: Option<Timestamp>,
    trace_id: Option<String>,
    request_id: Option<SafeText>,
    excerpt: SafeText,
}

impl SchemaDocument {
    /// Everything `audit` holds, through `door`; `case` is what was audited.
    pub fn new(audit: &SchemaAudit, case: &Case, door: Door, tool_version: &str) -> Self {
        let builder = Builder { case, door };
        Self {
            schema: SCHEMA,
            tool: super::document::Tool { name: env!("CARGO_PKG_NAME"), version: tool_version.to_owned() },
            lists: audit.lists.iter().map(|list| builder.list(list)).collect(),
            findings: audit.findings.iter().map(|finding| builder.finding(finding)).collect(),
            unreadable: audit.unreadable.iter().map(|what| builder.line(what)).collect(),
        }
    }
}

struct Builder<'a> {
    case: &'a Case,
    door: Door,
}

impl Builder<'_> {
    fn line(&self, text: &str) -> SafeText {
        self.door.line(text, LINE)
    }

    fn optional(&self, text: Option<&String>) -> Option<SafeText> {
        text.map(|text| self.line(text))
    }

    fn list(&self, list: &model::ToolList) -> List {
        let parameter = |parameter: &model::Parameter| Parameter {
            path: self.line(&parameter.path),
            declared: self.line(&parameter.declared),
            required: parameter.required,
            default: self.optional(parameter.default.as_ref()),
        };
        let tool = |tool: &model::Tool| Tool {
            name: self.line(&tool.name),
            parameters: tool.parameters.iter().map(parameter).collect(),
        };
        List {
            label: self.line(&list.label),
            origin: list.origin,
            seen: list.seen,
            target_room: list.target_room,
            tools: list.tools.iter().map(tool).collect(),
        }
    }

    fn finding(&self, finding: &SchemaFinding) -> Finding {
        Finding {
            risk: finding.risk,
            level: finding.level,
            tool: self.optional(finding.tool.as_ref()),
            parameter: self.optional(finding.parameter.as_ref()),
            declared: self.line(&finding.declared),
            message: self.line(&finding.message),
            recommended: self.line(&finding.recommended),
            command: self.optional(finding.command.as_ref()),
            not: finding.not.as_ref().map(|not| WrongAdvice {
                advice: self.line(&not.advice),
                why: self.line(&not.why),
                source: self.optional(not.source.as_ref()),
            }),
            source: self.optional(finding.source.as_ref()),
            list: self.line(&finding.list),
            hits: finding.hits,
            calls: finding.calls.iter().map(|(request, signal)| self.call(*request, *signal)).collect(),
        }
    }

    fn call(&self, request: Option<RequestKey>, signal: SignalKey) -> Call {
        let signal = self.case.signal(signal);
        let request = request.and_then(|key| self.case.requests().get(key.index()));
        let trace = request.and_then(|request| self.case.names().trace(request.trace)).or(signal.ids.trace);
        let id = request.and_then(|request| self.case.names().id(request.request));
        Call {
            path: self.line(&signal.origin.path),
            line: signal.origin.line,
            timestamp: signal.timestamp,
            trace_id: trace.map(|trace| trace.to_string()),
            request_id: id.as_deref().or(signal.ids.request.as_deref()).map(|id| self.line(id)),
            excerpt: super::excerpt::of(&signal, None, self.door, super::document::EXCERPT),
        }
    }
}

/// Writes an audit in one of its forms, ended by a line feed. `color` and `width` are for the text.
pub fn write_schema(
    format: SchemaFormat,
    document: &SchemaDocument,
    color: bool,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        SchemaFormat::Text => text::write(document, color, width, out),
        SchemaFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, document)?;
            out.write_all(b"\n")
        }
        SchemaFormat::Markdown => {
            writeln!(out, "## Schema audit\n")?;
            write_markdown(document, out)?;
            markdown::parameters(document, out)
        }
    }
}

/// Writes the section of an audit for a longer report, below a heading that the caller writes: the result, the
/// findings, what was not read. Parameters without a finding are left out.
pub(super) fn write_markdown(document: &SchemaDocument, out: &mut dyn Write) -> io::Result<()> {
    markdown::write(document, out)
}

/// `tool.parameter`, or what of it is known.
fn place(finding: &Finding) -> String {
    match (&finding.tool, &finding.parameter) {
        (Some(tool), Some(parameter)) => format!("{tool}.{parameter}"),
        (Some(name), None) | (None, Some(name)) => name.to_string(),
        (None, None) => "the list".to_owned(),
    }
}

/// What was audited, in one line for each list.
fn summary(list: &List) -> String {
    let parameters: usize = list.tools.iter().map(|tool| tool.parameters.len()).sum();
    let who = match list.origin {
        ListOrigin::Server => "a server's list",
        ListOrigin::Gateway => "a Gateway's list",
        ListOrigin::Target => "a target's inline schemas",
    };
    let mut line = format!(
        "{}: {who}, {}, {}",
        list.label,
        super::summary::counted(list.tools.len() as u64, "tool"),
        super::summary::counted(parameters as u64, "parameter"),
    );
    if list.seen > 1 {
        line = format!("{line}, seen {} times", list.seen);
    }
    if let Some(room) = list.target_room {
        line = format!("{line}; a target's name may have at most {room} characters");
    }
    line
}

/// The result in one sentence.
fn verdict(document: &SchemaDocument) -> String {
    let count = |level| document.findings.iter().filter(|finding| finding.level == level).count() as u64;
    let counted = super::summary::counted;
    format!(
        "schema audit: {}, {}, {} in {}",
        counted(count(Level::Error), "error"),
        counted(count(Level::Warning), "warning"),
        counted(count(Level::Info), "note"),
        counted(document.lists.len() as u64, "list"),
    )
}
