//! Finds secrets and masks them. A mask says what stood there: `[redacted:access-key]`.
//!
//! Two kinds of pattern: tokens that are secrets by their own shape, and values that are secrets because of the
//! key before them, in any notation (`key=value`, JSON, JSON in JSON, Python, header lines, name/value pairs).

mod context;
mod token;

use std::borrow::Cow;
use std::ops::Range;

/// A stretch of text to mask, and what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Secret {
    range: Range<usize>,
    label: &'static str,
}

/// Masking one secret may give its neighbour another reading, so the text is searched again until nothing more is
/// found: real text needs two passes. Text that is made to never settle is masked as a whole.
pub(super) const MAX_PASSES: usize = 8;

/// Stands for a text that never settles.
pub(super) const GIVE_UP: &str = "[redacted:text]";

/// The text with every secret masked. Redacting it again changes nothing.
pub(super) fn redact(text: &str) -> Cow<'_, str> {
    let Some(mut masked) = redact_once(text) else {
        return Cow::Borrowed(text);
    };
    for _ in 1..MAX_PASSES {
        let Some(again) = redact_once(&masked) else {
            return Cow::Owned(masked);
        };
        masked = again;
    }
    Cow::Borrowed(GIVE_UP)
}

/// Masks in `text` what is a secret in `reading`, another reading of the same bytes.
pub(super) fn redact_as(text: Cow<'_, str>, reading: &str) -> String {
    let mut masked = text.into_owned();
    for secret in find(reading) {
        let value = &reading[secret.range];
        if masked.contains(value) {
            masked = masked.replace(value, &format!("[redacted:{}]", secret.label));
        }
    }
    redact(&masked).into_owned()
}

fn find(text: &str) -> Vec<Secret> {
    let mut secrets = Vec::new();
    token::find(text, &mut secrets);
    context::find(text, &mut secrets);
    secrets.retain(|secret| !secret.range.is_empty() && !is_mask(&text[secret.range.clone()]));
    secrets
}

/// One pass; `None` when there was nothing to mask.
fn redact_once(text: &str) -> Option<String> {
    let mut secrets = find(text);
    if secrets.is_empty() {
        return None;
    }
    secrets.sort_by_key(|secret| (secret.range.start, std::cmp::Reverse(secret.range.end)));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for secret in secrets {
        if secret.range.start >= done {
            out.push_str(&text[done..secret.range.start]);
            out.push_str("[redacted:");
            out.push_str(secret.label);
            out.push(']');
        }
        done = done.max(secret.range.end);
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Whether the text is one mask and nothing else, whatever it stands for.
fn is_mask(text: &str) -> bool {
    mask_len(text) == Some(text.len())
}

/// Length in bytes of the mask that `text` starts with.
pub(super) fn mask_len(text: &str) -> Option<usize> {
    let label = text.strip_prefix("[redacted:")?;
    let len = label.find(|c: char| !c.is_ascii_lowercase() && c != '-')?;
    (len > 0 && label[len..].starts_with(']')).then_some("[redacted:".len() + len + 1)
}
