use crate::model::{Bytes, Input, Outcome, RequestKey};
use crate::tui::message::{Effect, Message, Mouse, MouseKind};
use crate::tui::model::Model;
use crate::tui::screens::{ScreenId, ScreenMessage};
use crate::tui::testing::{model, of, press, screen, send, show};

fn compare(size: (u16, u16)) -> Model {
    let mut model = model("schema-mismatch", size);
    show(&mut model, ScreenId::Compare);
    model
}

#[test]
fn pictures() {
    for size in [(80, 24), (160, 50)] {
        insta::assert_snapshot!(format!("compare_{}x{}", size.0, size.1), screen(&compare(size)));
    }
}

#[test]
fn without_a_healthy_request_it_says_what_to_read() {
    let path = "rules/gateway/gateway-jwt-rejected/match-exchange.jsonl";
    let bytes =
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("an example");
    let mut model = of(vec![Input { path: path.to_owned(), bytes: Bytes::new(bytes) }], (80, 24));
    show(&mut model, ScreenId::Compare);
    let text = screen(&model);
    assert!(text.contains("No request like it succeeded"), "{text}");
}

#[test]
fn a_difference_can_be_copied_and_the_timelines_opened() {
    let mut model = compare((120, 36));
    let effects = press(&mut model, "down up c");
    assert!(
        matches!(effects.as_slice(), [Effect::Copy(text)] if text.as_str().contains("string sent")),
        "{effects:?}"
    );
    let failing = model.shared.request;
    press(&mut model, "t");
    assert_eq!((model.screen, model.shared.request), (ScreenId::Timeline, failing));
    press(&mut model, "6 right t");
    assert_ne!(model.shared.request, failing);
    show(&mut model, ScreenId::Compare);
    assert!(screen(&model).contains("did not fail"));
}

#[test]
fn enter_goes_to_the_record_of_either_side() {
    let mut model = compare((120, 36));
    let failing = model.shared.request;
    press(&mut model, "enter");
    assert_eq!((model.screen, model.shared.request), (ScreenId::Signal, failing));
    assert!(screen(&model).contains("max_results"), "the record shows the difference");
    press(&mut model, "esc right enter");
    assert_eq!(model.screen, ScreenId::Compare, "absent on the healthy side");
    assert!(screen(&model).contains("absent on this side"));
    let state = &model.screens.compare;
    let comparison = super::comparison(&model.shared).expect("a comparison");
    let row =
        state.rows.iter().position(|at| comparison.differences[*at].attribute.starts_with("access-log"));
    send(&mut model, Message::Screen(ScreenMessage::Compare(super::Message::Select(row.unwrap(), None))));
    press(&mut model, "enter");
    assert_eq!(model.screen, ScreenId::Signal);
    assert_ne!(model.shared.request, failing, "a record of the healthy request");
}

#[test]
fn kinds_are_listed_one_at_a_time() {
    let mut model = compare((120, 36));
    let all = model.screens.compare.rows.len();
    let mut sum = 0;
    for _ in 0..20 {
        press(&mut model, "f");
        if model.screens.compare.kind.is_none() {
            break;
        }
        sum += model.screens.compare.rows.len();
        assert!(screen(&model).contains("Only "));
    }
    assert_eq!(sum, all);
    press(&mut model, "F");
    assert!(model.screens.compare.kind.is_some());
}

#[test]
fn another_healthy_request_is_chosen_and_given_up() {
    let mut model = compare((120, 36));
    let healthy = |model: &Model| {
        super::comparison(&model.shared).and_then(|found| found.healthy.as_ref()?.key).expect("a healthy one")
    };
    let nearest = healthy(&model);
    let is_other =
        |request: &&crate::model::Request| request.outcome == Outcome::Ok && request.key != nearest;
    let other: RequestKey = model.shared.snapshot().requests.iter().find(is_other).expect("another").key;
    press(&mut model, "b");
    assert!(screen(&model).contains("Compare with"));
    press(&mut model, "esc");
    send(&mut model, Message::Screen(ScreenMessage::Compare(super::Message::Beside(Some(other)))));
    assert_eq!(healthy(&model), other);
    assert!(screen(&model).contains("your choice"));
    press(&mut model, "1 6 ] [");
    assert_eq!(healthy(&model), other, "it is remembered for this request");
    press(&mut model, "a");
    assert_eq!(healthy(&model), nearest);
}

#[test]
fn the_mouse_chooses_row_and_side() {
    let mut model = compare((120, 36));
    let click = |model: &mut Model, column, row| {
        send(model, Message::Mouse(Mouse { kind: MouseKind::Click, column, row }));
    };
    let heads = screen(&model).lines().nth(5).expect("heads").to_owned();
    let healthy = heads.find("healthy").expect("a head") as u16;
    click(&mut model, healthy, 8);
    assert!(model.screens.compare.on_healthy);
    assert!(screen(&model).contains("[healthy]"));
    click(&mut model, heads.find("[failing]").expect("a head") as u16, 6);
    assert!(!model.screens.compare.on_healthy);
    click(&mut model, 40, 6);
    assert_eq!(model.screen, ScreenId::Signal, "a second click opens");
}
