//! Asks AWS: one function for each thing that the probes want to know.

mod caller;
mod gateway;
mod groups;
mod role;
mod runtime;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::{DeliverySource as Source, PolicyScope};
use aws_sdk_xray::types::IndexingRuleValue;

use super::answers::{Answer, Answers, Deliveries, Delivery, DeliverySource, Destination, IndexingRule};
use crate::model::{Refusal, Timestamp};
use crate::source::aws::account::Account;
use crate::source::aws::discovery::SPANS;
use caller::Caller;

/// How long all questions together may take.
const LIMIT: Duration = Duration::from_mins(1);

/// Pages of a list without a paginator: more than any quota allows.
const MAX_PAGES: usize = 20;

/// A resource to ask about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name, where it is known.
    pub name: Option<String>,
}

/// Asks everything about the account and these resources. `asked` is the present time.
pub async fn ask(account: &Account, runtimes: Vec<Named>, gateways: Vec<Named>, asked: Timestamp) -> Answers {
    let caller = Caller::new(account, LIMIT);
    let (destination, indexing, spans, policies, spans_policy, deliveries, runtimes) = tokio::join!(
        destination(&caller),
        indexing(&caller),
        groups::newest(&caller, SPANS),
        policies(&caller),
        spans_policy(&caller),
        deliveries(&caller),
        caller.each(runtimes, runtime::ask),
    );
    let known = runtime::updates(&runtimes);
    let (delivered, known) = (&deliveries, &known);
    let gateways = caller
        .each(gateways, move |caller, named| gateway::ask(caller, named, delivered.clone(), known.clone()))
        .await;
    Answers {
        account: account.id().to_owned(),
        region: account.region().to_owned(),
        caller: account.caller().to_owned(),
        asked,
        destination,
        indexing,
        spans,
        policies,
        spans_policy,
        deliveries,
        runtimes,
        gateways,
        neighbours: Vec::new(),
        unlisted: Vec::new(),
        left_out: 0,
    }
}

async fn destination(caller: &Caller) -> Answer<Destination> {
    let call = caller.account.xray().get_trace_segment_destination().send();
    let answer = caller.ask("xray:GetTraceSegmentDestination", "the trace segment destination", call).await?;
    Ok(Destination {
        destination: answer.destination.map(|destination| destination.as_str().to_owned()),
        status: answer.status.map(|status| status.as_str().to_owned()),
    })
}

async fn indexing(caller: &Caller) -> Answer<Vec<IndexingRule>> {
    let xray = caller.account.xray();
    let (mut rules, mut token) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let call = xray.get_indexing_rules().set_next_token(token.take()).send();
        let page = caller.ask("xray:GetIndexingRules", "the indexing rules", call).await?;
        rules.extend(page.indexing_rules.unwrap_or_default().into_iter().map(|rule| {
            let probabilistic = match &rule.rule {
                Some(IndexingRuleValue::Probabilistic(value)) => Some(value),
                _ => None,
            };
            IndexingRule {
                desired: probabilistic.map(|value| value.desired_sampling_percentage),
                actual: probabilistic.and_then(|value| value.actual_sampling_percentage),
                name: rule.name.unwrap_or_default(),
            }
        }));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(rules)
}

async fn policies(caller: &Caller) -> Answer<Vec<String>> {
    let logs = caller.account.logs();
    let (mut documents, mut token) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let call = logs.describe_resource_policies().set_next_token(token.take()).send();
        let page = caller.ask("logs:DescribeResourcePolicies", "the resource policies", call).await?;
        let policies = page.resource_policies.unwrap_or_default().into_iter();
        documents.extend(policies.filter_map(|policy| policy.policy_document));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(documents)
}

/// The policy of the group `aws/spans` itself; none when there is no such group.
async fn spans_policy(caller: &Caller) -> Answer<Option<String>> {
    let account = &caller.account;
    let arn = format!(
        "arn:{}:logs:{}:{}:log-group:{SPANS}",
        super::partition(account.caller()),
        account.region(),
        account.id()
    );
    let call = account.logs().describe_resource_policies();
    let call = call.policy_scope(PolicyScope::Resource).resource_arn(arn).send();
    match caller.ask("logs:DescribeResourcePolicies", SPANS, call).await {
        Ok(page) => {
            let mut policies = page.resource_policies.unwrap_or_default().into_iter();
            Ok(policies.find_map(|policy| policy.policy_document))
        }
        Err(call) if call.refusal == Refusal::NotFound => Ok(None),
        Err(call) => Err(call),
    }
}

async fn deliveries(caller: &Caller) -> Answer<Deliveries> {
    let logs = caller.account.logs();
    let sources = logs.describe_delivery_sources().into_paginator().items().send().try_collect();
    let joined = logs.describe_deliveries().into_paginator().items().send().try_collect();
    let destinations = logs.describe_delivery_destinations().into_paginator().items().send().try_collect();
    let (sources, joined, destinations) = tokio::join!(
        caller.ask("logs:DescribeDeliverySources", "delivery sources", sources),
        caller.ask("logs:DescribeDeliveries", "deliveries", joined),
        caller.ask("logs:DescribeDeliveryDestinations", "delivery destinations", destinations),
    );
    let joined = joined?.into_iter().filter_map(|one| {
        Some(Delivery {
            source: one.delivery_source_name?,
            kind: one.delivery_destination_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            destination: one.delivery_destination_arn?,
            fields: one.record_fields.unwrap_or_default(),
        })
    });
    let destinations = destinations?.into_iter().filter_map(|one| {
        let behind = one.delivery_destination_configuration?.destination_resource_arn;
        Some((one.arn?, behind)).filter(|(_, behind)| !behind.is_empty())
    });
    Ok(Deliveries {
        sources: sources?.into_iter().flat_map(source).collect(),
        deliveries: joined.collect(),
        destinations: destinations.collect::<BTreeMap<_, _>>(),
    })
}

fn source(source: Source) -> Vec<DeliverySource> {
    let (name, log_type) = (source.name.unwrap_or_default(), source.log_type.unwrap_or_default());
    let status = source.status.map(|status| status.as_str().to_owned());
    let reason = source.status_reason.map(|reason| reason.as_str().to_owned());
    let of = |resource| DeliverySource {
        name: name.clone(),
        resource,
        log_type: log_type.clone(),
        status: status.clone(),
        reason: reason.clone(),
    };
    source.resource_arns.unwrap_or_default().into_iter().map(of).collect()
}

/// A time of the control plane.
fn instant(at: &aws_sdk_bedrockagentcorecontrol::primitives::DateTime) -> Option<Timestamp> {
    i64::try_from(at.as_nanos()).ok().map(Timestamp)
}
