//! Live sources: what to read from AWS, of which time, and how to reach the accounts.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::Sources;
use crate::model::TraceId;
use crate::runtime::live::{Asks, Place};
use crate::source::aws::selection::{Kind, Moment, Wanted, Window};
use crate::source::aws::{Connection, Selection};

use super::super::values;

/// Sources and their window.
#[derive(Args, Debug)]
pub(in crate::cli) struct SourceArguments {
    /// Read what an agent runtime logs, and the gateways that call it (repeatable)
    ///
    /// A name, the beginning of one, an id or an ARN. NAME@PROFILE, or NAME@ARN of a role, reaches it with other
    /// credentials than the rest, NAME@,REGION in another Region, NAME@PROFILE,REGION both. An ARN names its Region itself.
    #[arg(long, value_name = "NAME|ID|ARN", value_parser = runtime, help_heading = HEADING)]
    runtime: Vec<Wanted>,

    /// Read what a gateway logs, and the agent runtimes behind its targets (repeatable); written as --runtime
    #[arg(long, value_name = "NAME|ID|ARN", value_parser = gateway, help_heading = HEADING)]
    gateway: Vec<Wanted>,

    /// Read a log group; with '*' at its end every group that begins so, also those that appear later (repeatable)
    #[arg(long, value_name = "GROUP", value_parser = log_group, help_heading = HEADING)]
    log_group: Vec<Wanted>,

    /// Fetch a trace, in the spelling of X-Ray or OpenTelemetry (repeatable)
    #[arg(long, value_name = "ID", value_parser = values::trace, help_heading = HEADING)]
    trace_id: Vec<TraceId>,

    /// Read from here on: 15m, 2h or 1d ago, or a time such as 2026-01-20T14:00Z [default: 15m]
    ///
    /// A time without a zone is UTC. With --trace-id alone, the time that the id tells.
    #[arg(long, value_name = "TIME", value_parser = values::moment, help_heading = HEADING)]
    since: Option<Moment>,

    /// Read up to here, written as --since [default: now]
    #[arg(long, value_name = "TIME", value_parser = values::moment, help_heading = HEADING)]
    until: Option<Moment>,

    /// Stay until the newest events are final: about two minutes, because events arrive late
    #[arg(long, help_heading = HEADING)]
    settle: bool,

    #[command(flatten)]
    connection: ConnectionArguments,
}

/// How to reach the accounts.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct ConnectionArguments {
    /// Use this profile of the AWS configuration
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    profile: Option<String>,

    /// Ask this Region, before that of the environment and of the profile
    #[arg(long, value_name = "REGION", value_parser = values::region, help_heading = HEADING)]
    region: Option<String>,

    /// Send every call to this URL, before that of the environment
    #[arg(long, value_name = "URL", value_parser = values::url, help_heading = HEADING)]
    endpoint_url: Option<String>,

    /// Assume this role; of several, the one in the account that a source's ARN names (repeatable)
    #[arg(long, value_name = "ROLE_ARN", value_parser = values::role, help_heading = HEADING)]
    account_role: Vec<String>,
}

/// Where what is read is kept.
#[derive(Args, Debug)]
pub(in crate::cli) struct KeepArguments {
    /// Keep what is read from AWS as a capture in this folder, new or empty
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "resume", help_heading = HEADING)]
    pub(in crate::cli) save: Option<PathBuf>,

    /// Go on with the capture in this folder, from where it stopped; it knows its sources
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = HEADING)]
    pub(in crate::cli) resume: Option<PathBuf>,
}

const HEADING: &str = "Live from AWS";

fn runtime(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::Runtime, text)
}

fn gateway(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::Gateway, text)
}

fn log_group(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::LogGroup, text)
}

impl ConnectionArguments {
    /// Credentials, Region and endpoint, with the first role.
    pub(in crate::cli) fn connection(&self) -> Connection {
        Connection { role_arn: self.account_role.first().cloned(), ..self.without_role() }
    }

    /// The same for one source, which may say how it is reached itself.
    ///
    /// # Errors
    /// When several roles are given and the source does not say which account it is in.
    pub(in crate::cli) fn reached(&self, wanted: &Wanted) -> Result<Connection, String> {
        self.selection(Vec::new()).connection_for(wanted).map_err(|error| error.to_string())
    }

    /// These sources, whose own words say more about how each is reached.
    pub(in crate::cli) fn selection(&self, sources: Vec<Wanted>) -> Selection {
        let (connection, roles) = (self.without_role(), self.account_role.clone());
        Selection { sources, connection, roles, ..Selection::default() }
    }

    fn without_role(&self) -> Connection {
        Connection {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            role_arn: None,
        }
    }

    fn is_named(&self) -> bool {
        self.without_role() != Connection::default() || !self.account_role.is_empty()
    }
}

impl SourceArguments {
    /// What is asked for; `None` when nothing is.
    ///
    /// # Errors
    /// When options contradict each other, or say nothing without a source.
    pub(in crate::cli) fn sources(
        self,
        keep: KeepArguments,
        follow: bool,
        redact: bool,
    ) -> Result<Option<Sources>, String> {
        if follow && self.until.is_some() {
            return Err("--follow goes on until it is stopped; leave out --until, or --follow".to_owned());
        }
        let has_source = self.has_source();
        if let Some(folder) = keep.resume {
            return self.resumed(folder, follow, has_source, redact).map(Some);
        }
        if !has_source {
            return match self.without_source().or(keep.save.is_some().then_some("--save")) {
                Some(option) => Err(format!(
                    "{option} is about live sources and none is named; add --runtime, --gateway, --log-group or --trace-id (agentcore-triage discover lists them)"
                )),
                None => Ok(None),
            };
        }
        let place = keep.save.map_or(Place::Temporary, Place::New);
        Ok(Some(Sources { asks: Asks::Selection(self.selection(follow)), place, redact }))
    }

    fn resumed(
        self,
        folder: PathBuf,
        follow: bool,
        has_source: bool,
        redact: bool,
    ) -> Result<Sources, String> {
        let has_window = self.since.is_some() || self.until.is_some();
        if has_source || has_window {
            let extra = if has_source { "its sources" } else { "its window" };
            return Err(format!(
                "--resume goes on with the capture in '{}', which knows {extra}; leave them out, or start another capture with --save",
                folder.display()
            ));
        }
        let connection = self.connection.connection();
        Ok(Sources { asks: Asks::Resume { connection, follow }, place: Place::Existing(folder), redact })
    }

    fn has_source(&self) -> bool {
        !(self.runtime.is_empty()
            && self.gateway.is_empty()
            && self.log_group.is_empty()
            && self.trace_id.is_empty())
    }

    /// An option that says nothing without a source.
    fn without_source(&self) -> Option<&'static str> {
        let connection = &self.connection;
        [
            (self.since.is_some(), "--since"),
            (self.until.is_some(), "--until"),
            (self.settle, "--settle"),
            (connection.profile.is_some(), "--profile"),
            (connection.region.is_some(), "--region"),
            (connection.endpoint_url.is_some(), "--endpoint-url"),
            (connection.is_named(), "--account-role"),
        ]
        .into_iter()
        .find_map(|(is_given, option)| is_given.then_some(option))
    }

    /// The sources in order of kind, for whom their order does not matter.
    fn selection(self, follow: bool) -> Selection {
        let sources = [self.runtime, self.gateway, self.log_group].into_iter().flatten().collect();
        Selection {
            traces: self.trace_id,
            window: Window { since: self.since, until: self.until, follow },
            settle: self.settle,
            ..self.connection.selection(sources)
        }
    }
}
