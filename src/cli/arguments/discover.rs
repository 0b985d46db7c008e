//! `discover`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::commands::{Discover, ListFormat, Target};
use crate::source::aws::selection::{Kind, Wanted};

use super::live::ConnectionArguments;

#[derive(Args, Debug)]
pub(in crate::cli) struct DiscoverArguments {
    /// Show one agent runtime and the gateways that call it: a name, an id or an ARN
    #[arg(long, value_name = "NAME|ID|ARN", value_parser = runtime, conflicts_with = "gateway")]
    runtime: Option<Wanted>,
    /// Show one gateway and the agent runtimes that it calls: a name, an id or an ARN
    #[arg(long, value_name = "NAME|ID|ARN", value_parser = gateway)]
    gateway: Option<Wanted>,
    #[command(flatten)]
    connection: ConnectionArguments,
    /// Write in this format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormatName::Text)]
    format: ListFormatName,
    /// Write to FILE instead of standard output; FILE is replaced in one step, at the end
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum ListFormatName {
    /// For people
    Text,
    /// One document with everything
    Json,
}

fn runtime(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::Runtime, text)
}

fn gateway(text: &str) -> Result<Wanted, String> {
    Wanted::parse(Kind::Gateway, text)
}

impl TryFrom<DiscoverArguments> for Discover {
    type Error = String;

    fn try_from(typed: DiscoverArguments) -> Result<Self, String> {
        let only = typed.runtime.or(typed.gateway);
        let connection = match &only {
            Some(wanted) => typed.connection.reached(wanted)?,
            None => typed.connection.connection(),
        };
        Ok(Self {
            only,
            connection,
            format: match typed.format {
                ListFormatName::Text => ListFormat::Text,
                ListFormatName::Json => ListFormat::Json,
            },
            output: Target::of(typed.output.as_deref()),
        })
    }
}
