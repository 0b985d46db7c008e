//! The wording of a message without its values, so that one error seen a thousand times is one entry.

/// Longest wording that is compared, in bytes of output: enough to tell errors apart, and a bound on memory.
const MAX_LEN: usize = 240;

/// The telling line of `message` with what changes from one occurrence to the next replaced by `*`: words with a
/// digit (numbers, times, ids, addresses), hexadecimal words of eight digits and more, quoted text, paths. Equal
/// neighbours and runs of `*` become one, as in Drain's parameter masking (He et al., ICWS 2017).
pub fn of(message: &str) -> String {
    let line = telling_line(message);
    let mut template = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if template.len() >= MAX_LEN {
            break;
        }
        let taken = if matches!(first, '"' | '\'' | '`')
            && let Some(len) = quoted(rest, first, template.ends_with(char::is_alphanumeric))
        {
            mask(&mut template);
            len
        } else if is_word(first) {
            let len = rest.find(|next| !is_word(next)).unwrap_or(rest.len());
            push_word(&mut template, &rest[..len]);
            len
        } else {
            push_separator(&mut template, first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    template.truncate(template.trim_end().len());
    template
}

/// The first line; of a bare traceback the last one, which names the exception.
fn telling_line(message: &str) -> &str {
    let mut lines = message.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default().trim();
    if !first.starts_with("Traceback (most recent call last)") {
        return first;
    }
    lines.rfind(|line| !line.starts_with([' ', '\t', '|', '+'])).unwrap_or(first)
}

/// Characters that values hold together with: a time, an ARN and a path are one word each.
fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '-' | '.' | '/' | ':' | '+' | '@' | '%' | '\\' | '*')
}

/// Length of the quoted text at the start of `text`; `None` for a lone quote or an apostrophe inside a word.
fn quoted(text: &str, quote: char, after_word: bool) -> Option<usize> {
    if after_word {
        return None;
    }
    text[1..].find(quote).map(|end| end + 2)
}

fn push_word(template: &mut String, word: &str) {
    let bare = word.trim_end_matches([':', '.']);
    if is_value(bare) {
        mask(template);
        template.push_str(&word[bare.len()..]);
    } else {
        template.push_str(word);
    }
}

fn is_value(word: &str) -> bool {
    let is_path = word.contains('/') || word.contains('\\');
    let is_hex = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_path || is_hex || word.bytes().any(|byte| byte.is_ascii_digit())
}

fn mask(template: &mut String) {
    let before = template.trim_end_matches([' ', ',']);
    if before.ends_with('*') {
        template.truncate(before.len());
    } else {
        template.push('*');
    }
}

/// White space of any length is one space.
fn push_separator(template: &mut String, separator: char) {
    if !separator.is_whitespace() {
        template.push(separator);
    } else if !template.ends_with(' ') {
        template.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_masked_and_words_are_not() {
        for (message, template) in [
            ("Read timed out after 60.0s", "Read timed out after *"),
            (
                "request 083603b2-7b75-46ba-bf61-45c562764b68 failed: KeyError('team-z')",
                "request * failed: KeyError(*)",
            ),
            ("cannot open /app/config.yaml\nTraceback", "cannot open *"),
            ("can't reach it, don't retry", "can't reach it, don't retry"),
            ("ids 1, 2, 3 are gone", "ids * are gone"),
            ("Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n", "KeyError: *"),
            ("  \n  deadbeefcafe is bad.", "* is bad."),
            ("", ""),
        ] {
            assert_eq!(of(message), template, "{message}");
        }
    }

    #[test]
    fn different_errors_stay_different() {
        assert_ne!(of("Access denied while invoking 17"), of("Access denied while reading 17"));
    }
}
