//! Each key among the logs.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::{Message, Only, TimeColumn, rows::Rows};
use crate::model::{Bytes, Input, Severity, SignalKey};
use crate::tui::find::Needle;
use crate::tui::message::{self, Effect, Mouse, MouseKind};
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, of, press, screen, send, show};
use crate::tui::{Data, Model, testing, update};

fn logs(size: (u16, u16)) -> Model {
    let mut model = model("schema-mismatch", size);
    show(&mut model, ScreenId::Logs);
    model
}

/// Container output of `text`.
fn captured(text: &str, size: (u16, u16)) -> Model {
    let bytes = Bytes::new(text.as_bytes().to_vec());
    let mut model = of(vec![Input { path: "runtime.log".into(), bytes }], size);
    show(&mut model, ScreenId::Logs);
    model
}

fn selected(model: &Model) -> usize {
    model.screens.logs.selected().expect("a selected signal").index()
}

fn shown(model: &Model) -> usize {
    model.screens.logs.rows.len()
}

fn find(model: &mut Model, text: &str) {
    send(model, Message::Find(text.into()).into());
}

fn click(model: &mut Model, kind: MouseKind, column: u16, row: u16) {
    send(model, message::Message::Mouse(Mouse { kind, column, row }));
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (160, 50), (40, 10)] {
        let mut model = logs((width, height));
        insta::assert_snapshot!(format!("logs_{width}x{height}"), screen(&model));
        find(&mut model, "max_results");
        press(&mut model, "space m v");
        insta::assert_snapshot!(format!("logs_beside_{width}x{height}"), screen(&model));
    }
}

#[test]
fn the_list_begins_at_the_telling_signal_and_moving_selects() {
    let mut model = logs((120, 40));
    assert_eq!(Some(SignalKey(selected(&model) as u32)), model.shared.signal);
    let before = selected(&model);
    press(&mut model, "down down up");
    assert_eq!((selected(&model), model.shared.signal), (before + 1, Some(SignalKey(before as u32 + 1))));
    press(&mut model, "g");
    assert_eq!(selected(&model), 0);
    press(&mut model, "enter");
    assert_eq!(model.screen, ScreenId::Signal);
}

#[test]
fn a_search_goes_to_its_hits_and_around() {
    let mut model = logs((120, 40));
    press(&mut model, "g s");
    assert!(model.popup.is_some());
    for key in "parameter".chars() {
        press(&mut model, &key.to_string());
    }
    press(&mut model, "enter");
    let first = selected(&model);
    let hits = model.screens.logs.search.hits().len();
    assert!(first > 0 && hits >= 2, "{hits}");
    assert!(screen(&model).contains(&format!("parameter hit 1 of {hits}")), "{}", screen(&model));
    press(&mut model, "n");
    assert!(selected(&model) > first);
    press(&mut model, "N N");
    assert!(screen(&model).contains("on from the last hit"));
    press(&mut model, "n");
    assert_eq!(selected(&model), first);
    find(&mut model, "nowhere to be found");
    press(&mut model, "n");
    assert!(screen(&model).contains("no record holds"), "{}", screen(&model));
    press(&mut model, "esc n");
    assert!(model.popup.is_some(), "without a search the key asks for one");
}

#[test]
fn a_hit_that_no_line_shows_is_shown_as_stored() {
    let mut model = logs((160, 40));
    find(&mut model, "RESOURCE_arn");
    assert!(screen(&model).contains("resource_arn\\\":\\\"arn:aws"), "{}", screen(&model));
}

#[test]
fn bookmarks_are_set_listed_and_stepped_through() {
    let mut model = logs((120, 40));
    press(&mut model, "g m G m");
    let last = selected(&model);
    assert_eq!(model.shared.bookmarks.len(), 2);
    press(&mut model, "}");
    assert_eq!(selected(&model), 0, "around");
    press(&mut model, "{");
    assert_eq!(selected(&model), last);
    press(&mut model, "'");
    assert_eq!(shown(&model), 2);
    press(&mut model, "m");
    assert_eq!(shown(&model), 1);
    press(&mut model, "m ' m");
    assert_eq!(shown(&model), model.shared.case().unwrap().briefs().len());
}

