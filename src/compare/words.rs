//! Which texts may be compared: names without the ids in them, and values that are no secret and no id.

/// Longest name of an attribute, in bytes.
const MAX_NAME: usize = 160;
/// Longest value, in bytes. A longer one is left out, never cut: half a secret is not recognised as one.
const MAX_VALUE: usize = 48;
/// More words are prose, which differs in every request.
const MAX_WORDS: usize = 4;

/// `text` on one line, words that look like ids replaced by `*`.
pub(super) fn without_ids(text: &str) -> String {
    let mut name = String::new();
    for part in text.lines().next().unwrap_or_default().split_inclusive(|next: char| !is_word(next)) {
        if name.len() > MAX_NAME {
            name.push('…');
            break;
        }
        let word = part.trim_end_matches(|last: char| !is_word(last));
        if looks_like_id(word) {
            name.push('*');
            name.push_str(&part[word.len()..]);
        } else if word.len() > MAX_NAME {
            name.push('…');
        } else {
            name.push_str(part);
        }
    }
    name.truncate(name.trim_end().len());
    name
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_')
}

/// `text` with `word` replaced where it stands alone: `list` in `listening` is no tool.
pub(super) fn replace_word(text: &str, word: &str, by: &str) -> String {
    if word.is_empty() {
        return text.to_owned();
    }
    let mut replaced = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(word) {
        let end = at + word.len();
        let is_alone = !text[..at].ends_with(is_word) && !text[end..].starts_with(is_word);
        if is_alone {
            replaced.push_str(&text[done..at]);
            replaced.push_str(by);
            done = end;
        }
    }
    replaced.push_str(&text[done..]);
    replaced
}

/// Whether a word is an id, a time or a count rather than a name: four digits and more, or hexadecimal with a digit.
pub(super) fn looks_like_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    digits >= 4 || (is_hex && digits > 0)
}

/// Whether a text names a choice out of few: no id, no number, no prose.
pub(super) fn is_plain(text: &str) -> bool {
    !text.split(|next: char| !is_word(next)).any(looks_like_id)
}

/// A value that may be compared and shown; `None` for secrets, prose and what is too long.
pub(super) fn value(name: &str, text: &str) -> Option<String> {
    let is_random = |word: &str| {
        let has = |class: fn(&u8) -> bool| word.bytes().any(|byte| class(&byte));
        word.len() >= 20 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !word.contains('-')
    };
    let is_short = !text.is_empty() && text.len() <= MAX_VALUE && text.split(' ').count() <= MAX_WORDS;
    let is_text = !text.chars().any(char::is_control);
    let is_safe = !names_secret(name) && !text.split(|next: char| !is_word(next)).any(is_random);
    (is_short && is_text && is_safe).then(|| text.to_owned())
}

/// A version, an id, an address: one line of bearable length.
pub(super) fn statement(text: &str) -> Option<String> {
    const MAX: usize = 120;
    let is_fit = !text.is_empty() && text.len() <= MAX && !text.chars().any(char::is_control);
    is_fit.then(|| text.to_owned())
}

/// The version in `/usr/lib/python3.11/site-packages/…`.
pub(super) fn python_of_path(path: &str) -> Option<String> {
    let (_, rest) = path.split_once("/python")?;
    let version = rest.split('/').next()?;
    let is_version = version.starts_with(|first: char| first.is_ascii_digit()) && version.len() <= 8;
    (is_version && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        .then(|| version.to_owned())
}

/// What the values of secrets are called; a part of the name suffices.
const SECRETS: &[&str] =
    &["auth", "cookie", "credential", "key", "pass", "pwd", "secret", "signature", "token", "code", "otp"];

/// Whether a value called so is a secret. Rather one too many: all that is lost is a value.
pub(super) fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_ids() {
        for (text, name) in [
            ("GET /items/20261120/a1b2c3d4e5", "GET /items/*/*"),
            ("POST /mcp", "POST /mcp"),
            ("mcp tools/call lookup_events", "mcp tools/call lookup_events"),
            ("AgentCore.Gateway.InvokeTool.{tool}", "AgentCore.Gateway.InvokeTool.{tool}"),
            ("chat 083603b2-7b75-46ba-bf61-45c562764b68\nnext", "chat *"),
            ("", ""),
        ] {
            assert_eq!(without_ids(text), name);
        }
        assert!(without_ids(&"word ".repeat(1000)).len() < 2 * MAX_NAME);
        assert!(without_ids(&"x".repeat(10_000)).len() < MAX_NAME);
    }

    #[test]
    fn a_tool_is_replaced_where_it_stands_alone() {
        assert_eq!(
            replace_word("list: listening to list.", "list", "{tool}"),
            "{tool}: listening to {tool}."
        );
        assert_eq!(replace_word("aaa", "", "x"), "aaa");
    }

    #[test]
    fn values_are_neither_secrets_nor_prose() {
        assert_eq!(value("granularity", "MONTHLY").as_deref(), Some("MONTHLY"));
        for (name, text) in [
            ("db_password", "hunter"),
            ("Authorization", "Basic"),
            ("where", "AKIAIOSFODNN7EXAMPLE"),
            ("prompt", "what did we spend on storage last month"),
            ("text", "two\nlines"),
            ("empty", ""),
        ] {
            assert_eq!(value(name, text), None, "{name}");
        }
    }
}
