//! The mouse on every screen and in popups.

use std::path::Path;
use std::time::Duration;

use crate::model::{Bytes, Input};
use crate::tui::message::{Effect, Message, Mouse, MouseKind};
use crate::tui::model::Model;
use crate::tui::screens::ScreenId;
use crate::tui::testing::{frame, model, of, press, screen, send, show};
use crate::tui::update;

/// Long after the mouse was used before.
fn mouse(model: &mut Model, kind: MouseKind, column: u16, row: u16) {
    model.clicked = None;
    send(model, Message::Mouse(Mouse { kind, column, row }));
}

/// A capture of which the coverage tells what to fetch, with a command.
fn undecided() -> Model {
    let path = "rules/gateway/gateway-silent-reject-no-runtime/match-executing.jsonl";
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("an example");
    of(vec![Input { path: path.to_owned(), bytes: Bytes::new(bytes) }], (120, 40))
}

/// A model in which each screen has more than fits, and something to act on.
fn small(screen: ScreenId) -> Model {
    let sample = if screen == ScreenId::Schemas { "router-noise" } else { "schema-mismatch" };
    let rows = if screen == ScreenId::Diagnosis { 22 } else { 16 };
    let mut model = model(sample, (120, rows));
    show(&mut model, screen);
    model
}

#[test]
fn the_wheel_moves_and_moves_back() {
    for id in ScreenId::ALL {
        let mut model = small(*id);
        press(&mut model, "home");
        let first = frame(&model);
        mouse(&mut model, MouseKind::WheelDown, 20, 8);
        assert_ne!(frame(&model), first, "{id:?} moves");
        for _ in 0..3 {
            mouse(&mut model, MouseKind::WheelUp, 20, 8);
        }
        assert_eq!(frame(&model), first, "{id:?} moves back");
    }
}

#[test]
fn a_click_selects_and_a_second_one_acts() {
    for id in ScreenId::ALL {
        let rows = 3..36_u16;
        // Where nothing is to be fetched and little is to be told, no row of Coverage does anything.
        let opened = || if *id == ScreenId::Coverage { undecided() } else { small(*id) };
        let selects = rows.clone().any(|row| {
            let mut model = opened();
            show(&mut model, *id);
            press(&mut model, "home");
            let before = frame(&model);
            mouse(&mut model, MouseKind::Click, 20, row);
            frame(&model) != before && model.screen == *id
        });
        assert!(selects, "{id:?}: no row is selected by a click");
        let acts = rows.clone().any(|row| {
            let mut model = opened();
            show(&mut model, *id);
            mouse(&mut model, MouseKind::Click, 20, row);
            let before = (model.screen, frame(&model));
            let again = Message::Mouse(Mouse { kind: MouseKind::Click, column: 20, row });
            let effects = send(&mut model, again);
            (model.screen, frame(&model)) != before || !effects.is_empty()
        });
        assert!(acts, "{id:?}: nothing is opened, folded or copied by a second click");
    }
}

#[test]
fn every_tab_is_clicked_at_every_width() {
    for width in [60, 80, 100, 160, 200] {
        let mut model = model("schema-mismatch", (width, 20));
        for id in ScreenId::ALL {
            let tabs = screen(&model).lines().next().unwrap_or_default().to_owned();
            let column = tabs.find(id.key()).expect("a tab") as u16;
            mouse(&mut model, MouseKind::Click, column, 0);
            assert_eq!(model.screen, *id, "at {width} columns");
        }
    }
}

#[test]
fn a_stretch_of_time_is_dragged_in_both_histograms() {
    for id in [ScreenId::Requests, ScreenId::Logs] {
        let mut model = model("schema-mismatch", (120, 40));
        show(&mut model, id);
        mouse(&mut model, MouseKind::Click, 20, 3);
        mouse(&mut model, MouseKind::Drag, 60, 3);
        let text = screen(&model);
        assert!(text.contains(" only 1"), "{id:?}: {text}");
        press(&mut model, "a");
        assert!(!screen(&model).contains(" only 1"), "{id:?}");
    }
}

#[test]
fn the_wheel_moves_in_popups_and_clicks_do_not_reach_the_screen_below() {
    for keys in ["?", "J", ":"] {
        let mut model = small(ScreenId::Requests);
        press(&mut model, keys);
        let first = frame(&model);
        mouse(&mut model, MouseKind::WheelDown, 60, 8);
        assert_ne!(frame(&model), first, "{keys}");
        mouse(&mut model, MouseKind::WheelUp, 60, 8);
        assert_eq!(frame(&model), first, "{keys}");
        for (column, row) in [(5, 0), (5, 9)] {
            let mut model = small(ScreenId::Requests);
            let before = frame(&model);
            press(&mut model, keys);
            mouse(&mut model, MouseKind::Click, column, row);
            assert_eq!(frame(&model), before, "{keys} is closed, and nothing below it was clicked");
        }
    }
}

