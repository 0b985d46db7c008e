//! The clipboard: of the terminal (OSC 52, also over ssh and through tmux) and of the system, when there is one.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::tui::Data;
use crate::tui::message::Notice;

use super::worker::Tell;

/// Terminals ignore longer sequences: xterm's limit, which others have taken over.
const MAX_SEQUENCE: usize = 74_994;

/// How long the end of the program waits for the system to take over what was copied.
const HANDOVER: Duration = Duration::from_millis(500);

/// Where copied text goes.
pub(super) struct Clipboard {
    /// Whether a tmux stands between us and the terminal.
    through_tmux: bool,
    /// Whether there is a system clipboard to try.
    has_display: bool,
    tell: Tell,
    system: Option<System>,
}

/// The thread that talks to the system's clipboard: a display may be far away, or gone.
struct System {
    texts: Sender<String>,
    ended: Receiver<()>,
}

impl Clipboard {
    /// What the environment offers; `is_set` tells whether a variable is there.
    pub(super) fn new(is_set: &dyn Fn(&str) -> bool, tell: Tell) -> Self {
        let has_display = cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
        Self { through_tmux: is_set("TMUX"), has_display, tell, system: None }
    }

    /// The sequence that asks the terminal; empty for text that is too long for it.
    pub(super) fn sequence(&self, text: &str) -> Vec<u8> {
        if !fits(text) {
            return Vec::new();
        }
        let encoded = BASE64_STANDARD.encode(text);
        let plain = format!("\x1b]52;c;{encoded}\x07");
        if self.through_tmux {
            // tmux takes the plain one when `set-clipboard` is on and hands the wrapped one to the terminal when
            // `allow-passthrough` is.
            return format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes();
        }
        plain.into_bytes()
    }

    /// Asks the system, when there is one; what to tell the person, unless that comes with its answer.
    pub(super) fn copy(&mut self, text: &str) -> Option<Notice> {
        if self.has_display && self.system.is_none() {
            self.system = System::start(self.tell.clone());
        }
        let is_asked = self.system.as_ref().is_some_and(|system| system.texts.send(text.to_owned()).is_ok());
        (!is_asked).then(|| told(text, false))
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        if let Some(System { texts, ended }) = self.system.take() {
            drop(texts);
            let _ = ended.recv_timeout(HANDOVER);
        }
    }
}

impl System {
    /// Starts the thread; `None` when there is none to be had.
    fn start(tell: Tell) -> Option<Self> {
        let ((texts, asked), (end, ended)) = (channel(), sync_channel(1));
        let serve = move || serve(&asked, &tell, &end);
        thread::Builder::new().name("clipboard".into()).spawn(serve).ok()?;
        Some(Self { texts, ended })
    }
}

fn serve(asked: &Receiver<String>, tell: &Tell, end: &SyncSender<()>) {
    // Kept open: on X11 the owner of the clipboard has to answer for its content.
    let mut system: Option<arboard::Clipboard> = None;
    for text in asked {
        system = system.or_else(|| arboard::Clipboard::new().ok());
        let is_taken = system.as_mut().is_some_and(|system| system.set_text(&text).is_ok());
        tell(Data::Notice(told(&text, is_taken)));
    }
    drop(system);
    let _ = end.send(());
}

/// Whether a text is not too long for the terminal.
fn fits(text: &str) -> bool {
    base64::encoded_len(text.len(), true).is_some_and(|length| length <= MAX_SEQUENCE)
}

/// What to tell: whether the system has taken the text, else whether the terminal may have.
fn told(text: &str, is_taken: bool) -> Notice {
    let lines = text.lines().count();
    let amount =
        if lines > 1 { format!("{lines} lines") } else { format!("{} characters", text.chars().count()) };
    match (is_taken, fits(text)) {
        (true, _) => Notice::info(format!("copied {amount}")),
        (false, true) => Notice::info(format!("copied {amount} through the terminal")),
        (false, false) => {
            Notice::error(format!("{amount} are too many for the terminal's clipboard; export them instead"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn clipboard(is_set: &dyn Fn(&str) -> bool) -> Clipboard {
        Clipboard::new(is_set, Arc::new(|_| true))
    }

    #[test]
    fn tmux_gets_the_plain_and_the_wrapped_sequence() {
        let bare = clipboard(&|_| false);
        assert_eq!(bare.sequence("hi"), b"\x1b]52;c;aGk=\x07");
        let tmux = clipboard(&|name| name == "TMUX");
        assert_eq!(tmux.sequence("hi"), b"\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_too_long_is_told() {
        let long = "x".repeat(MAX_SEQUENCE);
        let mut bare = clipboard(&|_| false);
        assert!(bare.sequence(&long).is_empty() && !bare.sequence("short").is_empty());
        assert!(bare.copy(&long).is_some_and(|notice| notice.is_error));
        assert!(bare.copy("short").is_some_and(|notice| !notice.is_error));
        assert!(!told(&long, true).is_error);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_display_that_is_not_there_leaves_the_terminal() {
        let (sender, answers) = channel();
        let is_set = |name: &str| name == "DISPLAY";
        let mut clipboard = Clipboard::new(&is_set, Arc::new(move |data| sender.send(data).is_ok()));
        assert!(clipboard.copy("text").is_none(), "the answer comes later");
        let Ok(Data::Notice(notice)) = answers.recv() else { panic!("no answer") };
        assert!(!notice.is_error && notice.text.starts_with("copied 4 characters"), "{}", notice.text);
    }
}
