//! The rules, drawn: the list, and beside or below it what is told of the selected rule.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::State;
use crate::model::RuleMeta;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Line, Split, Table};

const BESIDE: &[Column] = &[
    Column::right("hits", 5),
    Column::left("severity", 9),
    Column::left("layer", 13),
    Column::left("rule", 0),
];

/// Beside a text, with few columns: an id begins with its layer, mostly.
const NARROW: &[Column] = &[Column::right("hits", 5), Column::left("severity", 9), Column::left("rule", 0)];

/// From so many columns on the list names the layers.
const WIDE: u16 = 66;

const ABOVE: &[Column] = &[
    Column::right("hits", 5),
    Column::left("severity", 9),
    Column::left("rule", 0),
    Column::left("title", 0),
];

/// The rooms of the list with its heading row, and of the text.
pub(super) fn rooms(state: &State, area: Rect) -> Split {
    Split::new(area, 9, 10, state.rows.len())
}

/// Rows of the list.
pub(super) fn list_height(state: &State, area: Rect) -> u16 {
    Table::height(rooms(state, area).list)
}

pub(in crate::tui::screens) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    heading(state, shared, &mut Line::new(buffer, shared.look, area, 0));
    let split = rooms(state, area);
    let Split { list, text, is_beside } = split;
    let rules = shared.catalogue().rules();
    let columns = match is_beside {
        true if list.width >= WIDE => BESIDE,
        true => NARROW,
        false => ABOVE,
    };
    let table = Table { columns, list: &state.list, focused: !state.in_text };
    table.draw(buffer, shared.look, list, |row| {
        let rule = state.rows.get(row).and_then(|at| rules.get(*at));
        rule.map(|rule| cells(state, shared, &rule.meta, columns)).unwrap_or_default()
    });
    if state.rows.is_empty() {
        let words = "no rule is listed; esc lists all of them";
        Line::new(buffer, shared.look, list, 1).skip(2).put(Role::Dim, words);
    }
    split.draw(buffer, shared.look, state.in_text);
    state.text.draw(buffer, shared.look, text, &state.top);
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

fn cells(state: &State, shared: &Shared, rule: &RuleMeta, columns: &[Column]) -> Vec<(Role, String)> {
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
    // Severities of rules that found nothing are no news.
    let level = (if is_off || hits == 0 { Role::Dim } else { level.into() }, format!("{level}{mark}"));
    let cell = |column: &Column| match column.title {
        "hits" => count.clone(),
        "severity" => level.clone(),
        "layer" => (Role::Dim, text(&rule.layer)),
        "title" => (if is_off { Role::Dim } else { Role::Normal }, text(&rule.title)),
        _ => (strong, text(&rule.id)),
    };
    columns.iter().map(cell).collect()
}
