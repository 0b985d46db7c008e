//! What an account holds in one Region: agent runtimes, gateways with their targets, memories, and the log groups
//! that really exist for each.

use std::collections::BTreeMap;

use aws_sdk_bedrockagentcorecontrol::types::{
    HttpTargetConfiguration, McpTargetConfiguration, TargetConfiguration,
};
use serde::Serialize;

use super::account::Account;
use super::error::{LiveError, classify};
use crate::model::Timestamp;

/// Prefixes of the groups that AgentCore and X-Ray write:
/// <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-view.html>.
const PREFIXES: [&str; 4] =
    ["/aws/bedrock-agentcore/", "/aws/vendedlogs/bedrock-agentcore/", SPANS, "/aws/application-signals/data"];

/// Where X-Ray puts spans once Transaction Search is on. It has no leading slash.
pub const SPANS: &str = "aws/spans";

/// Everything that was found. What could not be listed is in `problems`, the rest is there all the same.
#[derive(Clone, Debug, Default, Serialize)]
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
    /// Groups that belong to none of them: `aws/spans` and those whose names nobody explains.
    pub other_log_groups: Vec<Group>,
    /// What could not be listed, and why.
    pub problems: Vec<String>,
}

/// An agent runtime.
#[derive(Clone, Debug, Serialize)]
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
}

/// An endpoint of a runtime.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
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
}

/// A target of a gateway.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
pub struct Memory {
    /// Id.
    pub id: String,
    /// ARN.
    pub arn: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Its log groups.
    pub log_groups: Vec<Group>,
}

/// A log group that exists.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Group {
    /// Name.
    pub name: String,
    /// ARN without the `:*` at its end.
    pub arn: Option<String>,
    /// Bytes stored, as of some hours ago.
    pub stored_bytes: Option<i64>,
    /// Whether a log delivery says that it belongs here, not only its name.
    pub is_delivered: bool,
}

/// Lists the account in its Region.
pub async fn discover(account: &Account) -> Discovery {
    let mut found = Discovery {
        account: account.id().to_owned(),
        region: account.region().to_owned(),
        ..Discovery::default()
    };
    let (runtimes, gateways, memories, groups, deliveries) = tokio::join!(
        runtimes(account),
        gateways(account),
        memories(account),
        log_groups(account),
        deliveries(account),
    );
    let mut problems = Vec::new();
    found.runtimes = kept(runtimes, &mut problems);
    found.gateways = kept(gateways, &mut problems);
    found.memories = kept(memories, &mut problems);
    let groups = kept(groups, &mut problems);
    let deliveries = kept(deliveries, &mut problems);
    found.problems = problems;
    found.share_out(groups, &deliveries);
    found
}

impl Discovery {
    /// Gives each group to whom a delivery or its name says it belongs.
    fn share_out(&mut self, groups: Vec<Group>, deliveries: &BTreeMap<String, String>) {
        let mut owners: Vec<(&str, &mut Vec<Group>)> = Vec::new();
        owners.extend(self.runtimes.iter_mut().map(|one| (one.id.as_str(), &mut one.log_groups)));
        owners.extend(self.gateways.iter_mut().map(|one| (one.id.as_str(), &mut one.log_groups)));
        owners.extend(self.memories.iter_mut().map(|one| (one.id.as_str(), &mut one.log_groups)));
        for mut group in groups {
            let resource = group.arn.as_ref().and_then(|arn| deliveries.get(arn));
            group.is_delivered = resource.is_some();
            let owner = owners.iter_mut().find(|(id, _)| match resource {
                Some(resource) => resource.ends_with(*id),
                None => names(&group.name, id),
            });
            match owner {
                Some((_, groups)) => groups.push(group),
                None => self.other_log_groups.push(group),
            }
        }
    }
}

/// Whether a group's name speaks of a resource: its id between separators, or before an endpoint's name.
fn names(group: &str, id: &str) -> bool {
    group.match_indices(id).any(|(at, _)| {
        let before = group[..at].chars().next_back();
        let after = group[at + id.len()..].chars().next();
        before.is_none_or(|c| c == '/') && after.is_none_or(|c| c == '/' || c == '-')
    })
}

fn kept<T: Default>((found, problem): (T, Option<LiveError>), problems: &mut Vec<String>) -> T {
    problems.extend(problem.map(|problem| problem.to_string()));
    found
}

/// What was listed before something went wrong, and what went wrong.
type Listed<T> = (T, Option<LiveError>);

/// Collects the pages of a list; a page that fails ends it.
macro_rules! pages {
    ($account:expr, $action:literal, $resource:expr, $paginator:expr, $items:expr) => {{
        let mut pages = $paginator;
        let mut items = Vec::new();
        let mut problem = None;
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => items.extend($items(page)),
                Err(error) => {
                    problem = Some(classify($account.call($action, $resource), &error));
                    break;
                }
            }
        }
        (items, problem)
    }};
}

