//! Any keys and clicks on any bytes: nothing panics, and nothing that acts reaches a cell.

use proptest::prelude::*;

use super::ScreenId;
use crate::model::{Bytes, Input};
use crate::tui::message::{Message, Mouse, MouseKind, Notice};
use crate::tui::testing::{of, screen, send, show};

/// Pieces of captures that are made to break things: escapes, overrides, wide and joined characters, markup, JSON in
/// JSON, times out of order, lines that go on.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "2026-01-20 14:00:00,000 ERROR a: b\n", "1999-01-01T00:00:00Z INFO x\n", "\u{1b}[31mred\u{1b}]0;title\u{7}",
            "\u{202e}desrever", "日本語テキスト", "👩‍👩‍👧‍👦", "e\u{301}\u{301}", "שלום", "\t", "\r\n", "\n", "\0", "[red]{{x}}<b>&amp;",
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: no\n",
            "{\"timestamp\":1795183320000,\"message\":\"{\\\"body\\\":{\\\"log\\\":\\\"x\\\"},\\\"request_id\\\":\\\"r\\\"}\"}\n",
            "{\"traceId\":\"4efaaf4d1e8720b39541901950019ee5\",\"spanId\":\"81346de89c725310\",\"name\":\"\u{9b}x\",\"startTimeUnixNano\":1,\"endTimeUnixNano\":9223372036854775807,\"kind\":\"SERVER\"}\n",
            "{\"a\":\"[[[[[[{\\\"password\\\":\\\"hunter2\\\"}]]]]]]\"}\n", "password=hunter2 ",
        ]).prop_map(str::to_owned),
        1 => ".{0,20}",
        1 => "\\PC{0,200}",
    ]
}

fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    let keys = prop::sample::select(vec![
        "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "space", "esc", "tab",
        "1", "4", "5", "4", "5", "a", "b", "c", "f", "m", "n", "o", "r", "s", "t", "v", "w", "y", "z", "C",
        "F", "H", "L", "N", "S", ",", ".", "<", ">", "'", "{", "}", "]", "\\", "x", "Z", "T", "R", "d", "w",
        "+", "-",
    ]);
    prop::collection::vec(keys, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_keys_on_any_bytes(
        pieces in prop::collection::vec(piece(), 0..16),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        size in prop::sample::select(vec![(80, 24), (160, 50), (60, 12), (40, 10), (1, 1), (200, 60), (300, 13)]),
        keys in keys(),
        clicks in prop::collection::vec((0_u16..160, 0_u16..50, any::<bool>()), 0..6),
    ) {
        let text = [pieces.concat().into_bytes(), bytes].concat();
        let mut model = of(vec![Input { path: "a\u{1b}[1m.log".into(), bytes: Bytes::new(text) }], size);
        for id in ScreenId::ALL {
            show(&mut model, *id);
            for key in &keys {
                send(&mut model, Message::Key(key.parse().unwrap()));
                if model.popup.is_some() {
                    send(&mut model, Message::Paste("e".into()));
                    send(&mut model, Message::Key("enter".parse().unwrap()));
                }
            }
            for (column, row, is_drag) in &clicks {
                let kind = if *is_drag { MouseKind::Drag } else { MouseKind::Click };
                send(&mut model, Message::Mouse(Mouse { kind, column: *column, row: *row }));
            }
            let drawn = screen(&model);
            prop_assert!(!drawn.contains(|c: char| c.is_control() && c != '\n'), "{drawn:?}");
            prop_assert!(!drawn.contains('\u{202e}') && !drawn.contains("hunter2"), "{drawn}");
            send(&mut model, Message::Tell(Notice::info("")));
            send(&mut model, Message::Resize(100, 30));
            screen(&model);
            send(&mut model, Message::Resize(size.0, size.1));
        }
    }
}

/// Names and values made to break columns, terminals and parsers. Without control characters, so that they may stand
/// in JSON within JSON.
const HOSTILE: &[&str] = &[
    "\u{202e}gnp.\u{2066}exe\u{2069}\u{200f}שלום مرحبا",
    "日本語テキスト한국어👩‍👩‍👧‍👦🏳️‍🌈e\u{301}\u{301}\u{301}\u{301}ﷺ\u{feff}\u{200b}\u{ad}",
    "\u{9b}31m\u{9d}0;title\u{9c}\u{85}\u{2028}\u{2029}<b>[red]{{x}}&amp;%s{tool}",
];

/// Escapes as JSON writes them; deeper JSON that holds them cannot be read any more.
const ESCAPES: &str = r"\u001b[31mred\u001b]0;title\u0007\u001b[2J\u0000\u0008\r\n\t";

/// A sample with `hostile` in every name of a tool, parameter, span and message.
fn infested(sample: &str, hostile: &str) -> Vec<Input> {
    let words = [
        "lookup_events",
        "max_results",
        "list_trails",
        "string found",
        "POST /mcp",
        "Error executing",
        "integer",
    ];
    let infest = |input: Input| {
        let mut text = String::from_utf8_lossy(&input.bytes).into_owned();
        for word in words {
            text = text.replace(word, &format!("{word}{hostile}"));
        }
        Input { path: format!("{hostile}/{}", input.path), bytes: Bytes::new(text.into_bytes()) }
    };
    crate::tui::testing::inputs(sample).into_iter().map(infest).collect()
}

/// Nothing that acts is in a cell, every row has the width of the terminal, and drawn frames stay as they are.
fn check(model: &crate::tui::Model, what: &str) {
    let text = screen(model);
    let acts = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(acts), "{what}: {text:?}");
    let columns = usize::from(model.shared.size.width);
    for line in text.lines() {
        assert!(crate::tui::widgets::width(line) <= columns, "{what}: {line:?}");
    }
}

#[test]
fn hostile_names_break_no_screen_and_no_popup() {
    let long = "x".repeat(10_000);
    let texts = HOSTILE.iter().copied().chain([ESCAPES, long.as_str()]);
    for (hostile, sample) in texts.flat_map(|text| [(text, "schema-mismatch"), (text, "router-noise")]) {
        let mut model = of(infested(sample, hostile), (80, 24));
        for size in [(1, 1), (60, 12), (111, 17), (200, 60)] {
            send(&mut model, Message::Resize(size.0, size.1));
            for id in ScreenId::ALL {
                show(&mut model, *id);
                check(&model, &format!("{sample} {id:?} {size:?}"));
                for key in ["down", "end", "enter"] {
                    send(&mut model, Message::Key(key.parse().unwrap()));
                }
                check(&model, &format!("{sample} {id:?} {size:?}, opened"));
            }
            if size.0 != 111 {
                continue;
            }
            show(&mut model, ScreenId::Compare);
            for keys in [&["?"][..], &["J"], &[":"], &["x"], &["/", "t", "tab", "tab"], &["b"]] {
                for key in keys {
                    send(&mut model, Message::Key(key.parse().unwrap()));
                }
                check(&model, &format!("{sample} {keys:?} {size:?}"));
                send(&mut model, Message::Key("esc".parse().unwrap()));
            }
        }
    }
}
