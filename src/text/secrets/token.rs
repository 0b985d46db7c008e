//! Secrets that are known by their own shape.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::Secret;

/// What a token is called in its mask, texts of which one is in it (in any case), and its shape. The group `s`, when
/// there is one, is what gets masked.
///
/// Prefixes are those their issuers document: AWS IAM identifiers reference (AKIA long-term, ASIA temporary, ABIA
/// and ACCA service credentials; other four-letter prefixes are ids, no credentials), GitHub, GitLab, Slack, npm,
/// `PyPI`, Hugging Face, Google, Stripe, Anthropic and `OpenAI` keys, RFC 7519 for JWTs.
const TOKENS: &[(&str, &[&str], &str)] = &[
    ("access-key", &["AKIA", "ASIA", "ABIA", "ACCA"], r"(?:AKIA|ASIA|ABIA|ACCA)(?P<s>[A-Z0-9]{16}[\w]*)"),
    (
        "session-token",
        &["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"],
        r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%_-]{16,}",
    ),
    ("jwt", &["eyJ"], r"eyJ[\w-]{6,}\.(?:eyJ[\w-]*(?:\.[\w-]*)?|[\w-]{4,}(?:\.[\w-]*){1,3})"),
    (
        "private-key",
        &["-----BEGIN"],
        concat!(
            r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?",
            r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)"
        ),
    ),
    ("password", &["://"], r#"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/?\#"'<>\\:@]*:(?P<s>[^\s/?\#"'<>\\]+)@"#),
    (
        "github-token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"(?:gh[pousr]_[A-Za-z0-9]{20}|github_pat_[\w]{20})[\w]*",
    ),
    ("gitlab-token", &["glpat-"], r"glpat-[\w-]{16,}"),
    ("slack-token", &["xox", "xapp-"], r"(?:xox[a-z]|xapp)-[\w-]{10,}"),
    ("slack-webhook", &["hooks.slack.com"], r"hooks\.slack\.com/(?:services|workflows)/(?P<s>[\w/]{8,})"),
    ("npm-token", &["npm_"], r"npm_[A-Za-z0-9]{30}[\w]*"),
    ("pypi-token", &["pypi-"], r"pypi-[\w-]{40,}"),
    ("huggingface-token", &["hf_"], r"hf_[A-Za-z0-9]{30}[\w]*"),
    ("google-api-key", &["AIza"], r"AIza[\w-]{35,}"),
    ("stripe-key", &["k_live_", "k_test_"], r"[rs]k_(?:live|test)_[\w]{16,}"),
    ("api-key", &["sk-"], r"(?:^|[^A-Za-z0-9]|\\[nrt])(?P<s>sk-[\w-]{20,})"),
    ("bearer-token", &["bearer"], r"(?i)\bbearer(?:\s|%20|\+){1,4}(?P<s>[A-Za-z0-9._~+/-]{8,}=*)"),
    ("basic-credentials", &["Basic "], r"\bBasic (?P<s>[A-Za-z0-9+/]{12,}={0,2})"),
    (
        "fernet-key",
        &["key"],
        r#"(?i)key\\*["']?\s{0,4}(?:[:=]>?|,)\s{0,4}b?\\*["']?(?P<s>[\w-]{43}=[\w=-]*)"#,
    ),
    ("fernet-token", &["gAAAAA"], r"gAAAAA[\w-]{60,}=*"),
];

/// The patterns, compiled. Most text holds none of their fixed parts, and no expression is run on it. A test holds
/// that every one of them does compile.
struct Shapes {
    parts: Option<AhoCorasick>,
    /// Per part, the position of its token.
    token_of: Vec<usize>,
    each: Vec<(&'static str, Regex)>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let each: Vec<_> = TOKENS
        .iter()
        .filter_map(|(label, _, pattern)| Some((*label, Regex::new(&ascii(pattern)).ok()?)))
        .collect();
    let parts = || {
        TOKENS
            .iter()
            .enumerate()
            .flat_map(|(token, (_, parts, _))| parts.iter().map(move |part| (token, part)))
    };
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(parts().map(|(_, part)| part));
    Shapes { parts: automaton.ok(), token_of: parts().map(|(token, _)| token).collect(), each }
});

/// Tokens are ASCII: Unicode tables would only make the automata large.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"[\w", "[A-Za-z0-9_").replace(r"\b", r"(?-u:\b)")
}

/// Adds every token of `text` to `found`.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    let Some(parts) = &SHAPES.parts else { return };
    let mut tokens: Vec<usize> =
        parts.find_overlapping_iter(text).map(|part| SHAPES.token_of[part.pattern().as_usize()]).collect();
    tokens.sort_unstable();
    tokens.dedup();
    for token in tokens {
        let Some((label, regex)) = SHAPES.each.get(token) else { continue };
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
        assert!(SHAPES.parts.is_some());
    }
}
