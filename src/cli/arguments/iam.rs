//! `iam`.

use clap::Args;

use crate::commands::Iam;
use crate::source::aws::operations::Feature;

use super::super::values;

#[derive(Args, Debug)]
pub(in crate::cli) struct IamArguments {
    /// Allow what these features need: logs, traces, discovery, doctor [default: all]
    #[arg(long, value_name = "FEATURE", value_delimiter = ',', value_parser = values::feature(), hide_possible_values = true)]
    feature: Vec<Feature>,

    /// Allow reading this log group, too, as a name or with '*' at its end (repeatable)
    ///
    /// Those that AgentCore and X-Ray write are allowed already.
    #[arg(long, value_name = "GROUP")]
    log_group: Vec<String>,
}

impl From<IamArguments> for Iam {
    fn from(typed: IamArguments) -> Self {
        Self { features: typed.feature, log_groups: typed.log_group }
    }
}
