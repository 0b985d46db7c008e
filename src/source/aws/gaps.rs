//! What of a source is missing, and the command that fetches it.

use std::fmt::Write as _;

use super::standing::{Standing, State};
use crate::model::Timestamp;
use crate::model::shell_word;
use crate::source::recording::{Hole, Kind, Recorded};

/// What of a source's window is not final, with the reason. Empty when it is all there. Traces that were asked for and are
/// not there are told by whoever asked.
pub(super) fn of_source(source: &Recorded, standing: &Standing) -> Vec<Hole> {
    let start = standing.settled.or(source.since);
    let is_final = match source.kind {
        Kind::LogGroup => standing.until.is_some_and(|until| start.is_some_and(|start| start >= until)),
        Kind::Traces => !matches!(standing.state, State::Lost | State::Retrying(_)),
    };
    if is_final {
        return Vec::new();
    }
    let reason = match (standing.state, &standing.last_error) {
        (State::Lost | State::Retrying(_), Some((_, error))) => error.to_string(),
        (State::Starting, _) => "not fetched yet".to_owned(),
        _ => "not final yet: late events may still arrive".to_owned(),
    };
    vec![Hole { start, end: standing.until, reason, fill: Some(fetch(source, start, standing.until)) }]
}

/// The command that reads a stretch of a source.
fn fetch(source: &Recorded, start: Option<Timestamp>, end: Option<Timestamp>) -> String {
    let (mut command, is_logs) = match source.kind {
        Kind::LogGroup => {
            (format!("aws logs filter-log-events --log-group-name {}", shell_word(&source.name)), true)
        }
        Kind::Traces => ("aws xray get-trace-summaries".to_owned(), false),
    };
    // CloudWatch Logs takes milliseconds, X-Ray a date.
    let millis = |at: Timestamp, more: i64| (at.0.div_euclid(1_000_000) + more).to_string();
    let instant = |at: Timestamp, more: i64| if is_logs { millis(at, more) } else { at.to_string() };
    let mut option = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = write!(command, " --{name} {value}");
    };
    if let Some(pattern) = &source.pattern {
        option("filter-pattern", &shell_word(pattern));
    }
    if let Some(start) = start {
        option("start-time", &instant(start, 0));
    }
    if let Some(end) = end {
        option("end-time", &instant(end, 1));
    } else if !is_logs {
        // X-Ray wants one; the reader fills it in.
        option("end-time", "END");
    }
    option("region", &shell_word(&source.origin.region));
    if let Some(profile) = &source.origin.profile {
        option("profile", &shell_word(profile));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::recording::Origin;

    #[test]
    fn the_command_is_one_line_of_quoted_words() {
        let source = Recorded {
            kind: Kind::LogGroup,
            name: "/aws/x'; rm -rf ~".to_owned(),
            origin: Origin {
                region: "eu-west-1".to_owned(),
                profile: Some("my team".to_owned()),
                ..Origin::default()
            },
            pattern: Some("{ $.a = \"b\" }".to_owned()),
            file: String::new(),
            bytes: 0,
            records: 0,
            since: None,
            until: None,
            settled: None,
            rechecked: None,
            gaps: Vec::new(),
            traces: None,
        };
        assert_eq!(
            fetch(&source, Some(Timestamp(1_500_000_000)), Some(Timestamp(2_000_000_000))),
            r"aws logs filter-log-events --log-group-name '/aws/x'\''; rm -rf ~' --filter-pattern '{ $.a = "
                .to_owned()
                + r#""b" }' --start-time 1500 --end-time 2001 --region eu-west-1 --profile 'my team'"#
        );
    }
}
