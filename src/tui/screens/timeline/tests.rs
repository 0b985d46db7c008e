//! The timeline over the samples.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::layout::Shape;
use crate::model::{Bytes, Input};
use crate::tui::message::{Mouse, MouseKind};
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, of, press, screen, send, show};
use crate::tui::{Message, Model};

#[test]
fn samples_look_as_they_did() {
    for sample in ["schema-mismatch", "router-noise", "observability-setup"] {
        for size in [(80, 24), (160, 50), (40, 10)] {
            let mut model = model(sample, size);
            show(&mut model, ScreenId::Timeline);
            insta::assert_snapshot!(format!("{sample}_{}x{}", size.0, size.1), screen(&model));
        }
    }
}

#[test]
fn keys_open_zoom_fold_and_find() {
    let mut model = model("schema-mismatch", (120, 40));
    show(&mut model, ScreenId::Timeline);
    press(&mut model, "+");
    assert!(model.screens.timeline.axis.is_zoomed());
    let middle = model.screens.timeline.axis;
    press(&mut model, ",");
    let earlier = model.screens.timeline.axis;
    assert!(earlier.offset() < middle.offset());
    press(&mut model, "right");
    assert!(
        model.screens.timeline.axis.offset() > earlier.offset(),
        "zoomed, the arrows move along the axis"
    );
    press(&mut model, "left . - + 0");
    assert!(!model.screens.timeline.axis.is_zoomed());
    let all = model.screens.timeline.tree.len();
    press(&mut model, "home left");
    assert!(model.screens.timeline.tree.len() < all, "else they collapse and expand");
    press(&mut model, "right");
    assert_eq!(model.screens.timeline.tree.len(), all);
    press(&mut model, "C");
    assert!(model.screens.timeline.tree.len() < all);
    press(&mut model, "E");
    assert_eq!(model.screens.timeline.tree.len(), all);
    press(&mut model, "n");
    assert!(model.screens.timeline.selected().is_some_and(|entry| entry.is_error));
    press(&mut model, "s d");
    assert_eq!(model.screen, ScreenId::Diagnosis);
    press(&mut model, "esc enter");
    assert_eq!(model.screen, ScreenId::Signal);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_keys_draw(
        keys in proptest::collection::vec(
            prop::sample::select(vec!["down", "up", "left", "right", "+", "-", "0", "space", "C", "E", "n", "N", "s", "end", "]"]), 0..30),
        size in (1_u16..120, 1_u16..40),
    ) {
        let mut model = model("router-noise", size);
        show(&mut model, ScreenId::Timeline);
        for key in keys {
            press(&mut model, key);
        }
        screen(&model);
    }
}

/// A request of `count` spans, each below the one before up to a depth of eight, one in a hundred with an error.
fn spans(count: u32, size: (u16, u16)) -> Model {
    let start = 1_795_183_320_000_000_000_u64;
    let mut text = String::new();
    for number in 1..=count {
        let at = start + u64::from(number) * 1_000_000;
        let parent = if number % 8 == 1 { 1 } else { number - 1 };
        let status = if number % 100 == 0 { "ERROR" } else { "UNSET" };
        let parent = if number == 1 { String::new() } else { format!("\"parentSpanId\":\"{parent:016x}\",") };
        let _ = writeln!(
            text,
            r#"{{"resource":{{"attributes":{{"service.name":"agent.DEFAULT"}}}},"scope":{{"name":"shop"}},"traceId":"6b0052d8ab8b34b8856519ce7af31001","spanId":"{number:016x}",{parent}"name":"step {number}","kind":"INTERNAL","startTimeUnixNano":{at},"endTimeUnixNano":{},"attributes":{{}},"status":{{"code":"{status}"}}}}"#,
            at + 500_000
        );
    }
    let mut model = of(vec![Input { path: "spans.jsonl".into(), bytes: Bytes::new(text) }], size);
    show(&mut model, ScreenId::Timeline);
    model
}

#[test]
fn three_thousand_spans_are_read_a_screen_at_a_time() {
    let mut model = spans(3_000, (160, 50));
    assert_eq!(model.shared.snapshot().requests.len(), 1);
    assert_eq!(model.screens.timeline.tree.len(), 3_000);
    let told = model.screens.timeline.selected().expect("a row");
    assert!(told.is_error, "the first look is at what failed: {told:?}");
    press(&mut model, "home");
    assert!(screen(&model).contains("step 1 "), "{}", screen(&model));
    for keys in ["end", "n", "N", "C", "E", "pagedown", "+ + right left 0", "]"] {
        press(&mut model, keys);
        let state = &model.screens.timeline;
        let rows = usize::from(state.rooms(model.shared.body()).rows.height);
        assert!(state.names.len() <= rows, "{keys}: {} names", state.names.len());
        assert!(state.selected().is_none_or(|entry| state.names.contains_key(&entry.signal)), "{keys}");
    }
    press(&mut model, "end n");
    let found = model.screens.timeline.selected().expect("an error");
    assert!(found.is_error && model.screens.timeline.names[&found.signal] == "step 100");
}

#[test]
fn the_selected_row_is_the_signal_that_every_screen_speaks_of() {
    let mut model = model("schema-mismatch", (120, 40));
    show(&mut model, ScreenId::Timeline);
    let selected = |model: &Model| model.screens.timeline.selected().map(|entry| entry.signal);
    assert_eq!(selected(&model), model.shared.signal, "what shows the failure");
    press(&mut model, "home down");
    assert_eq!(selected(&model), model.shared.signal);
    press(&mut model, "5 down down 2");
    assert_eq!(selected(&model), model.shared.signal, "chosen among the logs");
}

#[test]
fn a_step_to_an_error_unfolds_only_what_hides_it() {
    let mut model = spans(900, (160, 50));
    press(&mut model, "C home space");
    let rows = model.screens.timeline.tree.len();
    press(&mut model, "n");
    let state = &model.screens.timeline;
    assert!(state.selected().is_some_and(|entry| entry.is_error));
    assert!(state.tree.len() < rows + 10, "{} rows, {rows} before", state.tree.len());
}

#[test]
fn what_the_caller_waited_for_is_a_bar() {
    let path = "tests/data/captures/slow-tool-client-timeout--mcp1.23.3-adot0.12.2/client.jsonl";
    let bytes = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut model = of(vec![Input { path: path.into(), bytes: Bytes::new(bytes) }], (160, 50));
    show(&mut model, ScreenId::Timeline);
    let selected = model.screens.timeline.selected().expect("the exchange");
    assert_eq!((selected.shape, selected.is_error), (Shape::Exchange, true));
    assert!(selected.end > selected.start);
    assert!(screen(&model).contains("client exchange"), "{}", screen(&model));
}

#[test]
fn the_wheel_zooms_around_the_pointer() {
    let mut model = spans(30, (160, 50));
    let whole = model.screens.timeline.axis;
    let wheel = |inwards, column| Mouse { kind: MouseKind::Zoom(inwards), column, row: 20 };
    send(&mut model, Message::Mouse(wheel(true, 159)));
    assert!(model.screens.timeline.axis.is_zoomed());
    assert_eq!(model.screens.timeline.axis.offset(), whole.span() - model.screens.timeline.axis.span());
    send(&mut model, Message::Mouse(wheel(false, 0)));
    assert_eq!(model.screens.timeline.axis.span(), whole.span());
    show(&mut model, ScreenId::Logs);
    send(&mut model, Message::Mouse(wheel(true, 159)));
    assert!(!model.screens.timeline.axis.is_zoomed());
}
