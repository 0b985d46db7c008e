//! Tests of the shell around the screens.

mod keys;
mod mouse;

use std::sync::Arc;

use super::message::{Data, Effect, Message, Mouse, MouseKind};
use super::model::Model;
use super::screens::ScreenId;
use super::testing::{empty, model, of, press, screen, send, show};
use crate::case::Case;
use crate::model::{Bytes, Input};

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 50), (40, 10)];

#[test]
fn every_screen_draws_at_every_size_with_and_without_data() {
    for size in SIZES.into_iter().chain([(1, 1), (60, 12), (500, 3)]) {
        let mut models = [empty(size), model("schema-mismatch", size)];
        for model in &mut models {
            for id in ScreenId::ALL {
                show(model, *id);
                press(model, "down up pagedown pageup end home left right enter ?");
                screen(model);
                press(model, "esc");
            }
        }
    }
}

#[test]
fn a_small_terminal_gets_a_kind_message() {
    let text = screen(&model("schema-mismatch", (40, 10)));
    assert!(text.contains("This terminal has 40 x 10") && text.contains("60 x 12"), "{text}");
}

#[test]
fn every_action_of_the_table_is_taken() {
    let mut model = model("schema-mismatch", (120, 40));
    for entry in model.keymap.entries().to_vec() {
        send(&mut model, entry.message);
        screen(&model);
        model.popup = None;
    }
}

#[test]
fn numbers_and_tab_show_screens_and_esc_goes_back() {
    let mut model = model("schema-mismatch", (120, 40));
    press(&mut model, "5 tab");
    assert_eq!(model.screen, ScreenId::Compare);
    press(&mut model, "esc");
    assert_eq!(model.screen, ScreenId::Logs);
    press(&mut model, "esc esc backtab");
    assert_eq!(model.screen, ScreenId::Coverage);
}

#[test]
fn q_quits_and_in_a_popup_is_a_letter() {
    let mut model = model("schema-mismatch", (120, 40));
    assert!(matches!(press(&mut model, "q").as_slice(), [Effect::Quit]));
    assert!(press(&mut model, "/ q").is_empty());
    assert!(press(&mut model, "esc ?").is_empty());
}

#[test]
fn a_filter_narrows_and_toggles() {
    let mut model = model("schema-mismatch", (120, 40));
    send(&mut model, Message::SetFilter("outcome:failed".into()));
    let hits = model.shared.hits().expect("hits").clone();
    assert!(hits.is_complete && !hits.signals.is_empty());
    press(&mut model, "\\");
    assert!(model.shared.hits().is_none());
    send(&mut model, Message::SetFilter("severity>>".into()));
    assert!(model.notice.as_ref().is_some_and(|notice| notice.is_error));
    assert_eq!(model.shared.filter.text, "outcome:failed");
}

#[test]
fn tab_completes_fields_then_values() {
    let mut model = model("schema-mismatch", (120, 40));
    press(&mut model, "/ l a y tab g a t tab");
    let text = screen(&model);
    assert!(text.contains("│ layer:gateway"), "{text}");
    press(&mut model, "enter");
    assert_eq!(model.shared.filter.text, "layer:gateway");
    press(&mut model, "ctrl-s / ctrl-u up");
    assert!(screen(&model).contains("│ layer:gateway"));
    assert_eq!(model.remember().saved, ["layer:gateway"]);
}

#[test]
fn a_mistake_is_pointed_at() {
    let mut model = model("schema-mismatch", (120, 40));
    press(&mut model, "/");
    send(&mut model, Message::Paste("tool:x layer:gatewax".into()));
    press(&mut model, "enter");
    let text = screen(&model);
    assert!(text.contains("^ unknown value") && text.contains("did you mean"), "{text}");
    assert!(model.shared.filter.text.is_empty());
}

