//! `collect`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::Collect;

use super::live::{KeepArguments, SourceArguments};

#[derive(Args, Debug)]
pub(in crate::cli) struct CollectArguments {
    /// Write the capture into this folder, new or empty
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        required_unless_present = "resume",
        conflicts_with = "resume"
    )]
    out: Option<PathBuf>,

    /// Go on with the capture in this folder, from where it stopped; it knows its sources
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    resume: Option<PathBuf>,

    /// Go on until Ctrl-C
    #[arg(long, short)]
    follow: bool,

    /// Fail, with exit code 3, when something of what was asked for could not be read
    #[arg(long)]
    fail_on_gaps: bool,

    /// Write secrets as they are
    ///
    /// Access keys, tokens, passwords and cookies are masked unless this is given. A capture that is gone on with stays as
    /// it was begun.
    #[arg(long)]
    no_redact: bool,

    #[command(flatten)]
    sources: SourceArguments,
}

impl TryFrom<CollectArguments> for Collect {
    type Error = String;

    fn try_from(typed: CollectArguments) -> Result<Self, String> {
        let keep = KeepArguments { save: typed.out, resume: typed.resume };
        let Some(mut sources) = typed.sources.sources(keep, typed.follow, !typed.no_redact)? else {
            return Err("nothing to collect: name a source or a capture to go on with".to_owned());
        };
        if typed.fail_on_gaps {
            sources.settle();
        }
        Ok(Self { sources, fail_on_gaps: typed.fail_on_gaps })
    }
}
