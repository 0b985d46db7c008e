//! The timeline over the samples.

use proptest::prelude::*;

use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, press, screen, show};

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
    press(&mut model, "right left - +  0");
    assert!(!model.screens.timeline.axis.is_zoomed());
    let all = model.screens.timeline.tree.len();
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
