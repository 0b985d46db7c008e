//! Values of options: each a word list or a parser whose error names what would be right.

use std::time::Duration;

use crate::model::Level;
use crate::tui::screens::ScreenId;
use crate::tui::theme::ThemeName;

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
pub(super) fn threshold(text: &str) -> Result<Threshold, String> {
    if text == "never" {
        return Ok(Threshold(None));
    }
    level(text).map(|level| Threshold(Some(level))).map_err(|error| format!("{error}, and never"))
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

/// A screen by its word.
pub(super) fn screen(word: &str) -> Result<ScreenId, String> {
    ScreenId::from_word(word).ok_or_else(|| {
        let words: Vec<_> = ScreenId::ALL.iter().map(|screen| screen.word()).collect();
        format!("'{word}' is no screen; the screens are {}", words.join(", "))
    })
}

/// A theme by its word.
pub(super) fn theme(word: &str) -> Result<ThemeName, String> {
    ThemeName::from_word(word).ok_or_else(|| {
        let words: Vec<_> = ThemeName::ALL.iter().map(|theme| theme.word()).collect();
        format!("'{word}' is no theme; the themes are {}", words.join(", "))
    })
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
    fn severities_name_a_rule_and_a_level() {
        assert_eq!(severity("a-rule=info"), Ok(("a-rule".into(), Level::Info)));
        assert!(severity("a-rule").unwrap_err().contains("RULE=LEVEL"));
        assert!(severity("=info").unwrap_err().contains("missing"));
        assert!(severity("a-rule=bad").unwrap_err().contains("info, warning, error"));
    }

    #[test]
    fn never_is_a_threshold() {
        assert_eq!(threshold("never"), Ok(Threshold(None)));
        assert_eq!(threshold("warning"), Ok(Threshold(Some(Level::Warning))));
        assert!(threshold("all").unwrap_err().ends_with("and never"));
    }

    #[test]
    fn sizes_are_columns_and_rows() {
        assert_eq!(size("120x40"), Ok((120, 40)));
        for wrong in ["", "120", "0x40", "120x501", "x", "-1x5", "99999x1"] {
            assert!(size(wrong).unwrap_err().contains("120x40"), "{wrong}");
        }
    }

    #[test]
    fn screens_and_themes_go_by_their_words() {
        assert_eq!(screen("logs"), Ok(ScreenId::Logs));
        assert!(screen("log").unwrap_err().contains("requests, timeline"));
        assert_eq!(theme("light"), Ok(ThemeName::Light));
        assert!(theme("pink").unwrap_err().contains("high-contrast"));
    }
}
