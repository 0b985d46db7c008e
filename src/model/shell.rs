//! Text as a part of a shell command.

use std::fmt::Write as _;

/// Log text as one word of a shell command, on one line, whatever it holds.
pub fn shell_word(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@=+-".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", within_single_quotes(value))
}

/// Text between single quotes. What cannot stand there leaves them for a moment; control characters are spelled
/// out, so that a copied command is one line.
pub fn within_single_quotes(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\'' => out.push_str(r"'\''"),
            '\n' => out.push_str(r"'$'\n''"),
            '\r' => out.push_str(r"'$'\r''"),
            '\t' => out.push_str(r"'$'\t''"),
            c if c.is_control() => {
                let _ = write!(out, r"'$'\u{:04x}''", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}
