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
        "F", "H", "L", "N", "S", ",", ".", "<", ">", "'", "{", "}", "]", "\\", "x", "Z", "T",
    ]);
    prop::collection::vec(keys, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_keys_on_any_bytes(
        pieces in prop::collection::vec(piece(), 0..16),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        size in prop::sample::select(vec![(80, 24), (160, 50), (60, 12), (40, 10), (1, 1), (300, 13)]),
        keys in keys(),
        clicks in prop::collection::vec((0_u16..160, 0_u16..50, any::<bool>()), 0..6),
    ) {
        let text = [pieces.concat().into_bytes(), bytes].concat();
        let mut model = of(vec![Input { path: "a\u{1b}[1m.log".into(), bytes: Bytes::new(text) }], size);
        for id in [ScreenId::Signal, ScreenId::Logs, ScreenId::Requests] {
            show(&mut model, id);
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
