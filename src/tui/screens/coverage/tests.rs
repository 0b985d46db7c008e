//! The coverage over the samples.

use crate::model::{Bytes, Input};
use crate::tui::Effect;
use crate::tui::screens::ScreenId;
use crate::tui::testing::{model, of, press, screen, show};

#[test]
fn samples_look_as_they_did() {
    for sample in ["schema-mismatch", "observability-setup"] {
        for size in [(80, 24), (160, 50)] {
            let mut model = model(sample, size);
            show(&mut model, ScreenId::Coverage);
            insta::assert_snapshot!(format!("{sample}_{}x{}", size.0, size.1), screen(&model));
        }
    }
}

#[test]
fn every_command_stands_once_and_is_copied_where_the_pointer_is() {
    let path = "rules/gateway/gateway-silent-reject-no-runtime/match-executing.jsonl";
    let bytes = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut model = of(vec![Input { path: path.to_owned(), bytes: Bytes::new(bytes) }], (80, 24));
    show(&mut model, ScreenId::Coverage);
    let items = model.screens.coverage.document.items.clone();
    assert!(!items.is_empty());
    for (index, item) in items.iter().enumerate() {
        assert!(items[..index].iter().all(|before| before.action != item.action), "{item:?}");
        press(&mut model, "tab");
        assert_eq!(model.screens.coverage.selected(), Some(index));
        for key in ["c", "y", "enter"] {
            let effects = press(&mut model, key);
            assert!(effects.iter().any(|effect| matches!(effect, Effect::Copy(_))), "{effects:?}");
        }
    }
    press(&mut model, "tab");
    assert_eq!(model.screens.coverage.selected(), Some(0), "around");
    press(&mut model, "backtab");
    assert_eq!(model.screens.coverage.selected(), Some(items.len() - 1));
}
