//! The failing request beside a healthy one: what differs, best separating first.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::{Comparison, Difference, Outcome, RequestKey, Share};
use crate::tui::keys::{Binding, Move, bind};
use crate::tui::message::{self, Effect, Mouse, MouseKind, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::screens::ScreenId;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Line, ListState, Table, bar, paragraph};

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
    /// Goes to the healthy request.
    Healthy,
    /// Copies the selected difference.
    Copy,
}

/// Its part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("healthy", &["enter"], "healthy one", "timeline of the healthy request", Message::Healthy),
    bind("copy", &["c"], "copy", "copy the selected difference", Message::Copy),
];

const COLUMNS: &[Column] = &[
    Column::left("kind", 9),
    Column::left("attribute", 0),
    Column::left("failing", 0),
    Column::left("healthy", 0),
    Column::right("of failed", 9),
    Column::right("of healthy", 10),
    Column::left("separates", 9),
];

/// Rows above the table.
const HEAD: u16 = 5;
/// Rows below it, for the selected difference.
const FOOT: u16 = 4;

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Select(row) => state.list.select(row),
        Message::Healthy => {
            let healthy = comparison(shared).and_then(|found| found.healthy.as_ref());
            if let Some(key) = healthy.and_then(|healthy| healthy.key) {
                out.send(message::Message::SelectRequest(key));
                out.send(message::Message::Show(ScreenId::Timeline));
            }
        }
        Message::Copy => {
            if let Some(difference) = selected(state, shared) {
                out.run(Effect::Copy(shared.line(&sentence(difference), 2_000)));
            }
        }
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    if matches!(change, Change::Shown | Change::Selection | Change::Data)
        && let Some(key) = failing(shared)
        && comparison(shared).is_none()
    {
        out.run(Effect::Compare { failing: key, healthy: None });
    }
    let rows = comparison(shared).map_or(0, |found| found.differences.len());
    state.list.fit(rows, Table::height(table(shared.body())));
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let line = mouse.row.checked_sub(table(area).y + 1)?;
    (mouse.kind == MouseKind::Click).then(|| state.list.row_at(line).map(Message::Select)).flatten()
}

pub(super) fn view(state: &State, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let look = shared.look;
    let Some(found) = comparison(shared) else {
        let text = if failing(shared).is_some() {
            "Comparing with healthy requests …"
        } else {
            "The selected request did not fail. Select a failed one, or press ] for the next failed request."
        };
        for (row, line) in (0..).zip(paragraph(text, usize::from(area.width))) {
            Line::new(buffer, look, area, row).put(Role::Dim, &line);
        }
        return;
    };
    let failing = label(shared, found.failing);
    Line::new(buffer, look, area, 0)
        .put(Role::Failed, look.symbols.outcome(Outcome::Failed))
        .put(Role::Normal, &format!(" {failing}, {} failed alike looked at", of(found.failed)));
    let healthy = match &found.healthy {
        Some(healthy) => format!(
            " {} ({}), {} healthy looked at",
            shared.line(&healthy.label, 200),
            healthy.choice,
            of(found.healthy_seen)
        ),
        None => " no healthy request to compare with".to_owned(),
    };
    Line::new(buffer, look, area, 1)
        .put(Role::Ok, look.symbols.outcome(Outcome::Ok))
        .put(Role::Normal, &healthy);
    let caution = found.caution.as_deref().unwrap_or_default();
    let caution = shared.line(caution, 400).to_string();
    for (row, line) in (2..HEAD).zip(paragraph(&caution, usize::from(area.width))) {
        Line::new(buffer, look, area, row).put(Role::Warning, &line);
    }
    let table = Table { columns: COLUMNS, list: &state.list, focused: true };
    table.draw(buffer, look, self::table(area), |row| {
        found.differences.get(row).map(|difference| cells(shared, difference)).unwrap_or_default()
    });
    if let Some(difference) = found.differences.get(state.list.selected().unwrap_or_default()) {
        let below = Rect { y: area.bottom().saturating_sub(FOOT), height: FOOT, ..area };
        let text = shared.line(&sentence(difference), 1_000).to_string();
        for (row, line) in (0..FOOT).zip(paragraph(&text, usize::from(area.width))) {
            Line::new(buffer, look, below, row).put(Role::Normal, &line);
        }
    }
}

fn table(area: Rect) -> Rect {
    let height = area.height.saturating_sub(HEAD + FOOT);
    Rect { y: area.y + HEAD.min(area.height), height, ..area }
}

/// The selected request, when it failed.
fn failing(shared: &Shared) -> Option<RequestKey> {
    let key = shared.request?;
    let request = shared.snapshot().requests.get(key.index())?;
    (request.outcome == Outcome::Failed).then_some(key)
}

fn comparison(shared: &Shared) -> Option<&Comparison> {
    shared.answers.comparisons.get(&failing(shared)?).map(AsRef::as_ref)
}

fn selected<'s>(state: &State, shared: &'s Shared) -> Option<&'s Difference> {
    comparison(shared)?.differences.get(state.list.selected()?)
}

fn label(shared: &Shared, key: RequestKey) -> String {
    let snapshot = shared.snapshot();
    let request = snapshot.requests.get(key.index());
    let tool = request.and_then(|request| snapshot.names.text(request.tool)).unwrap_or("a request");
    let start = request.and_then(|request| request.window).map(|window| shared.zone.clock(window.start));
    format!("{} {}", shared.line(tool, 120), start.unwrap_or_default())
}

fn cells(shared: &Shared, difference: &Difference) -> Vec<(Role, String)> {
    let text = |text: &str| shared.line(text, 200).to_string();
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "absent".to_owned(), text);
    vec![
        (Role::Dim, difference.kind.to_string()),
        (Role::Normal, text(&difference.attribute)),
        (Role::Failed, value(&difference.failing)),
        (Role::Ok, value(&difference.healthy)),
        (Role::Normal, of(difference.among_failed)),
        (Role::Normal, of(difference.among_healthy)),
        (Role::Bar, bar(shared.look.symbols, difference.separation, 9)),
    ]
}

/// A difference in words, with its counts.
fn sentence(difference: &Difference) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "absent".to_owned());
    format!(
        "{}: {} in the failing request, {} in the healthy one; so in {} failed and {} healthy requests.",
        difference.attribute,
        value(&difference.failing),
        value(&difference.healthy),
        of(difference.among_failed),
        of(difference.among_healthy)
    )
}

fn of(share: Share) -> String {
    format!("{} of {}", share.with, share.of)
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
            show(&mut model, ScreenId::Compare);
            insta::assert_snapshot!(format!("compare_{}x{}", size.0, size.1), screen(&model));
        }
    }

    #[test]
    fn a_difference_can_be_copied_and_the_healthy_request_opened() {
        let mut model = model("schema-mismatch", (120, 36));
        show(&mut model, ScreenId::Compare);
        let effects = press(&mut model, "down up c");
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Copy(text) if text.as_str().contains("string sent"))),
            "{effects:?}"
        );
        let failing = model.shared.request;
        press(&mut model, "enter");
        assert_eq!(model.screen, ScreenId::Timeline);
        assert_ne!(model.shared.request, failing);
        show(&mut model, ScreenId::Compare);
        assert!(screen(&model).contains("did not fail"));
    }
}
