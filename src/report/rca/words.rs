//! Figures and words that several sections print the same way.

use crate::model::{Standing, Timestamp};

/// `29 %` of a whole; a part that is not nothing is never `0 %`, and one that is not all never `100 %`.
pub(super) fn percent(part: usize, whole: usize) -> String {
    match (part * 100 + whole / 2).checked_div(whole) {
        None => "–".to_owned(),
        Some(0) if part > 0 => "< 1 %".to_owned(),
        Some(100) if part < whole => "> 99 %".to_owned(),
        Some(percent) => format!("{percent} %"),
    }
}

/// Nanoseconds as `+0.4 ms`, `+12 ms`, `+1.234 s`, `+2 min 3 s`, without the sign.
pub(super) fn span_of_time(nanos: i64) -> String {
    let millis = nanos as f64 / 1e6;
    match nanos {
        ..0 => format!("-{}", span_of_time(nanos.saturating_neg())),
        0..10_000_000 if nanos % 1_000_000 == 0 => format!("{millis:.0} ms"),
        0..10_000_000 => format!("{millis:.1} ms"),
        10_000_000..1_000_000_000 => format!("{millis:.0} ms"),
        1_000_000_000..60_000_000_000 => format!("{:.3} s", millis / 1e3),
        60_000_000_000..3_600_000_000_000 => {
            let seconds = nanos / 1_000_000_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
        _ => {
            let minutes = nanos / 60_000_000_000;
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

/// Time since `start`, with its sign.
pub(super) fn offset(at: Timestamp, start: Timestamp) -> String {
    let nanos = at.since(start);
    let sign = if nanos < 0 { "" } else { "+" };
    format!("{sign}{}", span_of_time(nanos))
}

/// How sure a standing is, as the reader of a report says it.
pub(super) fn certainty(standing: Standing) -> &'static str {
    match standing {
        Standing::Confirmed => "confirmed",
        Standing::Likely => "likely, not proven",
        Standing::Possible => "possible, no more",
        Standing::RuledOut => "ruled out",
        Standing::CannotTell => "cannot be told from this capture",
    }
}

/// `20 of 213 requests are listed.`; nothing when all are. `nouns` is a plural.
pub(super) fn listed(shown: usize, of: usize, nouns: &str) -> String {
    if shown >= of { String::new() } else { format!("{shown} of {of} {nouns} are listed.") }
}

/// `once`, `7 times`.
pub(super) fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// The text with a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_do_not_round_to_nothing_or_all() {
        assert_eq!(
            [percent(2, 7), percent(1, 999), percent(998, 999), percent(3, 3)],
            ["29 %", "< 1 %", "> 99 %", "100 %"]
        );
        assert_eq!(percent(0, 0), "–");
    }

    #[test]
    fn time_is_given_in_the_unit_that_fits() {
        let shown: Vec<String> = [
            0,
            400_000,
            7_000_000,
            12_254_400,
            1_234_000_000,
            123_000_000_000,
            9_000_000_000_000,
            -5_000_000,
        ]
        .into_iter()
        .map(span_of_time)
        .collect();
        assert_eq!(shown, ["0 ms", "0.4 ms", "7 ms", "12 ms", "1.234 s", "2 min 3 s", "2 h 30 min", "-5 ms"]);
        assert_eq!(offset(Timestamp(5_000_000), Timestamp(0)), "+5 ms");
    }
}
