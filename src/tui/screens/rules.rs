//! The catalogue: every rule with its hits in this capture.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::{Finding, Level, RuleMeta};
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
    /// Places in the catalogue.
    rows: Vec<usize>,
    /// Findings and occurrences by rule id.
    hits: BTreeMap<String, (u32, u64)>,
    only_hits: bool,
    by_layer: bool,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Selects a row.
    Select(usize),
    /// Lists only rules with hits, or all.
    OnlyHits,
    /// Orders by layer, or by hits.
    Sort,
    /// Goes to the first hit.
    Open,
    /// Copies the rule's id.
    Copy,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("open", &["enter"], "first hit", "record of the rule's first hit", Message::Open),
    bind("hits", &["f"], "hits", "only rules with hits, or all", Message::OnlyHits),
    bind("sort", &["s"], "sort", "order by hits or by layer", Message::Sort),
    bind("copy", &["c"], "copy", "copy the rule's id", Message::Copy),
];

const COLUMNS: &[Column] = &[
    Column::right("hits", 5),
    Column::left("level", 8),
    Column::left("role", 8),
    Column::left("layer", 13),
    Column::left("rule", 0),
    Column::left("title", 0),
];

/// Rows above the table.
const HEAD: u16 = 1;
/// Rows below it, for the selected rule.
const FOOT: u16 = 9;

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Select(row) => state.list.select(row),
        Message::OnlyHits => {
            state.only_hits = !state.only_hits;
            arrange(state, shared);
        }
        Message::Sort => {
            state.by_layer = !state.by_layer;
            arrange(state, shared);
        }
        Message::Open => {
            let evidence = first_hit(state, shared).and_then(|finding| finding.evidence.first());
            if let Some(evidence) = evidence {
                out.send(message::Message::SelectSignal(evidence.signal));
                out.send(message::Message::Show(ScreenId::Signal));
            }
        }
        Message::Copy => {
            if let Some(rule) = selected(state, shared) {
                out.run(Effect::Copy(shared.line(&rule.id, 200)));
            }
        }
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    if matches!(change, Change::Data | Change::Shown) {
        state.hits = BTreeMap::new();
        for finding in &shared.snapshot().findings {
            let hits = state.hits.entry(finding.rule.clone()).or_default();
            hits.0 += 1;
            hits.1 += u64::from(finding.occurrences);
        }
        arrange(state, shared);
    }
    state.list.fit(state.rows.len(), Table::height(table(shared.body())));
}

/// Puts the rules into order; the selected one stays selected.
fn arrange(state: &mut State, shared: &Shared) {
    let rules = shared.catalogue().rules();
    let before = state.list.selected().and_then(|row| state.rows.get(row)).copied();
    let hits = |at: &usize| state.hits.get(&rules[*at].meta.id).map_or(0, |hits| hits.1);
    let mut rows: Vec<usize> = (0..rules.len()).filter(|at| !state.only_hits || hits(at) > 0).collect();
    rows.sort_by_key(|at| {
        let meta = &rules[*at].meta;
        let hits = std::cmp::Reverse(if state.by_layer { 0 } else { hits(at) });
        (hits, meta.layer.as_str(), meta.id.as_str())
    });
    let selected = before.and_then(|before| rows.iter().position(|at| *at == before));
    state.rows = rows;
    state.list.fit(state.rows.len(), Table::height(table(shared.body())));
    state.list.select(selected.unwrap_or_default());
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let line = mouse.row.checked_sub(table(area).y + 1)?;
    (mouse.kind == MouseKind::Click).then(|| state.list.row_at(line).map(Message::Select)).flatten()
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let look = shared.look;
    let rules = shared.catalogue().rules();
    let heading = format!("{} rules, {} with hits in this capture", rules.len(), state.hits.len());
    Line::new(buffer, look, area, 0).put(Role::Title, &heading);
    let table = Table { columns: COLUMNS, list: &state.list, focused: true };
    table.draw(buffer, look, self::table(area), |row| {
        let rule = state.rows.get(row).and_then(|at| rules.get(*at));
        rule.map(|rule| cells(state, shared, &rule.meta)).unwrap_or_default()
    });
    let Some(rule) = selected(state, shared) else { return };
    let below = Rect { y: area.bottom().saturating_sub(FOOT - 1), height: FOOT - 1, ..area };
    let lines = detail(state, shared, rule).into_iter().flat_map(|(role, text)| {
        let text = shared.line(&text, 1_000).to_string();
        paragraph(&text, usize::from(area.width)).into_iter().map(move |line| (role, line))
    });
    for (row, (role, line)) in (0..below.height).zip(lines) {
        Line::new(buffer, look, below, row).put(role, &line);
    }
}

