//! The clipboard: of the terminal (OSC 52, also over ssh and through tmux) and of the system, when there is one.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::tui::message::Notice;

/// Terminals ignore longer sequences: xterm's limit, which others have taken over.
const MAX_SEQUENCE: usize = 74_994;

/// Where copied text goes.
pub(super) struct Clipboard {
    /// Whether a tmux stands between us and the terminal.
    through_tmux: bool,
    /// Whether there is a system clipboard to try.
    has_display: bool,
    /// Kept open: on X11 the owner of the clipboard has to answer for its content.
    system: Option<arboard::Clipboard>,
}

impl Clipboard {
    /// What the environment offers; `is_set` tells whether a variable is there.
    pub(super) fn new(is_set: &dyn Fn(&str) -> bool) -> Self {
        let has_display = cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
        Self { through_tmux: is_set("TMUX"), has_display, system: None }
    }

    /// The sequence that asks the terminal; empty for text that is too long for it.
    pub(super) fn sequence(&self, text: &str) -> Vec<u8> {
        let encoded = BASE64_STANDARD.encode(text);
        if encoded.len() > MAX_SEQUENCE {
            return Vec::new();
        }
        let plain = format!("\x1b]52;c;{encoded}\x07");
        if self.through_tmux {
            // tmux takes the plain one when `set-clipboard` is on and hands the wrapped one to the terminal when
            // `allow-passthrough` is.
            return format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes();
        }
        plain.into_bytes()
    }

    /// Asks the system; what to tell the person.
    pub(super) fn copy(&mut self, text: &str) -> Notice {
        let lines = text.lines().count();
        let amount =
            if lines > 1 { format!("{lines} lines") } else { format!("{} characters", text.chars().count()) };
        if self.has_display {
            if self.system.is_none() {
                self.system = arboard::Clipboard::new().ok();
            }
            if self.system.as_mut().is_some_and(|system| system.set_text(text).is_ok()) {
                return Notice::info(format!("copied {amount}"));
            }
        }
        if self.sequence(text).is_empty() {
            return Notice::error(format!(
                "{amount} are too many for the terminal's clipboard; export them instead"
            ));
        }
        Notice::info(format!("copied {amount} through the terminal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmux_gets_the_plain_and_the_wrapped_sequence() {
        let bare = Clipboard::new(&|_| false);
        assert_eq!(bare.sequence("hi"), b"\x1b]52;c;aGk=\x07");
        let tmux = Clipboard::new(&|name| name == "TMUX");
        assert_eq!(tmux.sequence("hi"), b"\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn what_is_too_long_is_told() {
        let long = "x".repeat(MAX_SEQUENCE);
        let mut bare = Clipboard { through_tmux: false, has_display: false, system: None };
        assert!(bare.sequence(&long).is_empty());
        assert!(bare.copy(&long).is_error);
        assert!(!bare.copy("short").is_error);
    }
}
