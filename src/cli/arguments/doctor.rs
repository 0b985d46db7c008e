//! `doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::commands::{Doctor, Target};
use crate::report::HealthFormat;
use crate::source::aws::selection::{Kind, Wanted};

use super::super::values::{self, Threshold};
use super::live::ConnectionArguments;
use super::{ColourName, RuleFolders};

#[derive(Args, Debug)]
pub(in crate::cli) struct DoctorArguments {
    /// Look at this agent runtime and the gateways that call it: a name, an id or an ARN (repeatable)
    #[arg(long, value_name = "NAME|ID|ARN", value_parser = runtime)]
    runtime: Vec<Wanted>,
    /// Look at this gateway, its targets and the agent runtimes behind them: a name, an id or an ARN (repeatable)
    #[arg(long, value_name = "NAME|ID|ARN", value_parser = gateway)]
    gateway: Vec<Wanted>,
    #[command(flatten)]
    connection: ConnectionArguments,
    #[command(flatten)]
    rules: RuleFolders,
    /// Write in this format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = HealthFormatName::Text)]
    format: HealthFormatName,
    /// Write to FILE instead of standard output; FILE is replaced in one step, at the end
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Fail from this level on: error (problems), warning, info or never
    #[arg(long, value_name = "LEVEL", value_parser = values::threshold(), hide_possible_values = true, default_value = "error")]
    fail_on: Threshold,
    /// Show secrets as they are
    #[arg(long)]
    no_redact: bool,
    /// Colour the text; auto heeds NO_COLOR and colours only what a terminal shows
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourName::Auto)]
    color: ColourName,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum HealthFormatName {
    /// For people
    Text,
    /// One document with everything
    Json,
    /// For an issue or a chat
    Markdown,
}

fn runtime(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::Runtime, text)
}

fn gateway(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::Gateway, text)
}

impl From<DoctorArguments> for Doctor {
    fn from(typed: DoctorArguments) -> Self {
        Self {
            selection: typed.connection.selection(typed.runtime.into_iter().chain(typed.gateway).collect()),
            rules: typed.rules.rules,
            format: match typed.format {
                HealthFormatName::Text => HealthFormat::Text,
                HealthFormatName::Json => HealthFormat::Json,
                HealthFormatName::Markdown => HealthFormat::Markdown,
            },
            output: Target::of(typed.output.as_deref()),
            fail_on: typed.fail_on.0,
            redact: !typed.no_redact,
            colour: typed.color.into(),
        }
    }
}
