//! The diagnosis over the samples.

use crate::model::{Bytes, Input};
use crate::tui::Effect;
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, of, press, screen, show};

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 50), (40, 10)];

#[test]
fn the_first_lines_say_what_failed_why_and_what_to_type() {
    let mut model = model("schema-mismatch", (80, 24));
    show(&mut model, ScreenId::Diagnosis);
    let text = screen(&model);
    assert!(text.contains("failed") && text.contains("Cause") && text.contains("What to do"), "{text}");
}

#[test]
fn samples_look_as_they_did() {
    for sample in ["schema-mismatch", "router-noise", "observability-setup"] {
        for size in SIZES {
            let mut model = model(sample, size);
            show(&mut model, ScreenId::Diagnosis);
            insta::assert_snapshot!(format!("{sample}_{}x{}", size.0, size.1), screen(&model));
        }
    }
}

#[test]
fn enter_on_evidence_opens_the_signal() {
    let mut model = model("schema-mismatch", (80, 24));
    show(&mut model, ScreenId::Diagnosis);
    let items = &model.screens.diagnosis.reader.document.items;
    let evidence = items.iter().position(|item| matches!(item.action, super::Action::Signal(_)));
    for _ in 0..evidence.expect("evidence") {
        press(&mut model, "tab");
    }
    press(&mut model, "enter");
    assert_eq!(model.screen, ScreenId::Signal);
}

#[test]
fn c_copies_a_command() {
    let mut model = model("schema-mismatch", (80, 24));
    show(&mut model, ScreenId::Diagnosis);
    let effects = press(&mut model, "c");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Copy(_))), "{effects:?}");
    press(&mut model, "t");
    assert_eq!(model.screen, ScreenId::Timeline);
}

/// A rule's example whose failure cannot be decided without further logs.
fn undecided(size: (u16, u16)) -> crate::tui::Model {
    let path = "rules/gateway/gateway-silent-reject-no-runtime/match-executing.jsonl";
    let bytes =
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("an example");
    let mut model = of(vec![Input { path: "gateway.jsonl".to_owned(), bytes: Bytes::new(bytes) }], size);
    show(&mut model, ScreenId::Diagnosis);
    model
}

#[test]
fn what_cannot_be_told_is_one_line_with_what_would_decide_it() {
    let mut model = undecided((120, 200));
    let folded = screen(&model);
    assert!(folded.contains("causes that this capture can neither show nor rule out"), "{folded}");
    assert!(
        folded.contains("What would decide most of them:") && folded.contains("The Gateway log"),
        "{folded}"
    );
    assert_eq!(folded.matches("cannot-tell").count(), 0, "{folded}");
    let items = &model.screens.diagnosis.reader.document.items;
    let fold = items
        .iter()
        .position(|item| item.action == super::Action::Unfold(super::document::Fold::CannotTell(0)));
    for _ in 0..fold.expect("a fold") {
        press(&mut model, "tab");
    }
    press(&mut model, "enter");
    assert!(screen(&model).matches("cannot-tell").count() > 5, "{}", screen(&model));
    press(&mut model, "enter");
    assert_eq!(screen(&model).replace('▌', " "), folded.replace('▌', " "), "folded again");
    insta::assert_snapshot!("undecided_160x50", screen(&undecided((160, 50))));
}

#[test]
fn where_it_stopped_is_asked_for_and_shown() {
    let mut model = model("schema-mismatch", (80, 24));
    show(&mut model, ScreenId::Diagnosis);
    let walk = &model.shared.answers.walks[&model.shared.request.expect("a failing request")];
    let start: String = walk.verdict.chars().take(20).collect();
    assert!(screen(&model).contains(&start), "{}", walk.verdict);
}
