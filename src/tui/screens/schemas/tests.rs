use crate::tui::message::{Effect, Message, Mouse, MouseKind};
use crate::tui::model::Model;
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, press, screen, send, show};

fn schemas(sample: &str, size: (u16, u16)) -> Model {
    let mut model = model(sample, size);
    show(&mut model, ScreenId::Schemas);
    model
}

fn copied(effects: &[Effect]) -> &str {
    match effects {
        [Effect::Copy(text)] => text.as_str(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pictures() {
    for (sample, size) in
        [("router-noise", (80, 24)), ("router-noise", (160, 50)), ("schema-mismatch", (120, 36))]
    {
        let model = schemas(sample, size);
        insta::assert_snapshot!(format!("schemas_{sample}_{}x{}", size.0, size.1), screen(&model));
    }
    assert!(screen(&schemas("observability-setup", (80, 24))).contains("holds no tools/list answer"));
}

#[test]
fn a_recommendation_can_be_copied_and_the_call_opened() {
    let mut model = schemas("schema-mismatch", (120, 36));
    press(&mut model, "n");
    assert!(copied(&press(&mut model, "c")).contains("integer"));
    assert!(copied(&press(&mut model, "C")).contains("max_results"));
    press(&mut model, "enter");
    assert_eq!(model.screen, ScreenId::Signal);
}

#[test]
fn problems_are_stepped_through_also_folded_ones_and_listed_alone() {
    let mut model = schemas("router-noise", (160, 50));
    let all = screen(&model);
    assert!(all.contains("9 tools of 1 list") && all.contains("2 warnings, 1 note"), "{all}");
    press(&mut model, "z");
    assert!(!screen(&model).contains("filter_expression  "), "folded");
    assert!(screen(&model).contains("! below"));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        press(&mut model, "n");
        seen.insert(copied(&press(&mut model, "C")).to_owned());
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
    press(&mut model, "f home z z");
    let only = screen(&model);
    assert!(only.contains("max_results") && !only.contains("add_numbers  "), "{only}");
    press(&mut model, "f");
    assert_ne!(screen(&model), only);
}

#[test]
fn the_mouse_selects_folds_and_opens() {
    let mut model = schemas("router-noise", (160, 50));
    let click = |model: &mut Model, column, row| {
        send(model, Message::Mouse(Mouse { kind: MouseKind::Click, column, row }));
    };
    click(&mut model, 20, 4);
    let open = screen(&model);
    assert!(open.lines().nth(4).is_some_and(|line| line.starts_with('▌')), "{open}");
    click(&mut model, 20, 4);
    assert_ne!(screen(&model), open, "a second click folds");
    click(&mut model, 120, 20);
    press(&mut model, "down");
    assert!(screen(&model).lines().nth(4).is_some_and(|line| line.starts_with('▌')), "the text moves");
}
