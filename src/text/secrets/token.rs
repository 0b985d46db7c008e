//! Secrets that are known by their own shape.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::Secret;

/// What a token is called in its mask, and its shape. The group `s`, when there is one, is what gets masked.
///
/// Prefixes are those their issuers document: AWS IAM identifiers reference (AKIA long-term, ASIA temporary, ABIA
/// and ACCA service credentials; other four-letter prefixes are ids, no credentials), GitHub, GitLab, Slack, npm,
/// `PyPI`, Hugging Face, Google, Stripe, Anthropic and `OpenAI` keys, RFC 7519 for JWTs.
const TOKENS: &[(&str, &str)] = &[
    ("access-key", r"(?:AKIA|ASIA|ABIA|ACCA)(?P<s>[A-Z0-9]{16}[\w]*)"),
    ("session-token", r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%_-]{16,}"),
    ("jwt", r"eyJ[\w-]{6,}\.(?:eyJ[\w-]*(?:\.[\w-]*)?|[\w-]{4,}(?:\.[\w-]*){1,3})"),
    (
        "private-key",
        concat!(
            r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?",
            r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)"
        ),
    ),
    ("password", r#"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/?\#"'<>\\:@]*:(?P<s>[^\s/?\#"'<>\\]+)@"#),
    ("github-token", r"(?:gh[pousr]_[A-Za-z0-9]{20}|github_pat_[\w]{20})[\w]*"),
    ("gitlab-token", r"glpat-[\w-]{16,}"),
    ("slack-token", r"(?:xox[a-z]|xapp)-[\w-]{10,}"),
    ("slack-webhook", r"hooks\.slack\.com/(?:services|workflows)/(?P<s>[\w/]{8,})"),
    ("npm-token", r"npm_[A-Za-z0-9]{30}[\w]*"),
    ("pypi-token", r"pypi-[\w-]{40,}"),
    ("huggingface-token", r"hf_[A-Za-z0-9]{30}[\w]*"),
    ("google-api-key", r"AIza[\w-]{35,}"),
    ("stripe-key", r"[rs]k_(?:live|test)_[\w]{16,}"),
    ("api-key", r"(?:^|[^A-Za-z0-9]|\\[nrt])(?P<s>sk-[\w-]{20,})"),
    ("bearer-token", r"(?i)\bbearer(?:\s|%20|\+){1,4}(?P<s>[A-Za-z0-9._~+/-]{8,}=*)"),
    ("basic-credentials", r"\bBasic (?P<s>[A-Za-z0-9+/]{12,}={0,2})"),
    ("fernet-key", r#"(?i)key\\*["']?\s{0,4}(?:[:=]>?|,)\s{0,4}b?\\*["']?(?P<s>[\w-]{43}=[\w=-]*)"#),
    ("fernet-token", r"gAAAAA[\w-]{60,}=*"),
];

/// The patterns, compiled. A test holds that every one of them does compile.
struct Shapes {
    any: Option<RegexSet>,
    each: Vec<(&'static str, Regex)>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let each: Vec<_> = TOKENS
        .iter()
        .filter_map(|(label, pattern)| Some((*label, Regex::new(&ascii(pattern)).ok()?)))
        .collect();
    Shapes { any: RegexSet::new(each.iter().map(|(_, regex)| regex.as_str())).ok(), each }
});

/// Tokens are ASCII: Unicode tables would only make the automata large.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"[\w", "[A-Za-z0-9_").replace(r"\b", r"(?-u:\b)")
}

/// Adds every token of `text` to `found`.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    let Some(any) = &SHAPES.any else { return };
    for index in any.matches(text) {
        let Some((label, regex)) = SHAPES.each.get(index) else { continue };
        for captures in regex.captures_iter(text) {
            let Some(secret) = captures.name("s").or_else(|| captures.get(0)) else { continue };
            if is_real(label, secret.as_str()) {
                found.push(Secret { range: secret.range(), label });
            }
        }
    }
}

/// Tells tokens from words where the shape alone cannot: "bearer authentication", "sk-learn-…".
fn is_real(label: &str, token: &str) -> bool {
    let has = |test: fn(&u8) -> bool| token.as_bytes().iter().skip(1).any(test);
    match label {
        "api-key" => has(u8::is_ascii_digit),
        "basic-credentials" => has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase),
        "bearer-token" => {
            has(u8::is_ascii_digit)
                || token.len() >= 16 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(SHAPES.each.len(), TOKENS.len());
        assert!(SHAPES.any.is_some());
    }
}
