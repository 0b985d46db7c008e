//! The policy that live sources need.

use crate::source::aws::operations::{Feature, policy};

use super::Outcome;
use super::output::Target;

/// A policy, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Iam {
    /// For these features; none are all.
    pub features: Vec<Feature>,
    /// Log groups besides those that AgentCore and X-Ray write.
    pub log_groups: Vec<String>,
}

/// Prints the smallest read-only policy for the features.
///
/// # Errors
/// When standard output cannot be written.
pub fn iam(iam: &Iam) -> anyhow::Result<Outcome> {
    let policy = policy(&iam.features, &iam.log_groups);
    Target::Stdout.write(|out| {
        serde_json::to_writer_pretty(&mut *out, &policy)?;
        out.write_all(b"\n")
    })?;
    Ok(Outcome::Clean)
}
