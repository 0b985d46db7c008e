//! `rules` and its subcommands.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::Judgement;
use crate::commands::rules::Explain;

use super::{Lateness, RuleFolders};

#[derive(clap::Subcommand, Debug)]
pub(in crate::cli) enum RulesCommand {
    /// List every rule with its severity and title
    List {
        #[command(flatten)]
        rules: RuleFolders,
    },
    /// Show what a rule looks for, why it happens and how to fix it
    Show {
        /// Show this rule; `rules list` names them all
        #[arg(value_name = "RULE")]
        id: String,
        #[command(flatten)]
        rules: RuleFolders,
    },
    /// Replay each rule on its own examples
    Test {
        /// Test the rules of this folder instead of the built-in ones
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
    /// Check rule files without running them
    Lint {
        /// Check the rules of this folder instead of the built-in ones
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
    /// Start a new rule: a commented rule file with both kinds of examples
    New {
        /// Name it so: small letters, digits and hyphens, stating the problem
        #[arg(value_name = "RULE")]
        id: String,
        /// Put it below this layer's folder
        #[arg(long, value_name = "LAYER", default_value = "runtime")]
        layer: String,
        /// Put the layer's folder below this one
        #[arg(long, value_name = "DIR", default_value = "rules", value_hint = ValueHint::DirPath)]
        into: PathBuf,
    },
    /// Write the catalogue's documentation: an index and a page for each rule
    Docs {
        /// Write below this folder; pages of rules that are gone are deleted
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// List the field names that rules and filters may use
    Fields,
    /// Tell why a rule fired on captures or did not, condition by condition
    Explain(ExplainArguments),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ExplainArguments {
    /// Explain this rule
    #[arg(value_name = "RULE")]
    id: String,
    /// On these captures
    #[arg(value_name = "CAPTURE", required = true, value_hint = ValueHint::AnyPath)]
    captures: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleFolders,
    #[command(flatten)]
    lateness: Lateness,
    /// Show secrets as they are
    #[arg(long)]
    no_redact: bool,
}

impl From<ExplainArguments> for Explain {
    fn from(typed: ExplainArguments) -> Self {
        Self {
            id: typed.id,
            captures: typed.captures,
            judgement: Judgement {
                rules: typed.rules.rules,
                lateness: typed.lateness.lateness,
                ..Judgement::default()
            },
            redact: !typed.no_redact,
        }
    }
}
