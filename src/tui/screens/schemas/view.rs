//! The audit, drawn: the tree of tools, and beside or below it what is told of the selected row.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::State;
use super::nodes::{self, Item, Place};
use crate::model::{Level, SchemaAudit};
use crate::tui::count::counted;
use crate::tui::model::Shared;
use crate::tui::theme::{Look, Role};
use crate::tui::widgets::{Line, Split, fit, paragraph, scroll_bar, tail, width};

/// The rooms of the tree with its heading row, and of the text.
pub(super) fn rooms(state: &State, area: Rect) -> Split {
    Split::new(area, 11, 12, state.tree.len())
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let look = shared.look;
    let Some(audit) = state.audit.as_deref() else {
        Line::new(buffer, look, area, 0).skip(1).put(Role::Dim, "Reading the tools …");
        return;
    };
    Line::new(buffer, look, area, 0).skip(1).put(Role::Title, &summary(audit));
    if state.tree.is_empty() {
        let lines = paragraph(advice(audit), usize::from(area.width.saturating_sub(2)));
        for (row, line) in (2..).zip(lines) {
            Line::new(buffer, look, area, row).skip(1).put(Role::Normal, &line);
        }
        return;
    }
    let split = rooms(state, area);
    let Split { list: tree, text, .. } = split;
    heads(buffer, look, tree);
    for (line, row) in (1..tree.height).zip(state.list.visible()) {
        draw_row(state, shared, buffer, tree, audit, (line, row));
    }
    scroll_bar(buffer, look, tree, &state.list);
    split.draw(buffer, look, state.in_text);
    state.text.draw(buffer, look, text, &state.top);
}

fn summary(audit: &SchemaAudit) -> String {
    let count = |level| audit.findings.iter().filter(|finding| finding.level == level).count() as u64;
    let tools: usize = audit.lists.iter().map(|list| list.tools.len()).sum();
    let found = format!(
        "{}, {}, {}",
        counted(count(Level::Error), "error"),
        counted(count(Level::Warning), "warning"),
        counted(count(Level::Info), "note")
    );
    if audit.lists.is_empty() && audit.findings.is_empty() {
        return "No tools were read".to_owned();
    }
    match audit.lists.len() as u64 {
        0 => format!("{found}; this capture holds no tools/list answer"),
        lists => format!("{found} in {} of {}", counted(tools as u64, "tool"), counted(lists, "list")),
    }
}

fn advice(audit: &SchemaAudit) -> &'static str {
    if audit.lists.is_empty() && audit.findings.is_empty() {
        "This capture holds no tools/list answer. Save one beside the logs (the answer of the server, of the Gateway, or of both) and open them together: agentcore-triage schema tells which forms are read."
    } else {
        "Nothing is wrong here: every parameter keeps a type that a Gateway can check, and no call of this capture was refused for one. f shows all tools."
    }
}

/// Columns of name and type; the problem has the rest.
fn columns(width: u16) -> (usize, usize) {
    let width = usize::from(width);
    (width * 2 / 5, width * 7 / 20)
}

fn heads(buffer: &mut Buffer, look: Look, area: Rect) {
    let (name, declared) = columns(area.width);
    let mut line = Line::new(buffer, look, area, 0);
    line.skip(1).cell(Role::Title, "tool and parameter", name).skip(1);
    line.cell(Role::Title, "type", declared).skip(1).put(Role::Title, "problem");
}

fn draw_row(
    state: &State,
    shared: &Shared,
    buffer: &mut Buffer,
    area: Rect,
    audit: &SchemaAudit,
    (line, row): (u16, usize),
) {
    let Some(node) = state.tree.row(row) else { return };
    let (look, item) = (shared.look, &node.item);
    let selected = state.list.selected() == Some(row);
    let (name, declared) = columns(area.width);
    let mut out = Line::new(buffer, look, area, line);
    out.put(Role::Key, if selected { look.symbols.pointer } else { " " });
    let indent = (usize::from(node.depth) * 2).min(name / 2);
    let fold = match (state.tree.has_children(row), state.tree.is_folded(row)) {
        (true, true) => look.symbols.folded,
        (true, false) => look.symbols.unfolded,
        (false, _) => " ",
    };
    let label = shared.line(&nodes::name(audit, item.place), 200).to_string();
    let role = match item.place {
        Place::List(_) | Place::Loose => Role::Title,
        Place::Tool(..) => Role::Link,
        Place::Parameter(..) | Place::Finding(_) => Role::Normal,
    };
    let room = name.saturating_sub(indent + 2);
    // The end of a list's path tells it from others.
    let cut = if matches!(item.place, Place::List(_)) { tail } else { fit };
    let label = cut(&label, width(&label).min(room), look.symbols.ellipsis);
    out.skip(indent).cell(Role::Dim, fold, 2).put(role, &label).skip(room - width(&label) + 1);
    out.cell(Role::Normal, shared.line(&facts(audit, item.place), 200).as_str(), declared).skip(1);
    let is_open = state.tree.has_children(row) && !state.tree.is_folded(row);
    if let Some((role, words)) = trouble(audit, item, is_open) {
        out.put(role, &words);
    }
    if selected && !state.in_text {
        let whole = Rect { y: area.y + line, height: 1, ..area }.intersection(buffer.area);
        buffer.set_style(whole, look.style(Role::Selection));
    }
}

/// The declared type in words, or how much is below.
fn facts(audit: &SchemaAudit, place: Place) -> String {
    let list = |at: usize| audit.lists.get(at);
    let tool = |at: usize, tool: usize| list(at).and_then(|list| list.tools.get(tool));
    match place {
        Place::Parameter(at, of, index) => {
            tool(at, of).and_then(|tool| tool.parameters.get(index)).map(|parameter| {
                format!("{}{}", if parameter.required { "required " } else { "" }, parameter.declared)
            })
        }
        Place::Tool(at, of) => tool(at, of).map(|tool| counted(tool.parameters.len() as u64, "parameter")),
        Place::List(at) => {
            list(at).map(|list| format!("{}: {}", list.origin, counted(list.tools.len() as u64, "tool")))
        }
        Place::Finding(at) => audit.findings.get(at).map(|finding| finding.declared.clone()),
        Place::Loose => None,
    }
    .unwrap_or_default()
}

/// Sign and words of the worst that is wrong; what is below a row that is open speaks for itself.
fn trouble(audit: &SchemaAudit, item: &Item, is_open: bool) -> Option<(Role, String)> {
    let own = item.findings.first().and_then(|at| audit.findings.get(*at));
    let (level, words) = match own {
        Some(finding) => {
            let more = item.findings.len() - 1;
            let more = if more > 0 { format!(" +{more}") } else { String::new() };
            (finding.level, format!("{}{more}", finding.risk))
        }
        None if is_open => return None,
        None => (item.worst?, "below".to_owned()),
    };
    let sign = match level {
        Level::Error => "!!",
        Level::Warning => "!",
        Level::Info => "i",
    };
    Some((level.into(), format!("{sign} {words}")))
}
