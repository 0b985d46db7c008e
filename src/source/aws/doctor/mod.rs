//! The health of an account's set-up: what must be true for calls to work and for failures to be visible.
//!
//! Two steps, kept apart: [`ask`] makes the calls and keeps every answer, or why there is none; [`examine`] judges the
//! answers and touches nothing. What could not be read is never "ok".

mod account;
pub mod answers;
mod ask;
mod delivery;
mod environment;
mod gateway;
mod grants;
mod kinds;
mod resources;
mod role;
mod runtime;
mod target;
#[cfg(test)]
mod tests;

pub use answers::Answers;
pub use ask::{Named, ask};
pub use kinds::PROBES;
pub use resources::check_up;

use crate::model::Probe;

/// Judges the answers: the account first, then each runtime, then each gateway with its targets.
pub fn examine(answers: &Answers) -> Vec<Probe> {
    let mut probes = account::probes(answers);
    probes.extend(answers.runtimes.iter().flat_map(|one| runtime::probes(answers, one)));
    probes.extend(answers.gateways.iter().flat_map(|one| gateway::probes(answers, one)));
    probes
}

impl Answers {
    /// Values for the texts of rules that hold for the whole account.
    fn values(&self) -> Vec<(&'static str, String)> {
        vec![("region", self.region.clone()), ("account", self.account.clone())]
    }

    fn partition(&self) -> &str {
        partition(&self.caller)
    }
}

/// Partition of an ARN: `aws`, `aws-cn`, `aws-us-gov`.
fn partition(arn: &str) -> &str {
    let is_plain = |text: &&str| {
        text.starts_with("aws") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    arn.split(':').nth(1).filter(is_plain).unwrap_or("aws")
}

/// The name in the ARN of a role; its path does not belong to it.
fn role_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