#[test]
fn a_filter_hides_and_context_shows_what_is_around() {
    let mut model = logs((120, 40));
    send(&mut model, message::Message::SetFilter("severity>=error".into()));
    let hits = model.shared.hits().unwrap().signals.len();
    assert_eq!(shown(&model), hits);
    press(&mut model, "c");
    assert!(shown(&model) > hits);
    press(&mut model, "c c c");
    assert_eq!(shown(&model), hits);
    press(&mut model, "v");
    assert!(screen(&model).contains("All "), "{}", screen(&model));
    press(&mut model, "\\");
    assert!(matches!(model.screens.logs.rows, Rows::Stretch(_)));
}

#[test]
fn only_one_request_and_all_again() {
    let mut model = logs((120, 40));
    press(&mut model, "r");
    assert!(matches!(model.screens.logs.only, Only::Request(..)));
    let request = &model.shared.snapshot().requests[2];
    assert_eq!(shown(&model), request.signals.len());
    press(&mut model, "r r esc");
    assert!(matches!(model.screens.logs.only, Only::All));
    assert_eq!(model.screen, ScreenId::Logs);
    press(&mut model, "esc");
    assert_eq!(model.screen, ScreenId::Requests);
}

#[test]
fn a_stretch_of_time_narrows_by_key_and_mouse() {
    let mut model = logs((120, 40));
    let all = shown(&model);
    press(&mut model, ".");
    let one = shown(&model);
    assert!((1..all).contains(&one));
    press(&mut model, "> > > < , .");
    assert!(shown(&model) < all);
    press(&mut model, "a");
    assert_eq!(shown(&model), all);
    click(&mut model, MouseKind::Click, 100, 3);
    click(&mut model, MouseKind::Drag, 118, 3);
    assert!((1..all).contains(&shown(&model)));
    press(&mut model, "esc H");
    assert_eq!(shown(&model), all);
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut model = logs((120, 40));
    press(&mut model, "g");
    click(&mut model, MouseKind::Click, 40, 13);
    assert_eq!(selected(&model), 4, "{}", screen(&model));
    click(&mut model, MouseKind::WheelDown, 40, 13);
    assert_eq!(selected(&model), 7);
    click(&mut model, MouseKind::Click, 40, 16);
    assert_eq!(model.screen, ScreenId::Signal);
}

#[test]
fn records_of_several_lines_fold_and_the_list_stays_in_view() {
    let mut text = String::new();
    for number in 0..40 {
        let _ = writeln!(text, "2026-01-20 14:00:{number:02},000 ERROR app: it broke {number}");
        text +=
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\nValueError: no\n";
    }
    let mut model = captured(&text, (100, 30));
    assert!(screen(&model).contains("+4 lines"), "{}", screen(&model));
    press(&mut model, "g");
    for _ in 0..12 {
        press(&mut model, "space down");
    }
    let at = selected(&model);
    assert!(screen(&model).contains(&format!("it broke {at}")), "{}", screen(&model));
    press(&mut model, "up left right");
    assert!(screen(&model).contains("ValueError: no"));
    // A click below an unfolded record is a click on the record that is there.
    let row = screen(&model).lines().position(|line| line.contains(&format!("it broke {at}"))).unwrap();
    click(&mut model, MouseKind::Click, 50, row as u16);
    assert_eq!(selected(&model), at);
}

#[test]
fn the_time_column_has_four_meanings() {
    let mut model = logs((160, 40));
    for column in TimeColumn::ALL {
        assert_eq!(model.screens.logs.time, *column);
        let drawn = screen(&model);
        assert!(drawn.contains(column.word()), "{drawn}");
        press(&mut model, "t");
    }
    press(&mut model, "t t");
    assert!(screen(&model).contains("+7.00 ms"), "{}", screen(&model));
}

