//! The part of the key table that holds among the rules.

use super::Message;
use crate::tui::keys::{Binding, bind};

pub(in crate::tui::screens) const KEYS: &[Binding<Message>] = &[
    bind("open", &["enter"], "record", "the record of the chosen hit, the first at the start", Message::Open),
    bind("switch", &["space"], "on/off", "switch the rule off, or on again, and judge anew", Message::Switch),
    bind("severity", &["v"], "severity", "error, warning or info for the rule's findings", Message::Severity),
    bind("reset", &["R"], "reset", "every rule on, with its own severity", Message::Reset),
    bind(
        "hits",
        &["f"],
        "hits",
        "only rules with hits, undecided or switched ones, or all",
        Message::OnlyHits,
    ),
    bind("search", &["s"], "search", "only rules that hold these words", Message::Search),
    bind("next-hit", &["n"], "next hit", "next hit of the rule", Message::Hit(1)),
    bind("previous-hit", &["N"], "", "previous hit of the rule", Message::Hit(-1)),
    bind("sort", &["o"], "order", "order by hits or by layer", Message::Sort),
    bind("focus", &["w"], "", "move among the rules or in the text about one", Message::Focus),
    bind("copy", &["c"], "", "copy the rule's id", Message::Copy),
    bind("copy-command", &["y"], "copy command", "copy the first command of the fix", Message::CopyCommand),
    bind("clear", &["esc"], "", "all rules; then back", Message::Clear),
];
