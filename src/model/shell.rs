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

/// Whether a command has a word such as `TARGET_ID` that stands for a value which is not known.
pub fn has_blank(command: &str) -> bool {
    let is_blank = |word: &str| {
        word.len() >= 4
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            && word.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    command.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).any(is_blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_words_in_capitals() {
        assert!(has_blank("aws x --target-id-list TARGET_ID --region us-east-1"));
        assert!(has_blank("docker run IMAGE -c 'import x'"));
        assert!(!has_blank("aws logs tail /aws/x --region us-east-1 -H"));
    }
}
