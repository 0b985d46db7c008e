//! The rules, drawn: the list, and beside or below it what is told of the selected rule.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::State;
use crate::model::RuleMeta;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Line, Table, scroll_bar};

/// From this many columns on the text stands beside the list, otherwise below it.
const WIDE: u16 = 110;

const BESIDE: &[Column] = &[
    Column::right("hits", 5),
    Column::left("severity", 9),
    Column::left("layer", 13),
    Column::left("rule", 0),
];

const ABOVE: &[Column] = &[
    Column::right("hits", 5),
    Column::left("severity", 9),
    Column::left("rule", 0),
    Column::left("title", 0),
];

/// The rooms of the list with its heading row, and of the text.
pub(super) fn rooms(area: Rect) -> (Rect, Rect) {
    let head = 1.min(area.height);
    let body = Rect { y: area.y + head, height: area.height - head, ..area };
    if area.width >= WIDE {
        let left = body.width * 9 / 20;
        let right = Rect { x: body.x + left + 1, width: body.width - left - 1, ..body };
        return (Rect { width: left, ..body }, right);
    }
    let upper = body.height.div_ceil(2);
    let below = (body.height - upper).min(1);
    let lower = Rect { y: body.y + upper + below, height: body.height - upper - below, ..body };
    (Rect { height: upper, ..body }, lower)
}

/// Rows of the list.
pub(super) fn list_height(area: Rect) -> u16 {
    Table::height(rooms(area).0)
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    heading(state, shared, &mut Line::new(buffer, shared.look, area, 0));
    let (list, text) = rooms(area);
    let rules = shared.catalogue().rules();
    let is_beside = area.width >= WIDE;
    let columns = if is_beside { BESIDE } else { ABOVE };
    let table = Table { columns, list: &state.list, focused: !state.in_text };
    table.draw(buffer, shared.look, list, |row| {
        let rule = state.rows.get(row).and_then(|at| rules.get(*at));
        rule.map(|rule| cells(state, shared, &rule.meta, is_beside)).unwrap_or_default()
    });
    if state.rows.is_empty() {
        let words = "no rule is listed; esc lists all of them";
        Line::new(buffer, shared.look, list, 1).skip(2).put(Role::Dim, words);
    }
    if !is_beside && text.y > list.bottom() {
        let rule = shared.look.symbols.line.repeat(usize::from(area.width));
        Line::new(buffer, shared.look, Rect { y: list.bottom(), height: 1, ..area }, 0)
            .put(Role::Border, &rule);
    }
    draw_text(state, shared, buffer, text);
}

fn heading(state: &State, shared: &Shared, line: &mut Line<'_>) {
    let dot = shared.look.symbols.dot;
    let rules = shared.catalogue().rules();
    let off = rules.iter().filter(|rule| shared.switches.is_off(rule.id())).count();
    let with_hits = state.hits.len();
    line.skip(1).put(Role::Title, &format!("{} rules, {with_hits} with hits here", rules.len()));
    if !state.open.is_empty() {
        line.put(Role::Dim, &format!(", {} undecided", state.open.len()));
    }
    if off > 0 {
        line.put(Role::Warning, &format!(", {off} off"));
    }
    if state.only_hits {
        line.put(Role::Dim, &format!(" {dot} only those that matter here"));
    }
    if !state.words.is_empty() {
        let words = shared.line(&state.words, 60).to_string();
        line.put(Role::Dim, &format!(" {dot} with ")).put(Role::Match, &words);
        line.put(Role::Dim, &format!(": {}", state.rows.len()));
    }
}

fn cells(state: &State, shared: &Shared, rule: &RuleMeta, is_beside: bool) -> Vec<(Role, String)> {
    let text = |text: &str| shared.line(text, 200).to_string();
    let is_off = shared.switches.is_off(&rule.id);
    let hits = state.hits.get(&rule.id).map_or(0, |hits| hits.occurrences);
    let count = match hits {
        _ if is_off => (Role::Warning, "off".to_owned()),
        0 if state.open.contains(&rule.id) => (Role::Unknown, "?".to_owned()),
        0 => (Role::Dim, "0".to_owned()),
        hits => (Role::Title, hits.to_string()),
    };
    let level = shared.switches.level(rule);
    let mark = if level == rule.severity { "" } else { "*" };
    let strong = if is_off {
        Role::Dim
    } else if hits > 0 {
        Role::Title
    } else {
        Role::Normal
    };
    let level = (if is_off { Role::Dim } else { level.into() }, format!("{level}{mark}"));
    let id = (strong, text(&rule.id));
    if is_beside {
        return vec![count, level, (Role::Dim, text(&rule.layer)), id];
    }
    vec![count, level, id, (if is_off { Role::Dim } else { Role::Normal }, text(&rule.title))]
}

fn draw_text(state: &State, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    for (line, row) in state.top.visible().enumerate().take(usize::from(area.height)) {
        let mut out = Line::new(buffer, shared.look, area, line as u16);
        for (role, text) in state.text.rows.get(row).into_iter().flatten() {
            out.put(*role, text);
        }
    }
    let with_heading = Rect { y: area.y.saturating_sub(1), height: area.height + 1, ..area };
    scroll_bar(buffer, shared.look, with_heading, &state.top);
    if state.in_text && area.x > 0 {
        for line in 0..area.height {
            let beside = Rect { x: area.x - 1, width: 1, ..area };
            Line::new(buffer, shared.look, beside, line).put(Role::Key, shared.look.symbols.vertical);
        }
    }
}
