//! Keys that work on every screen, unless the screen or a popup has its own use for them.

use super::{Binding, Move, bind};
use crate::tui::message::{Ask, Message};

/// The global part of the key table.
pub(super) const KEYS: &[Binding<Message>] = &[
    bind("up", &["up", "k"], "", "up", Message::Move(Move::Up)),
    bind("down", &["down", "j"], "", "down", Message::Move(Move::Down)),
    bind("left", &["left", "h"], "", "left, collapse", Message::Move(Move::Left)),
    bind("right", &["right", "l"], "", "right, expand", Message::Move(Move::Right)),
    bind("page-up", &["pageup", "ctrl-b", "ctrl-u"], "", "one page up", Message::Move(Move::PageUp)),
    bind("page-down", &["pagedown", "ctrl-f", "ctrl-d"], "", "one page down", Message::Move(Move::PageDown)),
    bind("first", &["home", "g"], "", "first row", Message::Move(Move::First)),
    bind("last", &["end", "G"], "", "last row", Message::Move(Move::Last)),
    bind("next-failed", &["]"], "next failed", "next failed request", Message::StepFailed(1)),
    bind("previous-failed", &["["], "", "previous failed request", Message::StepFailed(-1)),
    bind("filter", &["/"], "filter", "filter requests and signals", Message::Ask(Ask::Filter)),
    bind("toggle-filter", &["\\"], "", "filter on or off", Message::ToggleFilter),
    bind("clear-filter", &["|"], "", "no filter", Message::SetFilter(String::new())),
    bind("filters", &["ctrl-r"], "", "list of saved and earlier filters", Message::Ask(Ask::Filters)),
    bind("save-filter", &["ctrl-s"], "", "keep the filter, or no longer", Message::SaveFilter),
    bind("palette", &[":", "ctrl-p"], "commands", "find a command by name", Message::Ask(Ask::Command)),
    bind(
        "jump",
        &["J", "ctrl-k"],
        "jump",
        "jump to a request, tool, session or rule",
        Message::Ask(Ask::Place),
    ),
    bind(
        "export",
        &["x"],
        "export",
        "export a report, a capture or an expectation",
        Message::Ask(Ask::Export),
    ),
    bind("pager", &["p"], "", "open the selected record in $PAGER", Message::OpenRecord { edit: false }),
    bind("editor", &["e"], "", "open the selected record in $EDITOR", Message::OpenRecord { edit: true }),
    bind("theme", &["T"], "", "next theme", Message::NextTheme),
    bind("zone", &["Z"], "", "times in UTC or local time", Message::ToggleZone),
    bind(
        "mouse",
        &["M"],
        "",
        "mouse off, so that the terminal selects text, or on again",
        Message::ToggleMouse,
    ),
    bind("next-screen", &["tab"], "", "next screen", Message::StepScreen(1)),
    bind("previous-screen", &["backtab"], "", "previous screen", Message::StepScreen(-1)),
    bind("back", &["esc", "backspace"], "", "back to the screen before", Message::Back),
    bind("help", &["?", "f1"], "help", "keys and what they do", Message::Ask(Ask::Help)),
    bind("redraw", &["ctrl-l"], "", "draw everything again", Message::Redraw),
    bind("suspend", &["ctrl-z"], "", "suspend to the shell", Message::Suspend),
    bind("quit", &["q", "ctrl-c"], "quit", "quit", Message::Quit),
];