#[test]
fn a_click_on_a_row_of_a_list_picks_it_and_what_is_typed_survives_a_click() {
    let mut model = model("schema-mismatch", (120, 40));
    press(&mut model, ": t i m e l");
    let lines = screen(&model);
    let row = lines.lines().position(|line| line.contains("show timeline")).expect("a command") as u16;
    mouse(&mut model, MouseKind::Click, 30, row);
    assert_eq!((model.screen, model.popup.is_none()), (ScreenId::Timeline, true));
    press(&mut model, "/ a b");
    mouse(&mut model, MouseKind::Click, 5, 5);
    assert!(screen(&model).contains("│ ab"), "{}", screen(&model));
}

#[test]
fn the_keys_in_the_last_row_are_clicked_too() {
    let mut model = model("schema-mismatch", (120, 40));
    let last = |model: &Model| screen(model).lines().last().unwrap_or_default().to_owned();
    let column = last(&model).find("/ filter").expect("a key") as u16;
    mouse(&mut model, MouseKind::Click, column + 3, 39);
    assert!(model.popup.is_some());
    let cancel = last(&model).find("esc cancel").expect("a key") as u16;
    mouse(&mut model, MouseKind::Click, cancel, 39);
    assert!(model.popup.is_none());
    mouse(&mut model, MouseKind::Click, column - 1, 39);
    assert!(model.popup.is_none(), "between two keys there is none");
}

#[test]
fn the_second_half_of_a_double_click_is_not_for_what_the_first_one_opened() {
    let clicks = |later: u64| {
        let mut model = model("schema-mismatch", (60, 24));
        let tabs = screen(&model).lines().next().unwrap_or_default().to_owned();
        let column = tabs.find(" 5 ").expect("a tab") as u16 + 1;
        let click = Message::Mouse(Mouse { kind: MouseKind::Click, column, row: 0 });
        send(&mut model, click.clone());
        assert_eq!(model.screen, ScreenId::Logs);
        update(&mut model, click, Duration::from_millis(later));
        model.screen
    };
    assert_eq!(clicks(200), ScreenId::Logs, "the tabs have moved under the pointer");
    assert_ne!(clicks(2_000), ScreenId::Logs, "a click of its own");
}

#[test]
fn the_wheel_scrolls_the_pane_under_the_pointer() {
    for (id, width) in
        [(ScreenId::Signal, 160), (ScreenId::Signal, 80), (ScreenId::Rules, 160), (ScreenId::Schemas, 160)]
    {
        let sample = if id == ScreenId::Schemas { "router-noise" } else { "schema-mismatch" };
        let at = |column: u16, row: u16| {
            let mut model = model(sample, (width, 14));
            show(&mut model, id);
            let before = frame(&model);
            mouse(&mut model, MouseKind::WheelDown, column, row);
            let changed = |x: u16, y: u16| frame(&model)[(x, y)] != before[(x, y)];
            let area = before.area;
            let left = (0..width / 4).any(|x| (4..12).any(|y| changed(x, y)));
            let right = (width * 3 / 5..area.width).any(|x| (4..12).any(|y| changed(x, y)));
            (frame(&model) != before, left, right)
        };
        let (list, text) = if width == 160 { (at(10, 8), at(120, 8)) } else { (at(10, 5), at(10, 10)) };
        assert!(list.0 && text.0, "{id:?} at {width}: {list:?} {text:?}");
        if width == 160 {
            assert!(!text.1 && text.2, "{id:?}: the text moves, the list does not: {text:?}");
            assert!(list.1, "{id:?}: the list moves: {list:?}");
        }
    }
}

#[test]
fn the_mouse_is_left_to_the_terminal_by_a_key() {
    let mut model = model("schema-mismatch", (120, 40));
    assert!(matches!(press(&mut model, "M").as_slice(), [Effect::Mouse(false)]));
    assert!(screen(&model).contains("selects text"), "{}", screen(&model));
    assert!(matches!(press(&mut model, "M").as_slice(), [Effect::Mouse(true)]));
}

#[test]
fn any_place_may_be_clicked_at_any_size() {
    for size in [(1, 1), (60, 12), (80, 24), (200, 60)] {
        let mut model = model("router-noise", size);
        for id in ScreenId::ALL {
            for at in 0..40_u16 {
                show(&mut model, *id);
                let (column, row) =
                    (at.wrapping_mul(37) % size.0.max(2), at.wrapping_mul(11) % size.1.max(2));
                mouse(&mut model, MouseKind::Click, column, row);
                mouse(&mut model, MouseKind::Drag, column.wrapping_add(9), row);
            }
            frame(&model);
        }
    }
}
