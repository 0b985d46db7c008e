use crate::tui::message::{Effect, Message, Mouse, MouseKind};
use crate::tui::model::Model;
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, press, screen, send, show};

fn rules(size: (u16, u16)) -> Model {
    let mut model = model("schema-mismatch", size);
    show(&mut model, ScreenId::Rules);
    model
}

fn cause(model: &Model) -> Option<String> {
    model.shared.lookup.diagnosis(model.shared.snapshot(), model.shared.request)?.root_cause.clone()
}

#[test]
fn pictures() {
    for size in [(80, 24), (160, 50)] {
        let mut model = rules(size);
        press(&mut model, "f");
        insta::assert_snapshot!(format!("rules_{}x{}", size.0, size.1), screen(&model));
    }
    let mut model = rules((160, 50));
    press(&mut model, "f space down v");
    insta::assert_snapshot!("rules_switched_160x50", screen(&model));
}

#[test]
fn rules_with_hits_come_first_and_open_their_record() {
    let mut model = rules((120, 36));
    let all = screen(&model);
    assert!(all.contains("gateway-param-type-mismatch") && all.contains("Why it happens"), "{all}");
    press(&mut model, "o");
    assert_ne!(screen(&model), all, "ordered by layer");
    press(&mut model, "o home");
    let effects = press(&mut model, "c");
    assert!(matches!(effects.as_slice(), [Effect::Copy(text)] if text.as_str().starts_with("gateway-")));
    assert!(screen(&model).contains("Hit 1 of 2"));
    press(&mut model, "n");
    assert!(screen(&model).contains("Hit 2 of 2"));
    press(&mut model, "enter");
    assert_eq!(model.screen, ScreenId::Signal);
    let second = model.shared.signal;
    show(&mut model, ScreenId::Rules);
    press(&mut model, "N enter");
    assert_ne!(model.shared.signal, second);
}

#[test]
fn a_rule_is_switched_off_judged_without_and_remembered() {
    let mut model = rules((120, 36));
    let before = cause(&model).expect("a cause");
    press(&mut model, "space");
    assert_ne!(cause(&model).as_ref(), Some(&before));
    let text = screen(&model);
    assert!(text.contains("Off: it does not judge"), "{text}");
    assert!(text.contains("judged again: 2 failed requests without a known cause now"), "{text}");
    press(&mut model, "down up");
    assert!(screen(&model).contains("1 rule off"));
    assert!(model.remember().rules.is_off(&before));
    press(&mut model, "space");
    assert_eq!(cause(&model), Some(before.clone()));
    press(&mut model, "v down up");
    let text = screen(&model);
    assert!(text.contains("warning*") && text.contains("1 severity changed"), "{text}");
    let findings = &model.shared.snapshot().findings;
    assert!(findings.iter().filter(|it| it.rule == before).all(|it| it.severity.word() == "warning"));
    press(&mut model, "R");
    assert!(model.remember().rules.is_empty());
}

#[test]
fn words_choose_rules_and_esc_lists_all_again() {
    let mut model = rules((120, 36));
    press(&mut model, "s");
    send(&mut model, Message::Paste("ACCESS denied".into()));
    press(&mut model, "enter");
    let text = screen(&model);
    assert!(text.contains("access-denied") && !text.contains("gateway-param-type-mismatch"), "{text}");
    press(&mut model, "s");
    send(&mut model, Message::Paste("no such words at all".into()));
    press(&mut model, "enter");
    assert!(screen(&model).contains("no rule is listed"));
    assert!(press(&mut model, "enter c y space v n").is_empty(), "nothing is selected");
    press(&mut model, "esc");
    assert!(screen(&model).contains("gateway-param-type-mismatch"));
    assert_eq!(model.screen, ScreenId::Rules);
    press(&mut model, "esc");
    assert_eq!(model.screen, ScreenId::Requests);
}

#[test]
fn the_mouse_selects_opens_orders_and_goes_to_the_text() {
    let mut model = rules((120, 36));
    let click = |model: &mut Model, column, row| {
        send(model, Message::Mouse(Mouse { kind: MouseKind::Click, column, row }));
    };
    click(&mut model, 10, 4);
    assert!(screen(&model).lines().nth(4).is_some_and(|line| line.starts_with('▌')));
    click(&mut model, 90, 4);
    press(&mut model, "down");
    assert!(screen(&model).lines().nth(4).is_some_and(|line| line.starts_with('▌')), "the text moves");
    let before = screen(&model);
    click(&mut model, 10, 2);
    assert_ne!(screen(&model), before, "ordered by layer");
    press(&mut model, "w o home");
    click(&mut model, 10, 3);
    assert_eq!(model.screen, ScreenId::Signal, "a second click opens");
}
