//! What an account holds in one Region: agent runtimes, gateways with their targets, memories, and the log groups
//! that really exist for each.

mod control;
mod found;
mod groups;
mod lister;

use std::collections::HashMap;
use std::sync::Arc;

use super::account::Account;
use super::error::LiveError;
use groups::Delivered;
use lister::Lister;

pub(super) use control::runtime_of;
pub use found::{Delivery, Discovery, Endpoint, Gateway, Group, Memory, Runtime, Target, id_of};

/// Where X-Ray puts spans once Transaction Search is on. It has no leading slash.
pub const SPANS: &str = "aws/spans";

/// Where X-Ray puts the metrics of the same spans.
pub const APPLICATION_SIGNALS: &str = "/aws/application-signals/data";

/// Lists the account in its Region.
pub async fn discover(account: &Account) -> Discovery {
    let lister = Lister::new(Arc::new(account.clone()));
    let delivered_groups = async {
        let mut problems = Vec::new();
        let delivered = groups::deliveries(&lister).await.keep(&mut problems);
        let groups = groups::log_groups(&lister, &delivered).await.keep(&mut problems);
        (groups, delivered, problems)
    };
    let (runtimes, gateways, memories, (groups, delivered, unlisted)) = tokio::join!(
        control::runtimes(&lister),
        control::gateways(&lister),
        control::memories(&lister),
        delivered_groups,
    );
    let mut problems = Vec::new();
    let mut found = Discovery {
        account: account.id().to_owned(),
        region: account.region().to_owned(),
        runtimes: runtimes.keep(&mut problems),
        gateways: gateways.keep(&mut problems),
        memories: memories.keep(&mut problems),
        ..Discovery::default()
    };
    problems.extend(unlisted);
    found.problems = summed_up(problems);
    found.share_out(groups, &delivered);
    found
}

/// The log groups whose names begin with `prefix`, by name, and what went wrong while listing them.
pub async fn log_groups_below(account: &Account, prefix: &str) -> (Vec<Group>, Option<LiveError>) {
    let lister = Lister::new(Arc::new(account.clone()));
    let mut problems = Vec::new();
    let mut groups = groups::below(&lister, prefix).await.keep(&mut problems);
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    (groups, problems.pop())
}

/// Each problem once: a permission that is missing for one gateway is missing for a hundred.
fn summed_up(problems: Vec<LiveError>) -> Vec<LiveError> {
    let mut seen = Vec::new();
    problems
        .into_iter()
        .filter(|problem| {
            let kind = match problem {
                LiveError::Denied { action, .. } | LiveError::Throttled { action, .. } => action.clone(),
                LiveError::Unreachable { host, .. } => host.clone(),
                other => other.to_string(),
            };
            let is_new = !seen.contains(&kind);
            if is_new {
                seen.push(kind);
            }
            is_new
        })
        .collect()
}

/// The lists of whoever may own log groups.
type Belongings<'d> = (&'d mut Vec<Group>, &'d mut Vec<Delivery>);

impl Discovery {
    /// Gives each delivery to its resource and each group to whom a delivery or its name says it belongs.
    fn share_out(&mut self, groups: Vec<Group>, delivered: &[Delivered]) {
        let mut owners: HashMap<String, Belongings<'_>> = HashMap::new();
        for one in &mut self.runtimes {
            owners.insert(one.id.clone(), (&mut one.log_groups, &mut one.deliveries));
        }
        for one in &mut self.gateways {
            owners.insert(one.id.clone(), (&mut one.log_groups, &mut one.deliveries));
        }
        for one in &mut self.memories {
            owners.insert(one.id.clone(), (&mut one.log_groups, &mut one.deliveries));
        }
        let mut receivers: HashMap<&str, Vec<&str>> = HashMap::new();
        for Delivered { resource, delivery } in delivered {
            let id = id_of(resource);
            if let Some((_, deliveries)) = owners.get_mut(id) {
                deliveries.push(delivery.clone());
            }
            if let Some(name) = delivery.destination.as_deref().and_then(groups::group_name) {
                receivers.entry(name).or_default().push(id);
            }
        }
        for mut group in groups {
            let mut ids = receivers.get(group.name.as_str()).cloned().unwrap_or_default();
            ids.retain(|id| owners.contains_key(*id));
            ids.dedup();
            group.is_delivered = !ids.is_empty();
            if ids.is_empty() {
                ids.extend(ids_in(&group.name).find(|id| owners.contains_key(*id)));
            }
            if ids.is_empty() {
                self.other_log_groups.push(group);
                continue;
            }
            for id in ids {
                if let Some((groups, _)) = owners.get_mut(id) {
                    groups.push(group.clone());
                }
            }
        }
    }
}