#[test]
fn following_keeps_the_newest_selected_until_one_moves_away() {
    let line = |number| format!("2026-01-20 14:00:{number:02},000 INFO app: line {number}\n");
    let lines = |count| (0..count).map(line).collect::<Vec<String>>().concat();
    let mut model = captured(&lines(5), (120, 40));
    press(&mut model, "g f");
    assert_eq!(selected(&model), 4);
    let grown = captured(&lines(9), (120, 40)).shared;
    let (case, snapshot) = (grown.case.unwrap(), grown.snapshot);
    send(&mut model, message::Message::Data(Data::Case { case, snapshot }));
    assert_eq!(
        (selected(&model), model.shared.signal),
        (8, Some(SignalKey(4))),
        "others stay where they are"
    );
    show(&mut model, ScreenId::Signal);
    show(&mut model, ScreenId::Logs);
    assert_eq!(selected(&model), 8);
    press(&mut model, "up");
    assert_eq!((selected(&model), model.screens.logs.follows), (7, false));
    press(&mut model, "f");
    send(&mut model, message::Message::SelectSignal(SignalKey(2)));
    assert_eq!((selected(&model), model.screens.logs.follows), (2, false));
}

/// What `captured` knows of so many lines, every other one of them odd.
fn lines(count: u32) -> Data {
    let line = |number| {
        let word = if number % 2 == 1 { "odd" } else { "even" };
        format!("2026-01-20 14:00:{number:02},000 INFO app: {word}\n")
    };
    let text = (0..count).map(line).collect::<String>();
    let shared = captured(&text, (120, 40)).shared;
    Data::Case { case: shared.case.unwrap(), snapshot: shared.snapshot }
}

#[test]
fn what_passed_the_filter_stays_until_new_data_are_searched() {
    let mut model = captured("", (120, 40));
    send(&mut model, message::Message::Data(lines(20)));
    send(&mut model, message::Message::SetFilter("odd".into()));
    press(&mut model, "end up");
    assert_eq!((shown(&model), selected(&model)), (10, 17));
    let asked = update(&mut model, message::Message::Data(lines(30)), Duration::ZERO);
    let id = model.shared.filter.search;
    assert!(asked.iter().any(|effect| matches!(effect, Effect::Search { id: asked, .. } if *asked == id)));
    assert_eq!((shown(&model), selected(&model)), (10, 17));
    let mut answer = |id, signals: &[u32], is_complete| {
        let signals = signals.iter().map(|key| SignalKey(*key)).collect();
        let hits = Arc::new(message::Hits { signals, requests: Vec::new(), is_complete });
        send(&mut model, message::Message::Data(Data::Hits { id, hits }));
        (shown(&model), selected(&model))
    };
    assert_eq!(answer(id, &[1, 3], false), (10, 17), "the first hits are fewer than those there are");
    assert_eq!(answer(id - 1, &[1], true), (10, 17), "an answer about earlier data is late");
    assert_eq!(answer(id, &[1, 17, 29], true), (3, 17));
    press(&mut model, "f");
    send(&mut model, message::Message::Data(lines(40)));
    assert_eq!((shown(&model), selected(&model)), (20, 39), "the newest that passes is followed");
}

#[test]
fn copying_passes_the_door() {
    let mut model = captured("2026-01-20 14:00:00,000 INFO app: password=hunter2secret\n", (100, 30));
    let copied = press(&mut model, "y");
    assert!(
        matches!(copied.as_slice(), [Effect::Copy(text)] if text.as_str().contains("password=[redacted")),
        "{copied:?}"
    );
}

#[test]
fn the_layers_and_levels_stand_beside_the_text() {
    let model = logs((120, 40));
    let record = model.screens.logs.records.get(SignalKey(selected(&model) as u32)).unwrap();
    assert_eq!(record.severity, Severity::Error);
    assert_eq!(record.request.map(|member| member.request.0), Some(2));
    assert!(Needle::new("Parameter validation").unwrap().is_in(&record.lines[0]));
}

#[test]
fn an_empty_case_has_words_for_it() {
    let mut model = testing::empty((100, 30));
    show(&mut model, ScreenId::Logs);
    press(&mut model, "s esc n esc N m ' y r c v t H . , < > a f space enter esc");
    show(&mut model, ScreenId::Logs);
    press(&mut model, "esc");
    assert!(!screen(&model).is_empty());
}
