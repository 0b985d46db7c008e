//! What discovery finds. Every text in it comes from a service: it is shown through the `text::Door` only.

use super::super::error::LiveError;
use crate::model::Timestamp;

/// Everything that was found. What could not be listed is in `problems`, the rest is there all the same.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// By name.
    pub runtimes: Vec<Runtime>,
    /// By name.
    pub gateways: Vec<Gateway>,
    /// By id.
    pub memories: Vec<Memory>,
    /// Groups that belong to none of them: `aws/spans`, and those whose names nobody explains.
    pub other_log_groups: Vec<Group>,
    /// What could not be listed, and why.
    pub problems: Vec<LiveError>,
}

/// An agent runtime.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Latest version.
    pub version: String,
    /// Status as the service words it.
    pub status: String,
    /// Last update.
    pub updated: Option<Timestamp>,
    /// Endpoints by name.
    pub endpoints: Vec<Endpoint>,
    /// Its log groups.
    pub log_groups: Vec<Group>,
    /// Where its vended logs and spans are delivered to.
    pub deliveries: Vec<Delivery>,
}

/// An endpoint of a runtime.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Name: the suffix of its log group.
    pub name: String,
    /// Version that serves.
    pub live_version: Option<String>,
    /// Version that is being rolled out.
    pub target_version: Option<String>,
    /// Status.
    pub status: String,
}

/// A gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Status.
    pub status: String,
    /// How callers are authorised.
    pub authorizer: String,
    /// Targets by name.
    pub targets: Vec<Target>,
    /// Its log groups.
    pub log_groups: Vec<Group>,
    /// Where its vended logs and spans are delivered to.
    pub deliveries: Vec<Delivery>,
}

/// A target of a gateway.
#[derive(Clone, Debug)]
pub struct Target {
    /// Id, as the Gateway's log rows name it.
    pub id: String,
    /// Name: the prefix of its tools.
    pub name: String,
    /// Status.
    pub status: String,
    /// Why it has this status.
    pub reasons: Vec<String>,
    /// Type, when the service says.
    pub kind: Option<String>,
    /// When its tools were last read.
    pub last_synchronized: Option<Timestamp>,
    /// ARN or id of the agent runtime that it calls.
    pub runtime: Option<String>,
}

/// A memory.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Id.
    pub id: String,
    /// ARN.
    pub arn: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Its log groups.
    pub log_groups: Vec<Group>,
    /// Where its vended logs and spans are delivered to.
    pub deliveries: Vec<Delivery>,
}

/// A log group that exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Name.
    pub name: String,
    /// ARN without the `:*` at its end.
    pub arn: Option<String>,
    /// Bytes stored, as of some hours ago.
    pub stored_bytes: Option<i64>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Days that an event is kept; `None` for ever.
    pub retention_days: Option<i32>,
    /// Whether a log delivery says that it belongs here, not only its name.
    pub is_delivered: bool,
}

impl Group {
    /// A log group of which nothing else is known.
    pub(in crate::source::aws) fn named(name: &str, arn: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            arn: arn.map(str::to_owned),
            stored_bytes: None,
            created: None,
            retention_days: None,
            is_delivered: false,
        }
    }
}

/// A log delivery: what a resource sends where.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Delivery {
    /// `APPLICATION_LOGS`, `USAGE_LOGS` or `TRACES`.
    pub log_type: String,
    /// `CWL`, `S3`, `FH` or `XRAY`.
    pub destination_type: String,
    /// ARN of the log group, bucket or stream; X-Ray has none.
    pub destination: Option<String>,
}

impl Discovery {
    /// The targets that call a runtime, each with its gateway.
    pub fn callers_of<'d>(&'d self, runtime: &'d Runtime) -> impl Iterator<Item = (&'d Gateway, &'d Target)> {
        let all = self.gateways.iter();
        let targets = all.flat_map(|gateway| gateway.targets.iter().map(move |target| (gateway, target)));
        targets.filter(|(_, target)| target.calls(runtime))
    }

    /// The runtimes of this account and Region that a gateway's targets call.
    pub fn called_by<'d>(&'d self, gateway: &'d Gateway) -> impl Iterator<Item = &'d Runtime> {
        let called = |runtime: &Runtime| gateway.targets.iter().any(|target| target.calls(runtime));
        self.runtimes.iter().filter(move |runtime| called(runtime))
    }

    /// `aws/spans`, when it exists.
    pub fn spans(&self) -> Option<&Group> {
        self.other_log_groups.iter().find(|group| group.name == super::SPANS)
    }
}

impl Target {
    /// Whether it calls `runtime`.
    pub fn calls(&self, runtime: &Runtime) -> bool {
        self.runtime.as_deref().is_some_and(|called| called == runtime.arn || id_of(called) == runtime.id)
    }
}

/// The id in an ARN such as `arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/ID/runtime-endpoint/DEFAULT`; an id
/// is itself. A version behind a colon is no part of it.
pub fn id_of(arn: &str) -> &str {
    let resource = match arn.splitn(6, ':').nth(5) {
        Some(resource) if arn.starts_with("arn:") => resource.split('/').nth(1).unwrap_or(resource),
        _ => arn,
    };
    resource.split(':').next().unwrap_or(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_every_form_of_an_arn() {
        let arn = "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/my_agent-a1b2c3d4e5";
        assert_eq!(id_of(arn), "my_agent-a1b2c3d4e5");
        assert_eq!(id_of(&format!("{arn}/runtime-endpoint/DEFAULT:DEFAULT")), "my_agent-a1b2c3d4e5");
        assert_eq!(id_of(&format!("{arn}:3")), "my_agent-a1b2c3d4e5");
        assert_eq!(id_of("my_agent-a1b2c3d4e5"), "my_agent-a1b2c3d4e5");
    }
}
