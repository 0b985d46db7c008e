//! The part of the key table that holds for one signal.

use super::Message;
use crate::tui::keys::{Binding, bind};

pub(in crate::tui::screens) const KEYS: &[Binding<Message>] = &[
    bind("fold", &["enter", "space"], "fold", "fold or unfold", Message::Fold),
    bind("fold-all", &["z"], "", "fold or unfold everything", Message::FoldAll),
    bind("filter-by", &["f"], "filter by", "only signals with this value", Message::FilterBy { hide: false }),
    bind("hide", &["F"], "", "no signals with this value", Message::FilterBy { hide: true }),
    bind("next", &["."], "next of request", "next signal of the same request", Message::Step(1)),
    bind("previous", &[","], "", "previous signal of the same request", Message::Step(-1)),
    bind("copy-value", &["c"], "copy", "copy the value", Message::CopyValue),
    bind("copy-path", &["C"], "", "copy the path of the value", Message::CopyPath),
    bind("copy-raw", &["y"], "", "copy the raw record", Message::CopyRaw),
    bind("only-request", &["r"], "request", "show only this request", Message::OnlyRequest),
    bind("only-session", &["S"], "", "show only this session", Message::OnlySession),
    bind("only-stream", &["L"], "", "show only this log stream", Message::OnlyStream),
    bind("search", &["s"], "search", "search text in this record", Message::Search),
    bind("next-hit", &["n"], "", "next hit of the search", Message::Hit(1)),
    bind("previous-hit", &["N"], "", "previous hit of the search", Message::Hit(-1)),
    bind("bookmark", &["m"], "mark", "bookmark the signal, or no longer", Message::Bookmark),
    bind("pane", &["v"], "", "the raw record, its text, or the selected value in full", Message::Pane),
    bind("focus", &["w"], "", "move in the tree or in the text beside it", Message::Focus),
];
