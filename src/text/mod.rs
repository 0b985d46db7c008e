//! The only door by which log text leaves the program: secrets redacted, terminal escapes and control characters
//! made harmless, length bounded.
//!
//! The steps, in order: terminal sequences are removed (so that a colour change cannot split a secret), control
//! and invisible characters are spelt out, secrets are masked, and only then is anything cut off.

mod cut;
mod escape;
mod secrets;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

/// Text that may be shown: made by a [`Door`] only.
#[derive(Clone, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct SafeText(String);

impl SafeText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Decides what may pass.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// Whether secrets are masked; `--no-redact` turns it off. Escapes never pass.
    pub redact: bool,
}

/// Stands for a line break in one-line text.
pub(crate) const LINE_BREAK: char = '⏎';

/// How much text around the part that is shown is searched for secrets. Longer than any secret in use, so that
/// none is cut in two before it is recognised.
const MARGIN: usize = 64 * 1024;

/// The text with its secrets masked and nothing else changed, for keeping it. Terminal sequences stay, unless a secret
/// hides behind one.
pub fn mask_secrets(text: &str) -> Cow<'_, str> {
    let masked = secrets::redact(text);
    let plain = escape::neutralise(&masked);
    let again = secrets::redact(&plain);
    if again == plain { masked } else { Cow::Owned(again.into_owned()) }
}

impl Door {
    /// The whole text, on several lines where it has several.
    pub fn pass(self, text: &str) -> SafeText {
        SafeText(self.clean(text).into_owned())
    }

    /// The text on one line, at most `max` characters, cut at the end with `…`. Line breaks show as `⏎`.
    pub fn line(self, text: &str, max: usize) -> SafeText {
        let mut window = MARGIN.max(max.saturating_mul(8));
        loop {
            let head = cut::head(text, window);
            let clean = self.clean(head);
            // Of a head that was cut off, the end may be half a secret: it must not be what is shown.
            if head.len() == text.len() || clean.chars().nth(max.saturating_mul(2)).is_some() {
                return self.settle(&cut::one_line(&clean), max);
            }
            window = window.saturating_mul(2);
        }
    }

    /// The line of `text` that holds the first occurrence of `needle`, or the first line when there is none: at
    /// most `max` characters that include the beginning of `needle`, with `…` where something is left out.
    pub fn around(self, text: &str, needle: &str, max: usize) -> SafeText {
        let Some(at) = text.find(needle).filter(|_| !needle.is_empty()) else {
            let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            return self.line(first.trim_end(), max);
        };
        let clean = self.clean(&text[cut::window(text, at, MARGIN)]);
        let Some(found) = clean.find(self.clean(needle).as_ref()) else {
            let from = text[..at].rfind('\n').map_or(0, |end| end + 1);
            return self.line(text[from..].lines().next().unwrap_or_default(), max);
        };
        let start = clean[..found].rfind('\n').map_or(0, |end| end + 1);
        let line = clean[start..].lines().next().unwrap_or_default();
        let lead = clean[start..found].chars().count();
        if lead < max / 2 {
            return self.settle(line, max);
        }
        self.settle(&format!("…{}", cut::skip(line, lead - max / 4)), max)
    }

    /// Everything but the cutting.
    fn clean(self, text: &str) -> Cow<'_, str> {
        let plain = escape::neutralise(text);
        if !self.redact {
            return plain;
        }
        match plain {
            Cow::Borrowed(plain) => secrets::redact(plain),
            // A sequence may have taken the first letter of `password`: what is a secret with that letter is masked, too.
            Cow::Owned(plain) => {
                let masked = secrets::redact(&plain);
                Cow::Owned(secrets::redact_as(masked, &escape::neutralise_less(text)))
            }
        }
    }

    /// Cuts, and looks again: what is left of a line may read differently from the whole.
    fn settle(self, text: &str, max: usize) -> SafeText {
        let mut line = cut::tail_off(text, max).into_owned();
        for _ in 0..secrets::MAX_PASSES {
            let again = cut::tail_off(&self.clean(&line), max).into_owned();
            if again == line {
                return SafeText(line);
            }
            line = again;
        }
        SafeText(cut::tail_off(secrets::GIVE_UP, max).into_owned())
    }
}
