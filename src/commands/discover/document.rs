//! The document `agentcore-triage/discover/1`: what was found, every text through the door.

use serde::Serialize;

use crate::model::Timestamp;
use crate::source::aws::discovery as found;
use crate::text::{Door, SafeText};

/// Names the contract of the document.
const SCHEMA: &str = "agentcore-triage/discover/1";

/// Longest name and longest status reason, in characters. AWS allows less for names.
const MAX_NAME: usize = 512;
const MAX_REASON: usize = 2_000;

#[derive(Clone, Debug, Serialize)]
pub(super) struct Document {
    pub(super) schema: &'static str,
    pub(super) account: SafeText,
    pub(super) region: SafeText,
    pub(super) runtimes: Vec<Runtime>,
    pub(super) gateways: Vec<Gateway>,
    pub(super) memories: Vec<Memory>,
    pub(super) other_log_groups: Vec<Group>,
    pub(super) problems: Vec<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Runtime {
    pub(super) id: SafeText,
    pub(super) name: SafeText,
    pub(super) arn: SafeText,
    pub(super) version: SafeText,
    pub(super) status: SafeText,
    pub(super) updated: Option<Timestamp>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) called_by: Vec<Caller>,
    pub(super) log_groups: Vec<Group>,
    pub(super) deliveries: Vec<Delivery>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Endpoint {
    pub(super) name: SafeText,
    pub(super) live_version: Option<SafeText>,
    pub(super) target_version: Option<SafeText>,
    pub(super) status: SafeText,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Caller {
    pub(super) gateway: SafeText,
    pub(super) target: SafeText,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Gateway {
    pub(super) id: SafeText,
    pub(super) name: SafeText,
    pub(super) status: SafeText,
    pub(super) authorizer: SafeText,
    pub(super) targets: Vec<Target>,
    pub(super) log_groups: Vec<Group>,
    pub(super) deliveries: Vec<Delivery>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Target {
    pub(super) id: SafeText,
    pub(super) name: SafeText,
    pub(super) status: SafeText,
    pub(super) status_reasons: Vec<SafeText>,
    #[serde(rename = "type")]
    pub(super) kind: Option<SafeText>,
    pub(super) last_synchronized: Option<Timestamp>,
    pub(super) runtime: Option<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Memory {
    pub(super) id: SafeText,
    pub(super) arn: Option<SafeText>,
    pub(super) status: Option<SafeText>,
    pub(super) log_groups: Vec<Group>,
    pub(super) deliveries: Vec<Delivery>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Group {
    pub(super) name: SafeText,
    pub(super) stored_bytes: Option<i64>,
    pub(super) retention_days: Option<i32>,
    pub(super) is_delivered: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Delivery {
    pub(super) log_type: SafeText,
    pub(super) destination_type: SafeText,
    pub(super) destination: Option<SafeText>,
}

impl Document {
    pub(super) fn new(found: &found::Discovery, door: Door) -> Self {
        let pass = Pass(door);
        Self {
            schema: SCHEMA,
            account: pass.name(&found.account),
            region: pass.name(&found.region),
            runtimes: found.runtimes.iter().map(|runtime| pass.runtime(runtime, found)).collect(),
            gateways: found.gateways.iter().map(|gateway| pass.gateway(gateway)).collect(),
            memories: found.memories.iter().map(|memory| pass.memory(memory)).collect(),
            other_log_groups: pass.groups(&found.other_log_groups),
            problems: found.problems.iter().map(|problem| pass.reason(&problem.to_string())).collect(),
        }
    }
}

/// Takes texts through the door.
#[derive(Clone, Copy)]
struct Pass(Door);

impl Pass {
    fn name(self, text: &str) -> SafeText {
        self.0.line(text, MAX_NAME)
    }

    fn optional(self, text: Option<&String>) -> Option<SafeText> {
        text.map(|text| self.name(text))
    }

    fn reason(self, text: &str) -> SafeText {
        self.0.line(text, MAX_REASON)
    }

    fn runtime(self, runtime: &found::Runtime, all: &found::Discovery) -> Runtime {
        let endpoint = |endpoint: &found::Endpoint| Endpoint {
            name: self.name(&endpoint.name),
            live_version: self.optional(endpoint.live_version.as_ref()),
            target_version: self.optional(endpoint.target_version.as_ref()),
            status: self.name(&endpoint.status),
        };
        let caller = |(gateway, target): (&found::Gateway, &found::Target)| Caller {
            gateway: self.name(&gateway.name),
            target: self.name(&target.name),
        };
        Runtime {
            id: self.name(&runtime.id),
            name: self.name(&runtime.name),
            arn: self.name(&runtime.arn),
            version: self.name(&runtime.version),
            status: self.name(&runtime.status),
            updated: runtime.updated,
            endpoints: runtime.endpoints.iter().map(endpoint).collect(),
            called_by: all.callers_of(runtime).map(caller).collect(),
            log_groups: self.groups(&runtime.log_groups),
            deliveries: self.deliveries(&runtime.deliveries),
        }
    }

    fn gateway(self, gateway: &found::Gateway) -> Gateway {
        let target = |target: &found::Target| Target {
            id: self.name(&target.id),
            name: self.name(&target.name),
            status: self.name(&target.status),
            status_reasons: target.reasons.iter().map(|reason| self.reason(reason)).collect(),
            kind: self.optional(target.kind.as_ref()),
            last_synchronized: target.last_synchronized,
            runtime: self.optional(target.runtime.as_ref()),
        };
        Gateway {
            id: self.name(&gateway.id),
            name: self.name(&gateway.name),
            status: self.name(&gateway.status),
            authorizer: self.name(&gateway.authorizer),
            targets: gateway.targets.iter().map(target).collect(),
            log_groups: self.groups(&gateway.log_groups),
            deliveries: self.deliveries(&gateway.deliveries),
        }
    }

    fn memory(self, memory: &found::Memory) -> Memory {
        Memory {
            id: self.name(&memory.id),
            arn: self.optional(memory.arn.as_ref()),
            status: self.optional(memory.status.as_ref()),
            log_groups: self.groups(&memory.log_groups),
            deliveries: self.deliveries(&memory.deliveries),
        }
    }

    fn groups(self, groups: &[found::Group]) -> Vec<Group> {
        let group = |group: &found::Group| Group {
            name: self.name(&group.name),
            stored_bytes: group.stored_bytes,
            retention_days: group.retention_days,
            is_delivered: group.is_delivered,
        };
        groups.iter().map(group).collect()
    }

    fn deliveries(self, deliveries: &[found::Delivery]) -> Vec<Delivery> {
        let delivery = |delivery: &found::Delivery| Delivery {
            log_type: self.name(&delivery.log_type),
            destination_type: self.name(&delivery.destination_type),
            destination: self.optional(delivery.destination.as_ref()),
        };
        deliveries.iter().map(delivery).collect()
    }
}
