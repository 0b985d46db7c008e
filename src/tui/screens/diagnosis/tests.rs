//! The diagnosis over the samples.

use crate::tui::Effect;
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, press, screen, show};

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

#[test]
fn where_it_stopped_is_asked_for_and_shown() {
    let mut model = model("schema-mismatch", (80, 24));
    show(&mut model, ScreenId::Diagnosis);
    let walk = &model.shared.answers.walks[&model.shared.request.expect("a failing request")];
    let start: String = walk.verdict.chars().take(20).collect();
    assert!(screen(&model).contains(&start), "{}", walk.verdict);
}
