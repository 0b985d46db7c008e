//! Values of options: each a word list or a parser whose error names what would be right.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::model::{Level, Timestamp, TraceId};
use crate::source::aws::operations::Feature;
use crate::source::aws::selection::Moment;
use crate::tui::screens::ScreenId;
use crate::tui::theme::ThemeName;

/// One of a list of words. Completions offer them, and an error lists them with the nearest one.
fn word<T: Copy + Send + Sync + 'static>(
    all: impl IntoIterator<Item = (&'static str, T)>,
) -> impl TypedValueParser<Value = T> {
    let all: Vec<(&'static str, T)> = all.into_iter().collect();
    PossibleValuesParser::new(all.iter().map(|(word, _)| *word)).try_map(move |typed| {
        let found = all.iter().find(|(word, _)| *word == typed);
        found.map(|(_, value)| *value).ok_or("this word is not in the list")
    })
}

/// `RULE=LEVEL`.
pub(super) fn severity(text: &str) -> Result<(String, Level), String> {
    let (rule, level) =
        text.split_once('=').ok_or("write RULE=LEVEL, as in mcp-closed-resource-router=info")?;
    if rule.is_empty() {
        return Err("the rule's id is missing before '='".into());
    }
    Ok((rule.to_owned(), self::level(level)?))
}

fn level(word: &str) -> Result<Level, String> {
    Level::from_word(word).ok_or_else(|| {
        let words: Vec<_> = Level::ALL.iter().map(|level| level.word()).collect();
        format!("'{word}' is no level; the levels are {}", words.join(", "))
    })
}

/// The least severity that fails a check; `None` for `never`.
pub(super) fn threshold() -> impl TypedValueParser<Value = Threshold> {
    let levels = Level::ALL.iter().rev().map(|level| (level.word(), Threshold(Some(*level))));
    word(levels.chain([("never", Threshold(None))]))
}

/// See [`threshold`]; a type of its own because an `Option` would mean an option that may be left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Threshold(pub(super) Option<Level>);

/// A number with its unit: `500ms`, `5s`, `2m`, `1h`, `1d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("'{text}' is no duration; write a whole number and a unit: 500ms, 5s, 2m, 1h or 1d");
    let digits = text.find(|character: char| !character.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(|| format!("'{text}' is too long"))
}

/// A duration before now, or a time: RFC 3339, also without seconds, without a zone (UTC), or the day alone.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(ago) = duration(text) {
        return Ok(Moment::Ago(ago));
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let seconds = if clock.len() == "14:00".len() { ":00" } else { "" };
    let zone = if zone.is_empty() { "Z" } else { zone };
    Timestamp::parse(&format!("{day}T{clock}{seconds}{zone}")).map(Moment::At).ok_or_else(|| {
        format!("'{text}' is no time; write 15m, 2h or 1d for so long ago, or 2026-01-20T14:00Z")
    })
}

/// A trace id in the spelling of X-Ray or OpenTelemetry.
pub(super) fn trace(text: &str) -> Result<TraceId, String> {
    TraceId::parse(text.as_bytes()).ok_or_else(|| {
        format!("'{text}' is no trace id; write 1-6a1bdcf0-1d83a1497d662d8b187cc941 or its 32 hex digits")
    })
}

/// A Region: `us-east-1`.
pub(super) fn region(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    // It becomes part of a host name.
    if text.is_empty() || text.len() > 30 || !text.contains('-') || !text.chars().all(is_plain) {
        return Err(format!("'{text}' is no Region; write its code, as in us-east-1"));
    }
    Ok(text.to_owned())
}

/// An endpoint: `http://127.0.0.1:5000`.
pub(super) fn url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(format!("'{text}' is no URL; write it whole, as in http://127.0.0.1:5000")),
    }
}

/// ARN of a role.
pub(super) fn role(text: &str) -> Result<String, String> {
    let mut parts = text.splitn(6, ':');
    let is_iam = parts.next() == Some("arn") && parts.nth(1) == Some("iam");
    let account = parts.nth(1).unwrap_or_default();
    let is_account = !account.is_empty() && account.chars().all(|c| c.is_ascii_digit());
    if is_iam && is_account && parts.next().is_some_and(|resource| resource.starts_with("role/")) {
        return Ok(text.to_owned());
    }
    Err(format!("'{text}' is no ARN of a role; it looks like arn:aws:iam::111122223333:role/NAME"))
}

/// A screen.
pub(super) fn screen() -> impl TypedValueParser<Value = ScreenId> {
    word(ScreenId::ALL.iter().map(|screen| (screen.word(), *screen)))
}

