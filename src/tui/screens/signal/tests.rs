//! Each key on one signal.

use super::{Message, Pane};
use crate::model::{Bytes, Input};
use crate::tui::Model;
use crate::tui::message::{self, Effect, Mouse, MouseKind};
use crate::tui::screens::{ScreenId, ScreenMessage};
use crate::tui::testing::{empty, model, of, press, screen, send, show};

fn signal(size: (u16, u16)) -> Model {
    let mut model = model("schema-mismatch", size);
    show(&mut model, ScreenId::Signal);
    model
}

fn captured(line: &str) -> Model {
    let bytes = Bytes::new(line.as_bytes().to_vec());
    let mut model = of(vec![Input { path: "a.jsonl".into(), bytes }], (120, 40));
    send(&mut model, message::Message::SelectSignal(crate::model::SignalKey(0)));
    show(&mut model, ScreenId::Signal);
    model
}

/// Selects the row with this label.
fn to(model: &mut Model, label: &str) {
    let tree = &model.screens.signal.tree;
    let row = (0..tree.len()).find(|row| tree.row(*row).is_some_and(|node| node.item.label == label));
    let row = row.unwrap_or_else(|| panic!("no row {label}"));
    send(model, message::Message::Screen(ScreenMessage::Signal(Message::Select(row))));
}

fn copied(model: &mut Model, key: &str) -> String {
    match press(model, key).as_slice() {
        [Effect::Copy(text)] => text.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (160, 50), (40, 10)] {
        let model = signal((width, height));
        insta::assert_snapshot!(format!("signal_{width}x{height}"), screen(&model));
    }
    let mut model = signal((120, 40));
    send(&mut model, message::Message::Screen(ScreenMessage::Signal(Message::Find("max_results".into()))));
    press(&mut model, "v v m");
    insta::assert_snapshot!("signal_value_120x40", screen(&model));
}

#[test]
fn the_tree_folds_by_keys_and_mouse() {
    let mut model = signal((120, 40));
    let all = model.screens.signal.tree.len();
    press(&mut model, "g enter");
    assert!(model.screens.signal.tree.len() < all);
    press(&mut model, "right");
    assert_eq!(model.screens.signal.tree.len(), all);
    press(&mut model, "right left");
    assert_eq!(model.screens.signal.list.selected(), Some(0), "left goes to the parent");
    press(&mut model, "left space z z");
    assert_eq!(model.screens.signal.tree.len(), all);
    let click = Mouse { kind: MouseKind::Click, column: 10, row: 4 };
    send(&mut model, message::Message::Mouse(click));
    assert!(model.screens.signal.tree.is_folded(0), "a click on the selected row folds it");
}

#[test]
fn values_paths_and_the_raw_record_are_copied() {
    let mut model = signal((120, 40));
    to(&mut model, "isError");
    assert_eq!(copied(&mut model, "c"), "true");
    assert_eq!(copied(&mut model, "C"), "body.isError");
    assert!(copied(&mut model, "y").starts_with("{\\\"resource_arn"));
    press(&mut model, "g c");
    assert!(screen(&model).contains("nothing to copy"));
}

#[test]
fn a_value_filters_or_hides_what_has_it() {
    let mut model = signal((120, 40));
    to(&mut model, "isError");
    press(&mut model, "f");
    assert_eq!((model.screen, model.shared.filter.text.as_str()), (ScreenId::Logs, "body.isError:true"));
    let hits = model.shared.hits().unwrap().signals.len();
    press(&mut model, "esc");
    to(&mut model, "layer");
    press(&mut model, "F");
    assert_eq!(model.shared.filter.text, "body.isError:true -layer:gateway");
    assert!(hits > 0 && model.shared.hits().unwrap().signals.is_empty());
    press(&mut model, "4 g f");
    assert!(screen(&model).contains("no filter can tell"), "{}", screen(&model));
}

#[test]
fn a_masked_value_is_no_filter() {
    let mut model = captured("{\"password\": \"hunter2\", \"note\": \"a\"}\n");
    to(&mut model, "password");
    press(&mut model, "f");
    assert!(model.shared.filter.text.is_empty());
    assert!(!screen(&model).contains("hunter2"), "{}", screen(&model));
    assert!(!copied(&mut model, "c").contains("hunter2"));
}

#[test]
fn only_this_request_session_or_stream() {
    let mut model = signal((120, 40));
    press(&mut model, "r");
    assert_eq!(model.screen, ScreenId::Logs);
    assert!(screen(&model).contains("of request #3"), "{}", screen(&model));
    press(&mut model, "4 L");
    assert!(model.shared.filter.text.starts_with("log_stream:"), "{}", model.shared.filter.text);
    press(&mut model, "4 S");
    assert!(screen(&model).contains("names no session"), "{}", screen(&model));
}

#[test]
fn steps_stay_within_the_request() {
    let mut model = signal((120, 40));
    let request = model.shared.request;
    for _ in 0..20 {
        press(&mut model, ",");
    }
    assert!(screen(&model).contains("first signal of its request"));
    let first = model.shared.signal;
    for _ in 0..20 {
        press(&mut model, ".");
    }
    assert!(screen(&model).contains("last signal of its request"));
    assert!(first < model.shared.signal && model.shared.request == request);
}

#[test]
fn a_search_unfolds_and_steps_around() {
    let mut model = signal((120, 40));
    press(&mut model, "z z z s");
    for key in "max_results".chars() {
        press(&mut model, &key.to_string());
    }
    press(&mut model, "enter");
    let first = model.screens.signal.list.selected();
    assert!(model.screens.signal.item().is_some_and(|item| item.value.contains("max_results")));
    press(&mut model, "n");
    assert_ne!(model.screens.signal.list.selected(), first);
    press(&mut model, "N");
    assert_eq!(model.screens.signal.list.selected(), first);
    press(&mut model, "w n N");
    send(&mut model, message::Message::Screen(ScreenMessage::Signal(Message::Find("not there".into()))));
    press(&mut model, "w n");
    assert!(screen(&model).contains("not in the record"));
}

#[test]
fn the_text_beside_scrolls_and_shows_the_value() {
    let mut model = signal((80, 24));
    to(&mut model, "message");
    press(&mut model, "v v w");
    assert_eq!(model.screens.signal.pane, Pane::Value);
    press(&mut model, "down");
    let row = model.screens.signal.list.selected();
    press(&mut model, "G g pagedown pageup up m");
    assert_eq!(model.screens.signal.list.selected(), row, "movements are the text's");
    assert_eq!(model.shared.bookmarks.len(), 1);
    press(&mut model, "v w down");
    assert_ne!(model.screens.signal.list.selected(), row);
}

#[test]
fn the_text_has_all_lines_of_a_record() {
    let mut model = captured(
        "2026-01-20 14:00:00,000 ERROR app: it broke\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: no\n",
    );
    assert!(model.screens.signal.lines.concat().contains("it broke"));
    press(&mut model, "v");
    assert!(model.screens.signal.lines.iter().any(|line| line == "ValueError: no"), "{}", screen(&model));
}

#[test]
fn without_a_signal_there_are_words() {
    let mut model = empty((100, 30));
    show(&mut model, ScreenId::Signal);
    press(&mut model, "enter z f F . , c C y r S L n esc m v w down");
    show(&mut model, ScreenId::Signal);
    assert!(screen(&model).contains("No signal is selected"));
}
