//! The part of the key table that holds among the logs.

use super::Message;
use crate::tui::keys::{Binding, bind};
use crate::tui::widgets::Pick;

pub(in crate::tui::screens) const KEYS: &[Binding<Message>] = &[
    bind("open", &["enter"], "record", "the selected record, decoded and raw", Message::Open),
    bind("search", &["s"], "search", "search text in all records", Message::Search),
    bind("next-hit", &["n"], "next", "next hit of the search", Message::Hit(1)),
    bind("previous-hit", &["N"], "", "previous hit of the search", Message::Hit(-1)),
    bind("follow", &["f"], "follow", "keep the newest record selected", Message::Follow),
    bind("fold", &["space"], "unfold", "fold or unfold a record of several lines", Message::Fold),
    bind(
        "only-request",
        &["r"],
        "request",
        "only the selected record's request, or all",
        Message::OnlyRequest,
    ),
    bind("bookmark", &["m"], "mark", "bookmark the record, or no longer", Message::Bookmark),
    bind("next-bookmark", &["}"], "", "next bookmark", Message::StepBookmark(1)),
    bind("previous-bookmark", &["{"], "", "previous bookmark", Message::StepBookmark(-1)),
    bind("bookmarks", &["'"], "", "only bookmarked records, or all", Message::OnlyBookmarks),
    bind(
        "context",
        &["c"],
        "context",
        "0, 1, 3 or 10 records around what passes the filter",
        Message::Context,
    ),
    bind("beside", &["v"], "", "all records beside the chosen ones", Message::Beside),
    bind(
        "time",
        &["t"],
        "",
        "time of day, date, time in the request, step from the row above",
        Message::Time,
    ),
    bind("histogram", &["H"], "", "with or without the histogram", Message::Chart),
    bind("earlier", &[","], "", "only this stretch of time; the one before", Message::Pick(Pick::Earlier)),
    bind("later", &["."], "", "only this stretch of time; the one after", Message::Pick(Pick::Later)),
    bind("narrower", &["<"], "", "a shorter stretch of time", Message::Pick(Pick::Narrower)),
    bind("wider", &[">"], "", "a longer stretch of time", Message::Pick(Pick::Wider)),
    bind("all-time", &["a"], "", "all of the time again", Message::Pick(Pick::All)),
    bind("copy", &["y"], "", "copy the record", Message::Copy),
    bind("clear", &["esc"], "", "end search, choice and stretch of time; then back", Message::Clear),
];