/// A theme.
pub(super) fn theme() -> impl TypedValueParser<Value = ThemeName> {
    word(ThemeName::ALL.iter().map(|theme| (theme.word(), *theme)))
}

/// What a policy is for.
pub(super) fn feature() -> impl TypedValueParser<Value = Feature> {
    word(Feature::NAMED.iter().map(|feature| (feature.word(), *feature)))
}

/// Columns and rows: `120x40`.
pub(super) fn size(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("'{text}' is no size; write columns and rows, from 1x1 to 500x500, as in 120x40");
    let (columns, rows) = text.split_once('x').ok_or_else(wrong)?;
    let number = |text: &str| text.parse().ok().filter(|number| (1..=500).contains(number)).ok_or_else(wrong);
    Ok((number(columns)?, number(rows)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_number_and_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert_eq!(duration("2h"), Ok(Duration::from_hours(2)));
        for wrong in ["", "5", "s", "-5s", "5 s", "1.5s", "5x", "99999999999999999999s"] {
            assert!(duration(wrong).unwrap_err().contains("whole number"), "{wrong}");
        }
        assert!(duration("9999999999999999999d").is_err());
    }

    #[test]
    fn times_are_durations_or_rfc_3339_of_any_precision() {
        let at = |text: &str| moment(text).map(|moment| moment.at(Timestamp(0)).to_string());
        assert_eq!(moment("15m"), Ok(Moment::Ago(Duration::from_mins(15))));
        for text in [
            "2026-01-20T14:00Z",
            "2026-01-20T14:00:00Z",
            "2026-01-20 14:00",
            "2026-01-20T15:00+01:00",
            "2026-01-20T09:00:00.000-05:00",
        ] {
            assert_eq!(at(text).unwrap(), "2026-01-20T14:00:00.000Z", "{text}");
        }
        assert_eq!(at("2026-01-20").unwrap(), "2026-01-20T00:00:00.000Z");
        for wrong in ["", "15", "yesterday", "2026-13-01", "2026-01-20T25:00Z", "T", "2026-01-20T"] {
            assert!(moment(wrong).unwrap_err().contains("15m"), "{wrong}");
        }
    }

    #[test]
    fn regions_urls_and_roles_have_a_form() {
        assert!(region("us-gov-west-1").is_ok() && region("evil.example/").is_err() && region("").is_err());
        assert!(url("http://127.0.0.1:5000").is_ok() && url("127.0.0.1:5000").is_err());
        assert!(role("arn:aws:iam::111122223333:role/path/R").is_ok());
        assert!(role("arn:aws:iam::111122223333:user/U").is_err() && role("R").is_err());
    }

    #[test]
    fn severities_name_a_rule_and_a_level() {
        assert_eq!(severity("a-rule=info"), Ok(("a-rule".into(), Level::Info)));
        assert!(severity("a-rule").unwrap_err().contains("RULE=LEVEL"));
        assert!(severity("=info").unwrap_err().contains("missing"));
        assert!(severity("a-rule=bad").unwrap_err().contains("info, warning, error"));
    }

    fn read<T: Clone + Send + Sync + 'static>(
        parser: &impl TypedValueParser<Value = T>,
        text: &str,
    ) -> Option<T> {
        parser.parse_ref(&clap::Command::new("test"), None, text.as_ref()).ok()
    }

    #[test]
    fn never_is_a_threshold() {
        assert_eq!(read(&threshold(), "never"), Some(Threshold(None)));
        assert_eq!(read(&threshold(), "warning"), Some(Threshold(Some(Level::Warning))));
        assert_eq!(read(&threshold(), "all"), None);
    }

    #[test]
    fn sizes_are_columns_and_rows() {
        assert_eq!(size("120x40"), Ok((120, 40)));
        for wrong in ["", "120", "0x40", "120x501", "x", "-1x5", "99999x1"] {
            assert!(size(wrong).unwrap_err().contains("120x40"), "{wrong}");
        }
    }

    #[test]
    fn lists_of_words_are_offered_whole() {
        assert_eq!(read(&screen(), "logs"), Some(ScreenId::Logs));
        assert_eq!(read(&screen(), "log"), None);
        assert_eq!(read(&theme(), "light"), Some(ThemeName::Light));
        assert_eq!(read(&feature(), "traces"), Some(Feature::Traces));
        let offered = |words: Option<usize>| words.unwrap_or_default();
        assert_eq!(offered(screen().possible_values().map(Iterator::count)), ScreenId::ALL.len());
        assert_eq!(offered(threshold().possible_values().map(Iterator::count)), Level::ALL.len() + 1);
    }
}
