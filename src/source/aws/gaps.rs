//! What of a source is missing, and the command that fetches it.

use std::fmt::Write as _;

use super::standing::{Standing, State};
use crate::model::Timestamp;
use crate::model::shell_word;
use crate::source::recording::{Hole, Kind, Recorded};

/// What of a log group's window is not final, with the reason. Empty when it is all there.
pub(super) fn of_group(source: &Recorded, standing: &Standing) -> Vec<Hole> {
    let start = standing.settled.or(source.since);
    let is_final = standing.until.is_some_and(|until| start.is_some_and(|start| start >= until));
    if is_final || source.kind != Kind::LogGroup {
        return Vec::new();
    }
    let reason = match (standing.state, &standing.last_error) {
        (State::Lost | State::Retrying(_), Some((_, error))) => error.to_string(),
        (State::Starting, _) => "not fetched yet".to_owned(),
        _ => "not final yet: late events may still arrive".to_owned(),
    };
    vec![Hole { start, end: standing.until, reason, fill: Some(fetch(source, start, standing.until)) }]
}

/// The command that reads a stretch of a log group.
fn fetch(source: &Recorded, start: Option<Timestamp>, end: Option<Timestamp>) -> String {
    let mut command = format!("aws logs filter-log-events --log-group-name {}", shell_word(&source.name));
    let mut option = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = write!(command, " --{name} {value}");
    };
    if let Some(pattern) = &source.pattern {
        option("filter-pattern", &shell_word(pattern));
    }
    if let Some(start) = start {
        option("start-time", &start.0.div_euclid(1_000_000).to_string());
    }
    if let Some(end) = end {
        option("end-time", &(end.0.div_euclid(1_000_000) + 1).to_string());
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
        };
        assert_eq!(
            fetch(&source, Some(Timestamp(1_500_000_000)), Some(Timestamp(2_000_000_000))),
            r"aws logs filter-log-events --log-group-name '/aws/x'\''; rm -rf ~' --filter-pattern '{ $.a = "
                .to_owned()
                + r#""b" }' --start-time 1500 --end-time 2001 --region eu-west-1 --profile 'my team'"#
        );
    }
}
