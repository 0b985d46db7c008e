//! Log groups that exist, and log deliveries.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatchlogs::operation::{
    describe_deliveries::DescribeDeliveriesOutput,
    describe_delivery_destinations::DescribeDeliveryDestinationsOutput,
    describe_delivery_sources::DescribeDeliverySourcesOutput, describe_log_groups::DescribeLogGroupsOutput,
};
use aws_sdk_cloudwatchlogs::types::LogGroup;

use super::super::error::classify;
use super::found::{Delivery, Group};
use super::lister::{Listed, Lister, pages};
use super::{APPLICATION_SIGNALS, SPANS};
use crate::model::Timestamp;

/// Prefixes of the groups that AgentCore and X-Ray write:
/// <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-view.html>.
const PREFIXES: [&str; 4] =
    ["/aws/bedrock-agentcore/", "/aws/vendedlogs/bedrock-agentcore/", SPANS, APPLICATION_SIGNALS];

/// Entries of a page; the most that each of these calls allows.
const PAGE: i32 = 50;

/// A log delivery, with whose logs it delivers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Delivered {
    /// ARN of the resource.
    pub(super) resource: String,
    pub(super) delivery: Delivery,
}

/// Every group below the known prefixes and every group in `delivered`, by name.
pub(super) async fn log_groups(lister: &Lister, delivered: &[Delivered]) -> Listed<Group> {
    let mut prefixes: BTreeSet<String> = PREFIXES.iter().map(|&prefix| prefix.to_owned()).collect();
    let elsewhere =
        delivered.iter().filter_map(|delivered| group_name(delivered.delivery.destination.as_deref()?));
    prefixes.extend(
        elsewhere.filter(|name| !PREFIXES.iter().any(|prefix| name.starts_with(prefix))).map(str::to_owned),
    );
    let asked = lister.each(prefixes.into_iter().collect(), |lister, prefix| async move {
        let mut listed = below(&lister, &prefix).await;
        // A group that a delivery names is meant alone, not those whose names go on from it.
        listed.items.retain(|group| PREFIXES.contains(&prefix.as_str()) || group.name == prefix);
        listed
    });
    let mut all = Listed { items: Vec::new(), problems: Vec::new() };
    for listed in asked.await {
        all.items.extend(listed.items);
        all.problems.extend(listed.problems);
    }
    all.items.sort_by(|a, b| a.name.cmp(&b.name));
    all.items.dedup_by(|a, b| a.name == b.name);
    all
}

/// The groups whose names begin with `prefix`.
pub(super) async fn below(lister: &Lister, prefix: &str) -> Listed<Group> {
    let logs = lister.account.logs();
    let Listed { items, problems } = pages!(
        lister,
        "logs:DescribeLogGroups",
        prefix,
        logs.describe_log_groups().log_group_name_prefix(prefix).limit(PAGE),
        |page: DescribeLogGroupsOutput| page.log_groups.unwrap_or_default()
    );
    Listed { items: items.into_iter().filter_map(group).collect(), problems }
}

fn group(group: LogGroup) -> Option<Group> {
    let arn = group.log_group_arn.or(group.arn);
    Some(Group {
        name: group.log_group_name?,
        arn: arn.map(|arn| arn.trim_end_matches(":*").to_owned()),
        stored_bytes: group.stored_bytes,
        created: group.creation_time.and_then(Timestamp::from_millis),
        retention_days: group.retention_in_days,
        is_delivered: false,
    })
}

/// Every log delivery whose source and destination are known.
pub(super) async fn deliveries(lister: &Lister) -> Listed<Delivered> {
    let logs = lister.account.logs();
    let sources = async {
        pages!(
            lister,
            "logs:DescribeDeliverySources",
            "delivery sources",
            logs.describe_delivery_sources().limit(PAGE),
            |page: DescribeDeliverySourcesOutput| page.delivery_sources.unwrap_or_default()
        )
    };
    let deliveries = async {
        pages!(
            lister,
            "logs:DescribeDeliveries",
            "deliveries",
            logs.describe_deliveries().limit(PAGE),
            |page: DescribeDeliveriesOutput| page.deliveries.unwrap_or_default()
        )
    };
    let destinations = async {
        pages!(
            lister,
            "logs:DescribeDeliveryDestinations",
            "delivery destinations",
            logs.describe_delivery_destinations().limit(PAGE),
            |page: DescribeDeliveryDestinationsOutput| page.delivery_destinations.unwrap_or_default()
        )
    };
    let (sources, deliveries, destinations) = tokio::join!(sources, deliveries, destinations);
    let mut problems = Vec::new();
    let sources: BTreeMap<String, (Vec<String>, String)> = sources
        .keep(&mut problems)
        .into_iter()
        .filter_map(|source| {
            Some((
                source.name?,
                (source.resource_arns.unwrap_or_default(), source.log_type.unwrap_or_default()),
            ))
        })
        .collect();
    let destinations: BTreeMap<String, Option<String>> = destinations
        .keep(&mut problems)
        .into_iter()
        .filter_map(|destination| {
            let configured = destination.delivery_destination_configuration;
            let to = configured.map(|configured| configured.destination_resource_arn);
            Some((destination.arn?, to.map(|arn| arn.trim_end_matches(":*").to_owned())))
        })
        .collect();
    let mut joined = Vec::new();
    for one in deliveries.keep(&mut problems) {
        let source = one.delivery_source_name.and_then(|name| sources.get(&name));
        let Some((resources, log_type)) = source else { continue };
        let destination =
            one.delivery_destination_arn.and_then(|arn| destinations.get(&arn).cloned().flatten());
        let destination_type = one.delivery_destination_type.map(|kind| kind.as_str().to_owned());
        let delivery = Delivery {
            log_type: log_type.clone(),
            destination_type: destination_type.unwrap_or_default(),
            destination: destination.filter(|arn| !arn.is_empty()),
        };
        joined.extend(
            resources
                .iter()
                .map(|resource| Delivered { resource: resource.clone(), delivery: delivery.clone() }),
        );
    }
    joined.sort();
    Listed { items: joined, problems }
}

/// The name in `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, which may end in `:*`.
pub(super) fn group_name(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(7, ':');
    let is_logs = parts.next() == Some("arn") && parts.nth(1) == Some("logs");
    let is_group = parts.nth(2) == Some("log-group");
    let name = parts.next()?.trim_end_matches(":*");
    (is_logs && is_group && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_by_its_arn() {
        assert_eq!(group_name("arn:aws:logs:us-east-1:111122223333:log-group:/aws/x"), Some("/aws/x"));
        assert_eq!(group_name("arn:aws:logs:us-east-1:111122223333:log-group:/aws/x:*"), Some("/aws/x"));
        assert_eq!(group_name("arn:aws:s3:::bucket"), None);
        assert_eq!(group_name("arn:aws:logs:us-east-1:111122223333:delivery-source:x"), None);
    }
}
