//! `iam`.

use clap::Args;

use crate::commands::Iam;
use crate::source::aws::operations::Feature;

#[derive(Args, Debug)]
pub(in crate::cli) struct IamArguments {
    /// Allow what these features need: logs, traces, discovery, doctor [default: all]
    #[arg(long, value_name = "FEATURE", value_delimiter = ',', value_parser = feature)]
    feature: Vec<Feature>,

    /// Allow reading this log group, too, as a name or with '*' at its end (repeatable)
    ///
    /// Those that AgentCore and X-Ray write are allowed already.
    #[arg(long, value_name = "GROUP")]
    log_group: Vec<String>,
}

fn feature(word: &str) -> Result<Feature, String> {
    let words: Vec<&str> = Feature::NAMED.iter().map(|feature| feature.word()).collect();
    Feature::NAMED
        .iter()
        .copied()
        .find(|feature| feature.word() == word)
        .ok_or_else(|| format!("'{word}' is no feature; the features are {}", words.join(", ")))
}

impl From<IamArguments> for Iam {
    fn from(typed: IamArguments) -> Self {
        Self { features: typed.feature, log_groups: typed.log_group }
    }
}
