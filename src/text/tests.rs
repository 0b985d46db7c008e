use proptest::prelude::*;
use regex::Regex;

use super::*;

const DOOR: Door = Door { redact: true };

fn pass(text: &str) -> String {
    DOOR.pass(text).to_string()
}

/// Secrets in the notations in which logs carry them, each with the part that must not pass.
const SECRETS: &[(&str, &str)] = &[
    ("key AKIAIOSFODNN7EXAMPLE here", "IOSFODNN7EXAMPLE"),
    (r#"{"msg":"line\nASIAQWERTYUIOPASDFGH"}"#, "QWERTYUIOPASDFGH"),
    (r#""aws.auth.account.access_key": "ASIAQWERTYUIOPASDFGH""#, "QWERTYUIOPASDFGH"),
    (r#""aws.auth.account.access_key":{"stringValue":"ASIAQWERTYUIOPASDFGH"}"#, "QWERTYUIOPASDFGH"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
    ("aws configure set aws_secret_access_key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
    ("AWS Secret Access Key [None]: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
    ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY uvicorn", "wJalr"),
    ("<SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>", "wJalr"),
    (r#"{"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}"#, "wJalr"),
    (r#"{\"secretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"}"#, "wJalr"),
    ("aws_session_token=IQoJb3JpZ2luX2VjEAoaCXVzLWVhc3QtMSJHMEUCIQDx", "X2VjEAo"),
    ("?X-Amz-Security-Token=abc%2Fdef&X-Amz-Date=2026", "abc%2Fdef"),
    ("'SessionToken': 'short+token=='", "short+token"),
    ("https://b.s3.amazonaws.com/k?X-Amz-Signature=0123456789abcdef0123456789abcdef&x=1", "0123456789abcdef"),
    ("Bearer abc123def456ghi", "abc123def456ghi"),
    ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", "c2lnbmF0dXJl"),
    ("FERNET_KEY=ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg=", "ZmDfcTF7"),
    ("ENCRYPTION_KEY: 'ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg='", "ZmDfcTF7"),
    ("postgres://app:p@ss:word@db.internal:5432/x", "ss:word"),
    ("Authorization: Bearer hunter2", "hunter2"),
    (
        "Authorization: AWS4-HMAC-SHA256 Credential=A, SignedHeaders=host, Signature=00112233445566778899aabb",
        "0011",
    ),
    (r#"{"authorization": "Basic dXNlcjpodW50ZXIy"}"#, "dXNlcjpodW50ZXIy"),
    (r#"{\"Authorization\":\"Basic dXNlcjpodW50ZXIy\"}"#, "dXNlcjpodW50ZXIy"),
    (r#"\\\"Authorization\\\": \\\"opaque\\\", \\\"next\\\": 1"#, "opaque"),
    ("{'Authorization': 'opaque', 'Accept': '*/*'}", "opaque"),
    ("[(b'authorization', b'opaque'), (b'accept', b'*/*')]", "opaque"),
    (r#"{"name": "Authorization", "value": "opaque"}"#, "opaque"),
    ("{Authorization=Bearer opaque, Accept=*/*}", "opaque"),
    ("curl -H 'Authorization: Bearer opaque' https://example.com", "opaque"),
    ("Cookie: sid=s3cr3t; theme=dark, x=1", "s3cr3t"),
    (r#""set-cookie": "sid=s3cr3t; Path=/; HttpOnly""#, "s3cr3t"),
    ("x-api-key: 0a1b2c3d4e", "0a1b2c3d4e"),
    (r#""client_secret":"s-3-c""#, "s-3-c"),
    ("grant_type=client_credentials&client_secret=s-3-c&scope=x", "s-3-c"),
    ("DB_PASSWORD=hunter2", "hunter2"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----\nnext", "MIIEow"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEow\ncut", "MIIEow"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghij"),
    ("xoxb-1234567890-abcdefghij", "1234567890"),
    ("ANTHROPIC sk-ant-api03-abcdefghijklmnopqrstuvwxyz", "abcdefghij"),
    ("OPENAI=sk-proj-abcdefghijklmnop1234", "abcdefghij"),
    (r#""http.request.header.authorization": ["opaque"]"#, "opaque"),
    (r#"{"key":"http.request.header.authorization","value":{"stringValue":"opaque"}}"#, "opaque"),
    ("{Authorization=[Bearer opaque], Accept=[*/*]}", "opaque"),
    ("sent Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
    (r#"{"SecretString": "{\"password\":\"hunter2\"}"}"#, "hunter2"),
    ("https://example.com/callback?code=0123456789abcdefABCDEF&state=1", "0123456789abcdef"),
    ("AK\u{1b}[31mIAIOSFODNN7EX\u{1b}[0mAMPLE", "IOSFODNN7EXAMPLE"),
];

#[test]
fn no_known_secret_passes() {
    for (text, secret) in SECRETS {
        let shown = pass(text);
        assert!(!shown.contains(secret), "{text}\n{shown}");
        assert!(shown.contains("[redacted:"), "{text}\n{shown}");
        assert_eq!(pass(&shown), shown, "{text}");
        assert!(Door { redact: false }.pass(text).as_str().contains(&secret[..4]), "{text}");
    }
}

#[test]
fn what_surrounds_a_secret_stays() {
    assert_eq!(pass("key AKIAIOSFODNN7EXAMPLE here"), "key AKIA[redacted:access-key] here");
    assert_eq!(
        pass("{'Authorization': 'opaque', 'Accept': '*/*'}"),
        "{'Authorization': '[redacted:authorization]', 'Accept': '*/*'}"
    );
    assert_eq!(
        pass("?X-Amz-Security-Token=abc%2Fdef&X-Amz-Date=2026"),
        "?X-Amz-Security-Token=[redacted:session-token]&X-Amz-Date=2026"
    );
    assert_eq!(pass("postgres://app:pw@db:5432/x"), "postgres://app:[redacted:password]@db:5432/x");
    assert_eq!(
        pass(r#"{\"Authorization\":\"x y\",\"a\":1}"#),
        r#"{\"Authorization\":\"[redacted:authorization]\",\"a\":1}"#
    );
}

#[test]
fn ordinary_text_is_left_alone() {
    for text in [
        "trace 4efaaf4d1e8720b39541901950019ee5 span 81346de89c725310 request 1f0e-…",
        "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/my_agent-AbCdEf1234",
        "AROAIOSFODNN7EXAMPLE:session",
        "WWW-Authenticate: Bearer resource_metadata=\"https://example.com/.well-known\"",
        "Missing bearer authentication",
        "authorization: access denied by policy",
        "aws.agentcore.policy.authorization_decision: DENY",
        "task-7d9f8a3b-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
        "http://localhost:8080/mcp and user@example.com",
        "export AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY",
        "signature: (a, b)",
        "nextToken: f/387",
        "progressToken: 1, maxTokens: 4096, gen_ai.usage.input_tokens: 812",
        "secret key rotation is due",
    ] {
        assert_eq!(pass(text), text);
    }
}

#[test]
fn real_telemetry_is_left_alone() {
    let lines = include_str!("../../tests/data/text/ordinary.log");
    assert!(lines.lines().count() > 50);
    for line in lines.lines() {
        assert_eq!(pass(line), line);
        assert_eq!(DOOR.line(line, 1_000).as_str(), line);
    }
}

#[test]
fn terminal_sequences_go_and_controls_show() {
    assert_eq!(pass("\u{1b}[1;31mred\u{1b}[0m \u{9b}2Jx"), "red x");
    assert_eq!(pass("\u{1b}]0;title\u{7}a\u{1b}]8;;http://x\u{1b}\\b"), "ab");
    assert_eq!(pass("\u{1b}(Ba\u{1b}-----BEGIN"), "a\\x1b-----BEGIN");
    assert_eq!(pass("\u{1b}]0;title"), "\\x1b]0;title");
    assert_eq!(pass("a\u{12}b\u{7f}\tc\r\nd\re"), "a\\x12b\\x7f\tc\nd\\x0de");
    assert_eq!(pass("\u{202e}evil\u{200b}\u{85}"), "\\u{202e}evil\\u{200b}\\u{85}");
    assert_eq!(Door { redact: false }.pass("\u{1b}[2Jx").as_str(), "x");
}

#[test]
fn a_line_is_one_line_and_bounded() {
    assert_eq!(DOOR.line("a\nb\n", 80).as_str(), "a ⏎ b");
    assert_eq!(DOOR.line("abcdef", 6).as_str(), "abcdef");
    assert_eq!(DOOR.line("abcdefg", 6).as_str(), "abcde…");
    assert_eq!(DOOR.line("abc\u{202e}efg", 6).as_str(), "abc…");
    assert_eq!(DOOR.line("x AKIAIOSFODNN7EXAMPLE", 12).as_str(), "x AKIA…");
    assert_eq!(DOOR.line("abc", 0).as_str(), "");
}

#[test]
fn a_secret_that_is_cut_off_does_not_show_its_head() {
    let text = format!("{}Authorization: Bearer {}", "x".repeat(370), "Zq9".repeat(200_000));
    assert!(!DOOR.line(&text, 400).as_str().contains("Zq"));
    let jwt = format!("{} eyJhbGciOiJIUzI1NiJ9.eyJ{}", "word ".repeat(70), "Zq9".repeat(60_000));
    assert!(!DOOR.line(&jwt, 400).as_str().contains("Zq"));
}

#[test]
fn the_matched_part_of_a_long_text_is_what_shows() {
    let text = format!("first\n{}needle{}\nlast", "a".repeat(1_000), "b".repeat(1_000));
    let shown = DOOR.around(&text, "needle", 100).to_string();
    assert!(shown.starts_with("…a") && shown.contains("needleb") && shown.ends_with("b…"), "{shown}");
    assert_eq!(shown.chars().count(), 100);
    assert_eq!(DOOR.around("first\nsecond needle\nlast", "needle", 100).as_str(), "second needle");
    assert_eq!(DOOR.around("\nfirst\nsecond", "absent", 100).as_str(), "first");
    let secret = format!("{}needle password=hunter2", "a".repeat(1_000));
    assert!(!DOOR.around(&secret, "needle password=hunter2", 100).as_str().contains("hunter2"));
}

#[test]
fn hostile_text_takes_linear_time() {
    for part in [
        "Authorization: x ",
        "password=\"",
        "\u{1b}]",
        "://a:",
        "eyJaaaaaa.",
        "-----BEGIN PRIVATE KEY-----",
        "\\",
    ] {
        let text = part.repeat(60_000 / part.len());
        let shown = pass(&text);
        assert_eq!(pass(&shown), shown);
    }
}

/// Pieces that hostile text is made of: secrets, their keys, delimiters, quotes, controls.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => (0..SECRETS.len()).prop_map(|index| SECRETS[index].0.to_owned()),
        4 => prop::sample::select(vec![
            "Authorization: ", "cookie=", "\"password\": \"", "Bearer ", "\\\"", "\"", "'", "}", ", ", "a=b",
            "[redacted:", "[redacted:jwt]", "access-key]", "\n", "⏎", "\u{1b}[31m", "\u{1b}", "\u{202e}", "\\",
            "sk-", "AKIA", "eyJ", "://u:", "@", "key=", "\r\n", "=", ":", "\u{9b}", "-----BEGIN PRIVATE KEY-----",
        ]).prop_map(str::to_owned),
        2 => ".{0,12}",
        1 => "[A-Za-z0-9+/=_.-]{0,50}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_acts_passes(text in hostile(), max in 0usize..120, redact: bool) {
        let door = Door { redact };
        let whole = door.pass(&text).to_string();
        let line = door.line(&text, max).to_string();
        prop_assert!(!whole.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{whole:?}");
        prop_assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "{line:?}");
        for shown in [&whole, &line] {
            let hidden = shown.contains(|c| matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            prop_assert!(!hidden, "{shown:?}");
        }
        prop_assert!(line.chars().count() <= max);
    }

    #[test]
    fn no_secret_survives(text in hostile(), max in 0usize..120) {
        let known = Regex::new(
            r"(?:AKIA|ASIA)[A-Z0-9]{16}|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.|wJalrXUtnFEMI|hunter2|gh[pousr]_[A-Za-z0-9]{20}|MIIEow",
        ).unwrap();
        for shown in [DOOR.pass(&text), DOOR.line(&text, max)] {
            let key = known.find(shown.as_str()).map(|hit| hit.as_str().to_owned());
            // Cut off from their keys by the strategy's pieces, these two are ordinary words.
            let word = matches!(key.as_deref(), Some("hunter2" | "wJalrXUtnFEMI"));
            prop_assert!(key.is_none() || word, "{shown}");
        }
    }

    #[test]
    fn a_second_door_changes_nothing(text in hostile(), max in 0usize..120) {
        let whole = DOOR.pass(&text);
        prop_assert_eq!(DOOR.pass(whole.as_str()), whole);
        let line = DOOR.line(&text, max);
        prop_assert_eq!(DOOR.line(line.as_str(), max), line);
        let part = DOOR.around(&text, "a", max);
        prop_assert_eq!(DOOR.line(part.as_str(), max), part);
    }
}

#[test]
fn masking_keeps_everything_but_secrets() {
    let kept = "\u{1b}[31mred\u{1b}[0m\ttext\nover lines";
    assert_eq!(mask_secrets(kept), kept);
    let secret = "\u{1b}[31mkey AKIAIOSFODNN7EXAMPLE used";
    assert_eq!(mask_secrets(secret), "\u{1b}[31mkey AKIA[redacted:access-key] used");
    let split = "key AKIAIOSF\u{1b}[31mODNN7EXAMPLE used";
    assert!(!mask_secrets(split).contains("ODNN7EXAMPLE"));
}

#[test]
fn a_sequence_that_takes_a_letter_of_the_key_hides_no_secret() {
    for text in ["\u{1b}password=hunter2", "\u{1b}[31password: hunter2", "a \u{9b}password=hunter2 \u{1b}[0m"]
    {
        assert!(!DOOR.pass(text).as_str().contains("hunter2"), "{}", DOOR.pass(text));
    }
    assert_eq!(DOOR.pass("\u{1b}[1mplain\u{1b}[0m text").as_str(), "plain text");
}
