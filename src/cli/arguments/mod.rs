//! The definition of the command line: what may be typed, and what it means.

mod check;
mod collect;
mod discover;
mod doctor;
mod iam;
mod live;
mod rules;
mod schema;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::commands::Colour;
use crate::report::Format;

use super::{help, values};

pub(super) use check::{CheckArguments, Mode};
pub(super) use collect::CollectArguments;
pub(super) use discover::DiscoverArguments;
pub(super) use doctor::DoctorArguments;
pub(super) use iam::IamArguments;
pub(super) use rules::RulesCommand;
pub(super) use schema::SchemaArguments;

#[derive(Parser, Debug)]
#[command(
    name = "agentcore-triage",
    version,
    long_version = help::VERSION.as_str(),
    about = "Find out why a call on Amazon Bedrock AgentCore failed",
    long_about = help::LONG_ABOUT,
    after_help = help::AFTER_HELP,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(in crate::cli) check: CheckArguments,
    #[command(subcommand)]
    pub(in crate::cli) subcommand: Option<Subcommand>,
}

/// Where rules come from besides the built-in catalogue.
#[derive(Args, Debug)]
pub(in crate::cli) struct RuleFolders {
    /// Add the rules of a folder; one with the id of a built-in rule replaces it (repeatable)
    #[arg(long = "rules", value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Rules")]
    pub(in crate::cli) rules: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Lateness {
    /// Wait this long, in event time, for a late signal before its absence counts: 500ms, 5s, 2m
    ///
    /// A rule about something that did not happen is decided only when the capture goes on for longer than this
    /// past the deadline; otherwise the rule is undetermined.
    #[arg(
        long = "lateness",
        value_name = "DURATION",
        value_parser = values::duration,
        default_value = "0s",
        help_heading = "Rules"
    )]
    pub(in crate::cli) lateness: Duration,
}

#[derive(clap::Subcommand, Debug)]
pub(in crate::cli) enum Subcommand {
    /// List, show, test and write rules
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Audit tools' input schemas: what fails at a Gateway or with a model that sends strings
    ///
    /// Reads every tools/list answer in the captures, or saved alone, and holds it against the calls beside it.
    Schema(SchemaArguments),
    /// List agent runtimes, gateways and memories of an account, with the log groups that exist
    Discover(DiscoverArguments),
    /// Collect live sources into a capture, without judging it
    Collect(CollectArguments),
    /// Print the read-only policy that live sources need
    Iam(IamArguments),
    /// Check an AWS account's set-up: what must hold for calls to work and for failures to be visible
    ///
    /// Looks at the account in its Region and at the named runtimes and gateways, or at all of them. Only reads. Without
    /// a permission a probe says that it cannot tell, and which permission it needs.
    Doctor(Box<DoctorArguments>),
    /// Print a completion script for a shell
    Completions {
        /// Write it for this shell
        shell: Shell,
    },
    /// Print the manual page (roff)
    Man,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum FormatName {
    /// For people
    Text,
    /// One document with everything
    Json,
    /// SARIF 2.1.0, for code-scanning services
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Workflow annotations of GitHub
    Github,
    /// For an issue or a chat
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum ColourName {
    Auto,
    Always,
    Never,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Json => Self::Json,
            FormatName::Sarif => Self::Sarif,
            FormatName::Junit => Self::Junit,
            FormatName::Github => Self::Github,
            FormatName::Markdown => Self::Markdown,
        }
    }
}

impl From<ColourName> for Colour {
    fn from(name: ColourName) -> Self {
        match name {
            ColourName::Auto => Self::Auto,
            ColourName::Always => Self::Always,
            ColourName::Never => Self::Never,
        }
    }
}