/// What may be an id in a group's name: each part between slashes, whole or up to a hyphen, behind which an endpoint's name
/// stands. The longest of a part comes first.
pub(super) fn ids_in(group: &str) -> impl Iterator<Item = &str> {
    group.split('/').filter(|part| !part.is_empty()).flat_map(|part| {
        let shorter = part.rmatch_indices('-').map(move |(at, _)| &part[..at]);
        std::iter::once(part).chain(shorter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Group {
        Group {
            name: name.to_owned(),
            arn: None,
            stored_bytes: None,
            created: None,
            retention_days: None,
            is_delivered: false,
        }
    }

    fn runtime(id: &str) -> Runtime {
        Runtime {
            id: id.to_owned(),
            name: id.to_owned(),
            arn: String::new(),
            version: String::new(),
            status: String::new(),
            updated: None,
            endpoints: Vec::new(),
            log_groups: Vec::new(),
            deliveries: Vec::new(),
        }
    }

    fn names(groups: &[Group]) -> Vec<&str> {
        groups.iter().map(|group| group.name.as_str()).collect()
    }

    #[test]
    fn a_group_belongs_to_the_id_in_its_name() {
        let mut found = Discovery { runtimes: vec![runtime("my_agent-a1b2c3d4e5")], ..Discovery::default() };
        let own = [
            "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT",
            "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-blue-green",
            "/aws/vendedlogs/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5/APPLICATION_LOGS",
        ];
        let other = [
            "/aws/bedrock-agentcore/runtimes/not_my_agent-a1b2c3d4e5-DEFAULT",
            "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e55-DEFAULT",
            SPANS,
        ];
        found.share_out(own.iter().chain(&other).map(|name| group(name)).collect(), &[]);
        assert_eq!(names(&found.runtimes[0].log_groups), own);
        assert_eq!(names(&found.other_log_groups), other);
        assert!(found.spans().is_some());
    }

    #[test]
    fn a_delivery_decides_before_a_name_and_may_have_several_owners() {
        let mut found = Discovery {
            runtimes: vec![runtime("a-0123456789"), runtime("b-0123456789")],
            ..Discovery::default()
        };
        let delivered: Vec<Delivered> = ["a-0123456789", "b-0123456789", "gone-0123456789"]
            .iter()
            .map(|id| Delivered {
                resource: format!("arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/{id}"),
                delivery: Delivery {
                    log_type: "APPLICATION_LOGS".to_owned(),
                    destination_type: "CWL".to_owned(),
                    destination: Some(
                        "arn:aws:logs:us-east-1:111122223333:log-group:/team/shared".to_owned(),
                    ),
                },
            })
            .collect();
        found.share_out(vec![group("/team/shared")], &delivered);
        assert!(found.runtimes.iter().all(|runtime| runtime.log_groups[0].is_delivered));
        assert!(found.runtimes.iter().all(|runtime| runtime.deliveries.len() == 1));
        assert!(found.other_log_groups.is_empty());
    }

    #[test]
    fn one_missing_permission_is_told_once() {
        let denied = |resource: &str| LiveError::Denied {
            action: "bedrock-agentcore:ListGatewayTargets".to_owned(),
            resource: resource.to_owned(),
        };
        assert_eq!(summed_up(vec![denied("a"), denied("b"), LiveError::NoRegion]).len(), 2);
    }
}
