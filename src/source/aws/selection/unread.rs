//! What a capture says of a source that could not be looked up: what is missing, and the command that fetches it. And the
//! way back, for another try.

use super::super::account::Connection;
use super::super::gaps::{filter_log_events, option, reach};
use super::{Failure, Kind, Moment, Selection, Wanted, Whose, Window};
use crate::model::{Timestamp, TraceId, shell_word};
use crate::source::recording::{Asked, Hole, Origin, Unread};

impl Kind {
    fn asked(self) -> Asked {
        match self {
            Self::Runtime => Asked::Runtime,
            Self::Gateway => Asked::Gateway,
            Self::LogGroup => Asked::LogGroup,
        }
    }
}

/// What is to be said of `failure`, a source of `selection`, whose window this is.
pub(super) fn unread(
    selection: &Selection,
    failure: &Failure,
    (since, until): (Timestamp, Option<Timestamp>),
) -> Unread {
    let wanted = selection.sources.iter().find(|wanted| wanted.name == failure.source);
    // A role that nobody can choose has been refused before.
    let connection = wanted.and_then(|wanted| selection.connection_for(wanted).ok());
    let connection = connection.unwrap_or_else(|| selection.connection.clone());
    let origin = failure.origin.clone().unwrap_or_else(|| Origin {
        account: None,
        region: connection.region.clone().unwrap_or_default(),
        profile: connection.profile.clone(),
        role_arn: connection.role_arn.clone(),
    });
    let kind = wanted.map_or(Asked::Trace, |wanted| wanted.kind.asked());
    let window = (Some(since), until);
    let fill = match wanted {
        None => {
            format!("aws xray batch-get-traces --trace-ids {}{}", trace_word(&failure.source), reach(&origin))
        }
        Some(wanted) if wanted.kind == Kind::LogGroup && wanted.prefix().is_none() => {
            filter_log_events(wanted.bare(), None, window, &origin)
        }
        Some(wanted) => collect(wanted, window, &origin),
    };
    let reason = format!("not fetched: {}", failure.error);
    Unread {
        kind,
        name: failure.source.clone(),
        origin,
        gap: Hole { start: window.0, end: window.1, reason, fill: Some(fill) },
    }
}

fn trace_word(id: &str) -> String {
    shell_word(&TraceId::parse(id.as_bytes()).map_or_else(|| id.to_owned(), TraceId::to_xray))
}

/// The command that looks the source up and fetches what belongs to it.
fn collect(wanted: &Wanted, window: (Option<Timestamp>, Option<Timestamp>), origin: &Origin) -> String {
    let kind = match wanted.kind {
        Kind::Runtime => "runtime",
        Kind::Gateway => "gateway",
        Kind::LogGroup => "log-group",
    };
    let mut command = format!("agentcore-triage collect --{kind} {}", shell_word(&wanted.name));
    option(&mut command, "since", window.0.map(|at| at.to_string()));
    option(&mut command, "until", window.1.map(|at| at.to_string()));
    command += &reach(origin);
    option(&mut command, "account-role", origin.role_arn.as_deref().map(shell_word));
    command + " --out DIR"
}

/// The selection that asks for it again, up to `now` or on and on; `connection` goes before what the capture knows.
pub(super) fn again(unread: &Unread, connection: &Connection, follow: bool) -> Selection {
    let Origin { region, profile, role_arn, .. } = &unread.origin;
    let region = Some(region.clone()).filter(|region| !region.is_empty());
    let kind = match unread.kind {
        Asked::Runtime => Some(Kind::Runtime),
        Asked::Gateway => Some(Kind::Gateway),
        Asked::LogGroup => Some(Kind::LogGroup),
        Asked::Trace => None,
    };
    let wanted = kind.map(|kind| Wanted { kind, name: unread.name.clone(), whose: Whose::default() });
    let trace = TraceId::parse(unread.name.as_bytes()).filter(|_| kind.is_none());
    Selection {
        sources: wanted.into_iter().collect(),
        traces: trace.into_iter().collect(),
        connection: Connection {
            profile: connection.profile.clone().or_else(|| profile.clone()),
            region: connection.region.clone().or(region),
            endpoint_url: connection.endpoint_url.clone(),
            role_arn: None,
        },
        roles: connection.role_arn.iter().chain(role_arn).take(1).cloned().collect(),
        window: Window {
            since: unread.gap.start.map(Moment::At),
            until: unread.gap.end.map(Moment::At),
            follow,
        },
        settle: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::LiveError;

    fn of(kind: Option<Kind>, name: &str) -> Unread {
        let sources = kind.map(|kind| Wanted::parse(kind, name).unwrap()).into_iter().collect();
        let connection = Connection { region: Some("eu-west-1".to_owned()), ..Connection::default() };
        let selection = Selection { sources, connection, ..Selection::default() };
        let source = name.split('@').next().unwrap().to_owned();
        let failure = Failure { source, error: LiveError::NoCredentials, origin: None };
        unread(&selection, &failure, (Timestamp(1_790_000_000_000_000_000), None))
    }

    #[test]
    fn whatever_could_not_be_looked_up_has_a_command_that_fetches_it() {
        for (kind, name, command) in [
            (
                Some(Kind::LogGroup),
                "/team/a b",
                "aws logs filter-log-events --log-group-name '/team/a b' --start-time 1790000000000 --region eu-west-1",
            ),
            (
                Some(Kind::LogGroup),
                "/team/*@my team,us-east-1",
                "agentcore-triage collect --log-group '/team/*' --since 2026-09-21T14:13:20.000Z --region us-east-1 \
                 --profile 'my team' --out DIR",
            ),
            (
                Some(Kind::Runtime),
                "agent@arn:aws:iam::111122223333:role/R",
                "agentcore-triage collect --runtime agent --since 2026-09-21T14:13:20.000Z --region eu-west-1 \
                 --account-role arn:aws:iam::111122223333:role/R --out DIR",
            ),
            (
                None,
                "6b008bfe9f6ffd2a9f28dfd335d05c1f",
                "aws xray batch-get-traces --trace-ids 1-6b008bfe-9f6ffd2a9f28dfd335d05c1f --region eu-west-1",
            ),
        ] {
            let unread = of(kind, name);
            assert_eq!(unread.gap.fill.as_deref(), Some(command));
            assert!(
                unread.gap.reason.starts_with("not fetched: no AWS credentials"),
                "{}",
                unread.gap.reason
            );
        }
    }

    #[test]
    fn what_was_unread_is_asked_for_again_in_the_same_place() {
        let unread = of(Some(Kind::Gateway), "my-gw@my team,us-east-1");
        let asked = again(&unread, &Connection::default(), false);
        assert_eq!((asked.sources[0].kind, asked.sources[0].name.as_str()), (Kind::Gateway, "my-gw"));
        assert_eq!(asked.connection.profile.as_deref(), Some("my team"));
        assert_eq!(asked.connection.region.as_deref(), Some("us-east-1"));
        assert_eq!(asked.window.since, unread.gap.start.map(Moment::At));
        let trace = again(&of(None, "6b008bfe9f6ffd2a9f28dfd335d05c1f"), &Connection::default(), true);
        assert_eq!((trace.sources.len(), trace.traces.len()), (0, 1));
    }
}