#[test]
fn a_growing_capture_keeps_request_signal_and_bookmarks() {
    let line = |second: u32, id: &str| {
        format!(
            "{{\"timestamp\":\"2026-01-20T14:00:{second:02}Z\",\"level\":\"ERROR\",\"message\":\"boom {id}\",\
             \"logger\":\"x\",\"requestId\":\"{id}\",\"sessionId\":\"s-{id}\"}}\n"
        )
    };
    let input = |path: &str, text: String| Input { path: path.into(), bytes: Bytes::new(text.into_bytes()) };
    let late = input("a.jsonl", line(30, "late-request-0001"));
    let mut model = of(vec![late.clone()], (120, 40));
    let marked = model.shared.signal.expect("a signal");
    send(&mut model, Message::ToggleBookmark(marked));
    let before = model.remember();
    let options = model.shared.options.clone();
    // Earlier records come before: keys move.
    let inputs = vec![late, input("b.jsonl", line(10, "early-request-0001"))];
    let case = Arc::new(Case::open(inputs, Vec::new(), &options));
    let snapshot = Arc::new(case.snapshot(&options));
    send(&mut model, Message::Data(Data::Case { case, snapshot }));
    assert_ne!(model.shared.signal, Some(marked), "the key has moved");
    assert_eq!(model.remember(), before);
}

#[test]
fn the_mouse_shows_screens_and_selects_rows() {
    let mut model = model("schema-mismatch", (120, 40));
    let mouse = |kind, column, row| Message::Mouse(Mouse { kind, column, row });
    let top = screen(&model).lines().next().unwrap_or_default().to_owned();
    let logs = top.find("5 Logs").expect("a tab") as u16;
    send(&mut model, mouse(MouseKind::Click, logs, 0));
    assert_eq!(model.screen, ScreenId::Logs);
    press(&mut model, "1");
    let row = screen(&model).lines().position(|line| line.contains("get_cost_forecast")).expect("a row");
    send(&mut model, mouse(MouseKind::Click, 30, row as u16));
    let selected = model.shared.request;
    assert!(screen(&model).lines().nth(row).expect("a row").starts_with('▌'));
    send(&mut model, mouse(MouseKind::WheelDown, 30, 5));
    assert_ne!(model.shared.request, selected);
    for (column, row) in [(119, 0), (119, 39), (0, 38), (500, 500)] {
        send(&mut model, mouse(MouseKind::Click, column, row));
    }
}

#[test]
fn brackets_step_through_failed_requests_around() {
    let mut model = model("schema-mismatch", (120, 40));
    let failed = model.shared.lookup.failed.clone();
    assert_eq!(model.shared.request, failed.first().copied());
    press(&mut model, "[");
    assert_eq!(model.shared.request, failed.last().copied());
    press(&mut model, "]");
    assert_eq!(model.shared.request, failed.first().copied());
}

#[test]
fn the_first_screen_of_the_sample() {
    for (width, height) in SIZES {
        let model = model("schema-mismatch", (width, height));
        insta::assert_snapshot!(format!("requests_{width}x{height}"), screen(&model));
    }
}

#[test]
fn screens_that_are_not_shown_are_told_of_new_data_when_they_are() {
    let line = |number: u32| format!("2026-01-20 14:00:{number:02},000 INFO app: line {number}\n");
    let lines = |count| (0..count).map(line).collect::<String>();
    let known = |count| {
        let input = Input { path: "a.log".into(), bytes: Bytes::new(lines(count).into_bytes()) };
        let shared = of(vec![input], (120, 40)).shared;
        Data::Case { case: shared.case.expect("a case"), snapshot: shared.snapshot }
    };
    let mut model = empty((120, 40));
    assert!(send(&mut model, Message::Data(known(3))).is_empty(), "nothing was known before");
    show(&mut model, ScreenId::Logs);
    let rows = |model: &Model| {
        screen(model).lines().filter(|row| row.contains("INFO") || row.contains("info")).count()
    };
    assert_eq!(rows(&model), 3);
    show(&mut model, ScreenId::Requests);
    let before = format!("{:?}", model.screens.logs);
    let left = send(&mut model, Message::Data(known(5)));
    assert!(matches!(left.as_slice(), [Effect::Forget(_)]), "what was known is freed elsewhere: {left:?}");
    assert_eq!(format!("{:?}", model.screens.logs), before);
    show(&mut model, ScreenId::Logs);
    assert_eq!(rows(&model), 5);
}