async fn runtimes(account: &Account) -> Listed<Vec<Runtime>> {
    let (summaries, mut problem) = pages!(
        account,
        "bedrock-agentcore:ListAgentRuntimes",
        "agent runtimes",
        account.control().list_agent_runtimes().into_paginator().send(),
        |page: aws_sdk_bedrockagentcorecontrol::operation::list_agent_runtimes::ListAgentRuntimesOutput| {
            page.agent_runtimes
        }
    );
    let mut runtimes = Vec::new();
    for summary in summaries {
        let (endpoints, failed) = endpoints(account, &summary.agent_runtime_id).await;
        problem = problem.or(failed);
        runtimes.push(Runtime {
            updated: instant(&summary.last_updated_at),
            id: summary.agent_runtime_id,
            name: summary.agent_runtime_name,
            arn: summary.agent_runtime_arn,
            version: summary.agent_runtime_version,
            status: summary.status.as_str().to_owned(),
            endpoints,
            log_groups: Vec::new(),
        });
    }
    runtimes.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    (runtimes, problem)
}

async fn endpoints(account: &Account, runtime: &str) -> Listed<Vec<Endpoint>> {
    let (listed, problem) = pages!(
        account,
        "bedrock-agentcore:ListAgentRuntimeEndpoints",
        runtime,
        account.control().list_agent_runtime_endpoints().agent_runtime_id(runtime).into_paginator().send(),
        |page: aws_sdk_bedrockagentcorecontrol::operation::list_agent_runtime_endpoints::ListAgentRuntimeEndpointsOutput| {
            page.runtime_endpoints
        }
    );
    let mut endpoints: Vec<Endpoint> = listed
        .into_iter()
        .map(|endpoint| Endpoint {
            name: endpoint.name,
            live_version: endpoint.live_version,
            target_version: endpoint.target_version,
            status: endpoint.status.as_str().to_owned(),
        })
        .collect();
    endpoints.sort_by(|a, b| a.name.cmp(&b.name));
    (endpoints, problem)
}

async fn gateways(account: &Account) -> Listed<Vec<Gateway>> {
    let (summaries, mut problem) = pages!(
        account,
        "bedrock-agentcore:ListGateways",
        "gateways",
        account.control().list_gateways().into_paginator().send(),
        |page: aws_sdk_bedrockagentcorecontrol::operation::list_gateways::ListGatewaysOutput| page.items
    );
    let mut gateways = Vec::new();
    for summary in summaries {
        let (targets, failed) = targets(account, &summary.gateway_id).await;
        problem = problem.or(failed);
        gateways.push(Gateway {
            id: summary.gateway_id,
            name: summary.name,
            status: summary.status.as_str().to_owned(),
            authorizer: summary.authorizer_type.as_str().to_owned(),
            targets,
            log_groups: Vec::new(),
        });
    }
    gateways.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    (gateways, problem)
}

async fn targets(account: &Account, gateway: &str) -> Listed<Vec<Target>> {
    let (summaries, mut problem) = pages!(
        account,
        "bedrock-agentcore:ListGatewayTargets",
        gateway,
        account.control().list_gateway_targets().gateway_identifier(gateway).into_paginator().send(),
        |page: aws_sdk_bedrockagentcorecontrol::operation::list_gateway_targets::ListGatewayTargetsOutput| {
            page.items
        }
    );
    let mut targets = Vec::new();
    for summary in summaries {
        let request = account.control().get_gateway_target().gateway_identifier(gateway);
        let (reasons, runtime) = match request.target_id(&summary.target_id).send().await {
            Ok(target) => (
                target.status_reasons.unwrap_or_default(),
                target.target_configuration.as_ref().and_then(runtime_of),
            ),
            Err(error) => {
                let call = account.call("bedrock-agentcore:GetGatewayTarget", &summary.target_id);
                problem = problem.or(Some(classify(call, &error)));
                (Vec::new(), None)
            }
        };
        targets.push(Target {
            last_synchronized: summary.last_synchronized_at.as_ref().and_then(instant),
            kind: summary.target_type.map(|kind| kind.as_str().to_owned()),
            id: summary.target_id,
            name: summary.name,
            status: summary.status.as_str().to_owned(),
            reasons,
            runtime,
        });
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    (targets, problem)
}

/// The agent runtime behind a target: named by ARN, or inside the URL of its MCP endpoint.
fn runtime_of(configuration: &TargetConfiguration) -> Option<String> {
    match configuration {
        TargetConfiguration::Http(HttpTargetConfiguration::AgentcoreRuntime(runtime)) => {
            Some(runtime.arn.clone())
        }
        TargetConfiguration::Mcp(McpTargetConfiguration::McpServer(server)) => {
            runtime_in_url(&server.endpoint)
        }
        _ => None,
    }
}

/// `…/runtimes/<ARN, percent-encoded>/invocations?qualifier=…`
fn runtime_in_url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/runtimes/")?;
    let segment = rest.split(['/', '?']).next()?;
    let decoded = segment.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/");
    (!decoded.is_empty()).then_some(decoded)
}