fn table(area: Rect) -> Rect {
    let height = area.height.saturating_sub(HEAD + FOOT);
    Rect { y: area.y + HEAD.min(area.height), height, ..area }
}

fn selected<'s>(state: &State, shared: &'s Shared) -> Option<&'s RuleMeta> {
    let at = state.rows.get(state.list.selected()?)?;
    shared.catalogue().rules().get(*at).map(|rule| &rule.meta)
}

fn first_hit<'s>(state: &State, shared: &'s Shared) -> Option<&'s Finding> {
    let rule = selected(state, shared)?;
    let own = shared.snapshot().findings.iter().filter(|finding| finding.rule == rule.id);
    own.min_by_key(|finding| (finding.first.is_none(), finding.first))
}

fn cells(state: &State, shared: &Shared, rule: &RuleMeta) -> Vec<(Role, String)> {
    let hits = state.hits.get(&rule.id).map_or(0, |hits| hits.1);
    let level = match rule.severity {
        Level::Error => Role::Failed,
        Level::Warning => Role::Warning,
        Level::Info => Role::Dim,
    };
    let text = |text: &str| shared.line(text, 200).to_string();
    vec![
        (if hits > 0 { Role::Title } else { Role::Dim }, hits.to_string()),
        (level, rule.severity.to_string()),
        (Role::Dim, rule.role.to_string()),
        (Role::Dim, text(&rule.layer)),
        (if hits > 0 { Role::Title } else { Role::Normal }, text(&rule.id)),
        (Role::Normal, text(&rule.title)),
    ]
}

fn detail(state: &State, shared: &Shared, rule: &RuleMeta) -> Vec<(Role, String)> {
    let mut lines = vec![(Role::Title, format!("{}: {}", rule.id, rule.title))];
    if let Some((findings, occurrences)) = state.hits.get(&rule.id) {
        lines.push((Role::Normal, format!("seen {occurrences} times in {findings} findings")));
    }
    let open = shared.snapshot().undetermined.iter().find(|open| open.rule == rule.id);
    if let Some(missing) = open.and_then(|open| open.missing.first()) {
        lines.push((Role::Unknown, format!("cannot tell: {missing}")));
    }
    lines.push((Role::Normal, rule.cause.clone()));
    lines.extend(
        rule.fix.iter().zip(1..).map(|(step, number)| (Role::Normal, format!("{number}. {}", step.text))),
    );
    lines
}

#[cfg(test)]
mod tests {
    use crate::tui::message::Effect;
    use crate::tui::screens::ScreenId;
    use crate::tui::testing::{model, press, screen, show};

    #[test]
    fn pictures() {
        for size in [(80, 24), (160, 50)] {
            let mut model = model("schema-mismatch", size);
            show(&mut model, ScreenId::Rules);
            press(&mut model, "f");
            insta::assert_snapshot!(format!("rules_{}x{}", size.0, size.1), screen(&model));
        }
    }

    #[test]
    fn rules_with_hits_come_first_and_open_their_record() {
        let mut model = model("schema-mismatch", (120, 36));
        show(&mut model, ScreenId::Rules);
        let all = screen(&model);
        assert!(all.contains("gateway-param-type-mismatch"), "{all}");
        press(&mut model, "s");
        assert_ne!(screen(&model), all, "ordered by layer");
        press(&mut model, "s home");
        let effects = press(&mut model, "c");
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Copy(text) if text.as_str().starts_with("gateway-"))),
            "{effects:?}"
        );
        press(&mut model, "enter");
        assert_eq!(model.screen, ScreenId::Signal);
    }
}
