//! The part of the key table that holds among the requests.

use super::Message;
use crate::tui::keys::{Binding, bind};
use crate::tui::widgets::Pick;

pub(in crate::tui::screens) const KEYS: &[Binding<Message>] = &[
    bind("open", &["enter"], "why", "diagnosis of the selected request; folds a group", Message::Open),
    bind("copy-command", &["y"], "copy command", "copy the first command of the fix", Message::CopyCommand),
    bind("sort", &["s"], "sort", "order by the next column", Message::Sort),
    bind("reverse", &["S"], "", "the other way around", Message::Reverse),
    bind("group", &["b"], "group", "group by tool, session, cause or not at all", Message::Group),
    bind("fold", &["space"], "", "fold or unfold the group", Message::Fold),
    bind("fold-all", &["z"], "", "fold or unfold all groups", Message::FoldAll),
    bind("failed", &["f"], "failed", "failed requests only, or all", Message::OnlyFailed),
    bind("logs", &["o"], "logs", "the signals of the selected request", Message::Logs),
    bind("copy", &["c"], "", "copy the request's id", Message::Copy),
    bind("earlier", &[","], "", "only this stretch of time; the one before", Message::Pick(Pick::Earlier)),
    bind("later", &["."], "", "only this stretch of time; the one after", Message::Pick(Pick::Later)),
    bind("narrower", &["<"], "", "a shorter stretch of time", Message::Pick(Pick::Narrower)),
    bind("wider", &[">"], "", "a longer stretch of time", Message::Pick(Pick::Wider)),
    bind("all-time", &["a"], "", "all of the time again", Message::Pick(Pick::All)),
    bind("clear", &["esc"], "", "all of the time, all outcomes; then back", Message::Clear),
];