async fn memories(account: &Account) -> Listed<Vec<Memory>> {
    let (listed, problem) = pages!(
        account,
        "bedrock-agentcore:ListMemories",
        "memories",
        account.control().list_memories().into_paginator().send(),
        |page: aws_sdk_bedrockagentcorecontrol::operation::list_memories::ListMemoriesOutput| page.memories
    );
    let mut memories: Vec<Memory> = listed
        .into_iter()
        .map(|memory| Memory {
            id: memory.id.unwrap_or_default(),
            arn: memory.arn,
            status: memory.status.map(|status| status.as_str().to_owned()),
            log_groups: Vec::new(),
        })
        .collect();
    memories.sort_by(|a, b| a.id.cmp(&b.id));
    (memories, problem)
}

/// Every group below the known prefixes, by name.
async fn log_groups(account: &Account) -> Listed<Vec<Group>> {
    let mut all = Vec::new();
    let mut failed = None;
    for prefix in PREFIXES {
        let (listed, problem) = pages!(
            account,
            "logs:DescribeLogGroups",
            prefix,
            account.logs().describe_log_groups().log_group_name_prefix(prefix).into_paginator().send(),
            |page: aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput| {
                page.log_groups.unwrap_or_default()
            }
        );
        failed = failed.or(problem);
        all.extend(listed);
    }
    let mut groups: Vec<Group> = all
        .into_iter()
        .filter_map(|group| {
            let arn = group.log_group_arn.or(group.arn);
            Some(Group {
                name: group.log_group_name?,
                arn: arn.map(|arn| arn.trim_end_matches(":*").to_owned()),
                stored_bytes: group.stored_bytes,
                is_delivered: false,
            })
        })
        .collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    groups.dedup_by(|a, b| a.name == b.name);
    (groups, failed)
}

/// From the ARN of a log group to the ARN of the resource whose logs are delivered to it.
async fn deliveries(account: &Account) -> Listed<BTreeMap<String, String>> {
    let logs = account.logs();
    let (sources, first) = pages!(
        account,
        "logs:DescribeDeliverySources",
        "delivery sources",
        logs.describe_delivery_sources().into_paginator().send(),
        |page: aws_sdk_cloudwatchlogs::operation::describe_delivery_sources::DescribeDeliverySourcesOutput| {
            page.delivery_sources.unwrap_or_default()
        }
    );
    let (deliveries, second) = pages!(
        account,
        "logs:DescribeDeliveries",
        "deliveries",
        logs.describe_deliveries().into_paginator().send(),
        |page: aws_sdk_cloudwatchlogs::operation::describe_deliveries::DescribeDeliveriesOutput| {
            page.deliveries.unwrap_or_default()
        }
    );
    let (destinations, third) = pages!(
        account,
        "logs:DescribeDeliveryDestinations",
        "delivery destinations",
        logs.describe_delivery_destinations().into_paginator().send(),
        |page: aws_sdk_cloudwatchlogs::operation::describe_delivery_destinations::DescribeDeliveryDestinationsOutput| {
            page.delivery_destinations.unwrap_or_default()
        }
    );
    let resources: BTreeMap<String, String> = sources
        .into_iter()
        .filter_map(|source| Some((source.name?, source.resource_arns?.into_iter().next()?)))
        .collect();
    let groups: BTreeMap<String, String> = destinations
        .into_iter()
        .filter_map(|destination| {
            let group = destination.delivery_destination_configuration?.destination_resource_arn;
            Some((destination.arn?, group.trim_end_matches(":*").to_owned()))
        })
        .collect();
    let joined = deliveries.into_iter().filter_map(|delivery| {
        let resource = resources.get(&delivery.delivery_source_name?)?;
        let group = groups.get(&delivery.delivery_destination_arn?)?;
        Some((group.clone(), resource.clone()))
    });
    (joined.collect(), first.or(second).or(third))
}

fn instant(at: &aws_sdk_cloudwatchlogs::primitives::DateTime) -> Option<Timestamp> {
    i64::try_from(at.as_nanos()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_belongs_to_the_id_in_its_name() {
        let runtime = "my_agent-a1b2c3d4e5";
        assert!(names("/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT", runtime));
        assert!(names(
            "/aws/vendedlogs/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5/APPLICATION_LOGS",
            runtime
        ));
        assert!(!names("/aws/bedrock-agentcore/runtimes/not_my_agent-a1b2c3d4e5-DEFAULT", runtime));
        assert!(!names("/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e55-DEFAULT", runtime));
    }

    #[test]
    fn the_runtime_behind_a_target_is_in_its_url() {
        let url = "https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A111122223333%3Aruntime%2Fx-0123456789/invocations?qualifier=DEFAULT";
        assert_eq!(
            runtime_in_url(url).as_deref(),
            Some("arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/x-0123456789")
        );
        assert_eq!(runtime_in_url("https://example.com/mcp"), None);
    }
}
