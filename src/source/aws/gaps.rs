//! What of a source is missing, and the command that fetches it.

use std::fmt::Write as _;
use std::time::Duration;

use super::logs::is_arn;
use super::standing::{Standing, State};
use crate::model::{Timestamp, shell_word};
use crate::source::recording::{Asked, Hole, Kind, Origin, Recorded, Unread};

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
    let has_nothing = source.bytes == 0 && standing.tally.events == 0;
    let reason = match (standing.state, &standing.last_error) {
        (State::Lost | State::Retrying(_), Some((_, error))) if has_nothing => {
            format!("not fetched: {error}")
        }
        (State::Lost | State::Retrying(_), Some((_, error))) => error.to_string(),
        (State::Starting, _) => "not fetched yet".to_owned(),
        _ => "not final yet: late events may still arrive".to_owned(),
    };
    vec![Hole { start, end: standing.until, reason, fill: Some(fetch(source, start, standing.until)) }]
}

/// What is missing while log groups under a prefix cannot be listed: those that have appeared since.
pub(super) fn of_prefix(standing: &Standing, origin: &Origin) -> Option<Unread> {
    let (State::Lost | State::Retrying(_), Some((_, error))) = (standing.state, &standing.last_error) else {
        return None;
    };
    let prefix = standing.name.trim_end_matches('*');
    let fill = format!(
        "aws logs describe-log-groups --log-group-name-prefix {}{}",
        shell_word(prefix),
        reach(origin)
    );
    let gap = Hole {
        start: standing.heard.or(Some(standing.since)),
        end: standing.until,
        reason: format!("not listed, so groups that have appeared are not fetched: {error}"),
        fill: Some(fill),
    };
    Some(Unread { kind: Asked::LogGroup, name: standing.name.clone(), origin: origin.clone(), gap })
}

/// The command that reads a stretch of a source.
fn fetch(source: &Recorded, start: Option<Timestamp>, end: Option<Timestamp>) -> String {
    let pattern = source.pattern.as_deref();
    match source.kind {
        Kind::LogGroup => filter_log_events(&source.name, pattern, (start, end), &source.origin),
        Kind::Traces => {
            let mut command = "aws xray get-trace-summaries".to_owned();
            // X-Ray takes dates, and wants both.
            option(&mut command, "start-time", start.map(|at| at.to_string()));
            let end = end.map(|end| end.plus(Duration::from_millis(1)).to_string());
            option(&mut command, "end-time", Some(end.unwrap_or_else(|| "\"$(date +%s)\"".to_owned())));
            command + &reach(&source.origin)
        }
    }
}

/// The command that reads a stretch of a log group.
pub(super) fn filter_log_events(
    name: &str,
    pattern: Option<&str>,
    (start, end): (Option<Timestamp>, Option<Timestamp>),
    origin: &Origin,
) -> String {
    let by = if is_arn(name) { "identifier" } else { "name" };
    let mut command = format!("aws logs filter-log-events --log-group-{by} {}", shell_word(name));
    let millis = |at: Timestamp, more: i64| (at.0.div_euclid(1_000_000) + more).to_string();
    option(&mut command, "filter-pattern", pattern.map(shell_word));
    option(&mut command, "start-time", start.map(|at| millis(at, 0)));
    option(&mut command, "end-time", end.map(|at| millis(at, 1)));
    command + &reach(origin)
}

/// The options by which a command of the AWS CLI reaches the same account and Region. A role is another profile's matter.
pub(super) fn reach(origin: &Origin) -> String {
    let mut options = String::new();
    option(&mut options, "region", Some(shell_word(&origin.region)).filter(|_| !origin.region.is_empty()));
    option(&mut options, "profile", origin.profile.as_deref().map(shell_word));
    options
}

/// Adds an option with its value, which is a word of the shell already.
pub(super) fn option(command: &mut String, name: &str, value: Option<String>) {
    if let Some(value) = value {
        // Writing to a string cannot fail.
        let _ = write!(command, " --{name} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
