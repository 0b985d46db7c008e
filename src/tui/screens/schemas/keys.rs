//! The part of the key table that holds for the schemas.

use super::Message;
use crate::tui::keys::{Binding, bind};

pub(in crate::tui::screens) const KEYS: &[Binding<Message>] = &[
    bind(
        "open",
        &["enter"],
        "record",
        "the first call that hit it, else the record of the list",
        Message::Open,
    ),
    bind("next-problem", &["n"], "next problem", "next problem", Message::Problem(1)),
    bind("previous-problem", &["N"], "", "previous problem", Message::Problem(-1)),
    bind("copy", &["c"], "copy", "copy the recommended declaration", Message::Copy),
    bind("copy-name", &["C"], "", "copy tool and parameter", Message::CopyName),
    bind("copy-command", &["y"], "", "copy the command of the fix", Message::CopyCommand),
    bind("fold", &["space"], "fold", "fold or unfold", Message::Fold),
    bind("fold-all", &["z"], "", "fold or unfold all tools", Message::FoldAll),
    bind("problems", &["f"], "problems", "only what has a problem, or everything", Message::OnlyProblems),
    bind("focus", &["w"], "", "move in the tree or in the text beside it", Message::Focus),
];
