//! The mouse: what is under it, and what it asks for there.

use std::time::Duration;

use super::keys::Move;
use super::message::{Message, Mouse, MouseKind, Notice, Outbox};
use super::model::Model;
use super::popups::{Popup, PopupKind};
use super::screens::ScreenId;
use super::{Effect, view};

/// Rows that one notch of the wheel scrolls.
const WHEEL_ROWS: i16 = 3;

/// Two clicks within this time at one place are one double click: the second one is not for what the first one opened.
const DOUBLE: Duration = Duration::from_millis(400);

/// Where the left button went down, when, and what was shown then.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Clicked {
    mouse: Mouse,
    at: Duration,
    shown: (ScreenId, Option<PopupKind>),
}

/// The movement of a turn of the wheel; none for anything else.
pub(super) fn wheel(mouse: Mouse) -> Option<Move> {
    match mouse.kind {
        MouseKind::WheelUp => Some(Move::Rows(-WHEEL_ROWS)),
        MouseKind::WheelDown => Some(Move::Rows(WHEEL_ROWS)),
        MouseKind::Click | MouseKind::Drag | MouseKind::Zoom(_) => None,
    }
}

impl Model {
    /// The mouse did something.
    pub(super) fn mouse(&mut self, mouse: Mouse, out: &mut Outbox) {
        if mouse.kind == MouseKind::Click && self.is_second_half(mouse) {
            return;
        }
        if mouse.kind == MouseKind::Click && mouse.row + 1 == self.shared.size.height {
            return out.messages.extend(view::hint_at(self, mouse.column));
        }
        if let Some(popup) = &self.popup {
            return out.messages.extend(match wheel(mouse) {
                Some(_) => self.wheel_in(popup.kind(), mouse),
                None => popup.click(&self.shared, mouse),
            });
        }
        if mouse.row == 0 && mouse.kind == MouseKind::Click {
            let tab = view::tab_at(self.shared.size, self.screen, mouse.column);
            return out.messages.extend(tab.map(Message::Show));
        }
        let body = self.shared.body();
        // Only the timeline has an axis to zoom.
        let is_idle = matches!(mouse.kind, MouseKind::Zoom(_)) && self.screen != ScreenId::Timeline;
        if is_idle || !body.contains((mouse.column, mouse.row).into()) {
            return;
        }
        // A screen with several panes takes the wheel for the one under it.
        match (self.screens.click(self.screen, &self.shared, body, mouse), wheel(mouse)) {
            (Some(message), _) => out.send(Message::Screen(message)),
            (None, Some(by)) => out.send(Message::Move(by)),
            (None, None) => {}
        }
    }

    /// Whether a click belongs to a double click whose first half has opened something.
    fn is_second_half(&mut self, mouse: Mouse) -> bool {
        let shown = (self.screen, self.popup.as_ref().map(Popup::kind));
        let now = Clicked { mouse, at: self.shared.now, shown };
        self.clicked.replace(now).is_some_and(|earlier| {
            earlier.mouse == mouse && earlier.shown != shown && now.at.saturating_sub(earlier.at) < DOUBLE
        })
    }

    /// The wheel does in a popup what its keys for up and down do.
    fn wheel_in(&self, popup: PopupKind, mouse: Mouse) -> Option<Message> {
        let name = if mouse.kind == MouseKind::WheelUp { "up" } else { "down" };
        let name = format!("{}.{name}", popup.word());
        self.keymap.entries().iter().find(|entry| entry.name == name).map(|entry| entry.message.clone())
    }

    /// Leaves the mouse to the terminal, or takes it again.
    pub(super) fn toggle_mouse(&mut self, out: &mut Outbox) {
        self.shared.mouse = !self.shared.mouse;
        out.run(Effect::Mouse(self.shared.mouse));
        out.send(Message::Tell(Notice::info(if self.shared.mouse {
            "the mouse works here again; most terminals select text while Shift is held"
        } else {
            "the mouse is the terminal's now and selects text"
        })));
    }
}
