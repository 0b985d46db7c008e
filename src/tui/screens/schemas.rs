//! The audit of tool schemas: declarations that fail at a Gateway or with a model that sends strings.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::{Level, SchemaAudit, SchemaFinding};
use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Effect, Mouse, MouseKind, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Line, ListState, Table, paragraph};

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row.
    Select(usize),
    /// Goes to the first call that hit it.
    Call,
    /// Copies the recommended declaration.
    Copy,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("call", &["enter"], "call", "record of the first call that hit it", Message::Call),
    bind("copy", &["c"], "copy", "copy the recommended declaration", Message::Copy),
];

const COLUMNS: &[Column] = &[
    Column::left("level", 10),
    Column::left("risk", 15),
    Column::left("tool and parameter", 0),
    Column::left("declared", 0),
    Column::left("use instead", 0),
    Column::right("calls", 5),
];

/// Rows above the table.
const HEAD: u16 = 1;
/// Rows below it, for the selected finding.
const FOOT: u16 = 9;

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Select(row) => state.list.select(row),
        Message::Call => {
            if let Some((_, signal)) = selected(state, shared).and_then(|finding| finding.calls.first()) {
                out.send(message::Message::SelectSignal(*signal));
                out.send(message::Message::Show(ScreenId::Signal));
            }
        }
        Message::Copy => {
            if let Some(finding) = selected(state, shared) {
                out.run(Effect::Copy(shared.text(&finding.recommended)));
            }
        }
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    if change == Change::Shown && shared.answers.audit.is_none() {
        out.run(Effect::Audit);
    }
    let rows = shared.answers.audit.as_ref().map_or(0, |audit| audit.findings.len());
    state.list.fit(rows, Table::height(table(shared.body())));
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let line = mouse.row.checked_sub(table(area).y + 1)?;
    (mouse.kind == MouseKind::Click).then(|| state.list.row_at(line).map(Message::Select)).flatten()
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let look = shared.look;
    let heading = shared.answers.audit.as_deref().map_or_else(|| "Reading the tools …".to_owned(), summary);
    Line::new(buffer, look, area, 0).put(Role::Title, &heading);
    let Some(audit) = shared.answers.audit.as_deref() else { return };
    if audit.findings.is_empty() {
        let lines = paragraph(advice(audit), usize::from(area.width));
        for (row, line) in (2..).zip(lines) {
            Line::new(buffer, look, area, row).put(Role::Normal, &line);
        }
        return;
    }
    let table = Table { columns: COLUMNS, list: &state.list, focused: true };
    table.draw(buffer, look, self::table(area), |row| {
        audit.findings.get(row).map(|finding| cells(shared, finding)).unwrap_or_default()
    });
    if let Some(finding) = selected(state, shared) {
        let below = Rect { y: area.bottom().saturating_sub(FOOT - 1), height: FOOT - 1, ..area };
        let lines = detail(finding).into_iter().flat_map(|(role, text)| {
            let text = shared.line(&text, 1_000).to_string();
            paragraph(&text, usize::from(area.width)).into_iter().map(move |line| (role, line))
        });
        for (row, (role, line)) in (0..below.height).zip(lines) {
            Line::new(buffer, look, below, row).put(role, &line);
        }
    }
}

fn table(area: Rect) -> Rect {
    let height = area.height.saturating_sub(HEAD + FOOT);
    Rect { y: area.y + HEAD.min(area.height), height, ..area }
}

fn selected<'s>(state: &State, shared: &'s Shared) -> Option<&'s SchemaFinding> {
    shared.answers.audit.as_deref()?.findings.get(state.list.selected()?)
}

fn summary(audit: &SchemaAudit) -> String {
    let count = |level| audit.findings.iter().filter(|finding| finding.level == level).count();
    let tools: usize = audit.lists.iter().map(|list| list.tools.len()).sum();
    format!(
        "{} errors, {} warnings, {} notes; {tools} tools in {} lists",
        count(Level::Error),
        count(Level::Warning),
        count(Level::Info),
        audit.lists.len()
    )
}

fn advice(audit: &SchemaAudit) -> &'static str {
    if audit.lists.is_empty() {
        "This capture holds no tools/list answer. Save one beside the logs (the answer of the server, of the Gateway, or of both) and open them together: agentcore-triage schema tells which forms are read."
    } else {
        "Every parameter keeps a type that a Gateway can check, and no call of this capture was refused for one."
    }
}

fn cells(shared: &Shared, finding: &SchemaFinding) -> Vec<(Role, String)> {
    let text = |text: &str| shared.line(text, 200).to_string();
    let (role, sign) = match finding.level {
        Level::Error => (Role::Failed, "!!"),
        Level::Warning => (Role::Warning, " !"),
        Level::Info => (Role::Dim, "  "),
    };
    vec![
        (role, format!("{sign} {}", finding.level)),
        (Role::Normal, finding.risk.to_string()),
        (Role::Normal, text(&place(finding))),
        (Role::Normal, text(&finding.declared)),
        (Role::Command, text(&finding.recommended)),
        (Role::Normal, finding.hits.to_string()),
    ]
}

fn place(finding: &SchemaFinding) -> String {
    let tool = finding.tool.as_deref().unwrap_or("the list");
    match &finding.parameter {
        Some(parameter) => format!("{tool}.{parameter}"),
        None => tool.to_owned(),
    }
}

fn detail(finding: &SchemaFinding) -> Vec<(Role, String)> {
    let mut lines = vec![
        (Role::Title, format!("{}: {}", place(finding), finding.declared)),
        (Role::Normal, finding.message.clone()),
        (Role::Command, format!("use instead: {}", finding.recommended)),
    ];
    lines.push(match &finding.source {
        Some(source) => (Role::Dim, format!("source: {source}")),
        None => (Role::Dim, "no public source".to_owned()),
    });
    lines.push((Role::Dim, format!("found in {}", finding.list)));
    lines
}

#[cfg(test)]
mod tests {
    use crate::tui::message::Effect;
    use crate::tui::screens::ScreenId;
    use crate::tui::testing::{model, press, screen, show};

    #[test]
    fn pictures() {
        for (sample, size) in
            [("router-noise", (80, 24)), ("router-noise", (160, 50)), ("schema-mismatch", (120, 36))]
        {
            let mut model = model(sample, size);
            show(&mut model, ScreenId::Schemas);
            insta::assert_snapshot!(format!("schemas_{sample}_{}x{}", size.0, size.1), screen(&model));
        }
        let mut model = model("observability-setup", (80, 24));
        show(&mut model, ScreenId::Schemas);
        assert!(screen(&model).contains("holds no tools/list answer"));
    }

    #[test]
    fn a_recommendation_can_be_copied_and_the_call_opened() {
        let mut model = model("schema-mismatch", (120, 36));
        show(&mut model, ScreenId::Schemas);
        let effects = press(&mut model, "down up c");
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Copy(text) if text.as_str().contains("integer"))),
            "{effects:?}"
        );
        press(&mut model, "enter");
        assert_eq!(model.screen, ScreenId::Signal);
    }
}
