//! The part of the key table that holds for the comparison.

use super::Message;
use crate::tui::keys::{Binding, bind};

pub(in crate::tui::screens) const KEYS: &[Binding<Message>] = &[
    bind(
        "open",
        &["enter"],
        "record",
        "the record that shows it, of the side chosen by left and right",
        Message::Open,
    ),
    bind("kind", &["f"], "kind", "only differences of the next kind, or all", Message::Kind(1)),
    bind("previous-kind", &["F"], "", "only differences of the kind before", Message::Kind(-1)),
    bind("beside", &["b"], "beside", "choose the healthy request", Message::Ask),
    bind("nearest", &["a"], "", "the nearest healthy request again", Message::Beside(None)),
    bind("timeline", &["t"], "timeline", "timeline of the chosen side", Message::Timeline),
    bind("copy", &["c"], "copy", "copy the selected difference", Message::Copy),
];
