//! What is told of one row of the audit.

use super::State;
use super::nodes::{self, Place};
use crate::model::{ListOrigin, SchemaAudit, SchemaFinding, ToolList};
use crate::tui::count::counted;
use crate::tui::model::Shared;
use crate::tui::screens::advice::Pen;
use crate::tui::screens::diagnosis::document::{Action, Document};
use crate::tui::theme::Role;

/// Calls that are listed of one finding.
const MAX_CALLS: usize = 5;

/// The text about the selected row in rows of so many columns.
pub(super) fn document(state: &State, shared: &Shared, columns: usize) -> Document {
    let mut pen = Pen { shared, document: Document::new(columns) };
    let (Some(audit), Some(item)) = (state.audit.as_deref(), state.item()) else { return pen.document };
    pen.text("", Role::Title, &nodes::path(audit, item.place));
    declared(&mut pen, audit, item.place);
    for finding in item.findings.iter().filter_map(|at| audit.findings.get(*at)) {
        problem(&mut pen, finding, item.place);
    }
    if let Place::List(_) = item.place {
        for words in &audit.unreadable {
            pen.text("not read: ", Role::Warning, words);
        }
    }
    pen.document
}

/// What the row is, whatever is wrong with it.
fn declared(pen: &mut Pen<'_>, audit: &SchemaAudit, place: Place) {
    match place {
        Place::List(at) => {
            if let Some(list) = audit.lists.get(at) {
                about_list(pen, list);
            }
        }
        Place::Loose => pen.text(
            "",
            Role::Dim,
            "Calls were refused for a type, and this capture holds no list that declares the parameter.",
        ),
        Place::Tool(at, tool) => {
            if let Some(tool) = audit.lists.get(at).and_then(|list| list.tools.get(tool)) {
                let required = tool.parameters.iter().filter(|parameter| parameter.required).count();
                let count = counted(tool.parameters.len() as u64, "parameter");
                pen.text("", Role::Dim, &format!("tool with {count}, {required} required"));
            }
        }
        Place::Parameter(at, tool, index) => {
            let tool = audit.lists.get(at).and_then(|list| list.tools.get(tool));
            if let Some(parameter) = tool.and_then(|tool| tool.parameters.get(index)) {
                let required = if parameter.required { "required" } else { "optional" };
                let default = parameter.default.as_ref().map(|value| format!(", default {value}"));
                let words = format!("{}, {required}{}", parameter.declared, default.unwrap_or_default());
                pen.text("", Role::Normal, &words);
            }
        }
        Place::Finding(at) => {
            if let Some(finding) = audit.findings.get(at) {
                pen.text("", Role::Dim, &format!("told by {}", finding.list));
            }
        }
    }
}

fn about_list(pen: &mut Pen<'_>, list: &ToolList) {
    let origin = match list.origin {
        ListOrigin::Server => "What the MCP server declares itself",
        ListOrigin::Gateway => "What a Gateway declares, from the schemas that it keeps",
        ListOrigin::Target => "The inline schema of a Gateway target",
    };
    let seen = if list.seen > 1 { format!("; {} answers said this", list.seen) } else { String::new() };
    pen.text("", Role::Normal, &format!("{origin}: {}{seen}.", counted(list.tools.len() as u64, "tool")));
    match list.target_room {
        Some(0) => pen.text(
            "",
            Role::Warning,
            "No target name is short enough for these tools: with its prefix some name passes the 64 characters of \
             Bedrock's Converse.",
        ),
        Some(room) => {
            let words = format!(
                "A Gateway target in front of it may have a name of at most {}, so that every prefixed tool name \
                 stays within the 64 of Bedrock's Converse.",
                counted(room as u64, "character")
            );
            pen.text("", Role::Dim, &words);
        }
        None => {}
    }
}

fn problem(pen: &mut Pen<'_>, finding: &SchemaFinding, place: Place) {
    pen.document.heading(&format!("{}: {}", finding.level, finding.risk));
    // A parameter's own row says how it is declared.
    if !matches!(place, Place::Parameter(..)) {
        pen.text("  ", finding.level.into(), &finding.declared);
    }
    pen.text("  ", Role::Normal, &finding.message);
    pen.document.heading("Use instead");
    pen.text("  ", Role::Command, &finding.recommended);
    if let Some(command) = &finding.command {
        pen.command("  ", command);
    }
    calls(pen, finding);
    if let Some(wrong) = &finding.not {
        pen.document.heading("Does not help");
        pen.text("  - ", Role::Normal, &format!("{}: {}", wrong.advice.trim_end_matches('.'), wrong.why));
    }
    pen.document.heading("Source");
    pen.text("  ", Role::Dim, finding.source.as_deref().unwrap_or("none that is public"));
}

fn calls(pen: &mut Pen<'_>, finding: &SchemaFinding) {
    if finding.hits == 0 {
        return;
    }
    pen.document.heading(&format!("Failed by it: {}", counted(finding.hits.into(), "call")));
    let shared = pen.shared;
    for (request, signal) in finding.calls.iter().take(MAX_CALLS) {
        let request = request.and_then(|key| shared.snapshot().requests.get(key.index()));
        let at = request.and_then(|request| request.window).map(|window| shared.zone.clock(window.start));
        let tool = request.and_then(|request| shared.snapshot().names.text(request.tool)).unwrap_or("a call");
        let words = format!("{} {tool}", at.unwrap_or_default());
        let words = shared.line(words.trim_start(), 200).to_string();
        pen.document.item(Action::Signal(*signal), |document| document.text("  ", Role::Link, &words));
    }
}
