//! Log groups that appear under a prefix while a collection runs.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::error::{LiveError, classify};
use super::news::News;
use super::plan::{GroupPlan, PrefixPlan};
use crate::model::Timestamp;

/// How often they are looked for.
const LOOK: Duration = Duration::from_secs(20);

/// Longest wait after faults in a row.
const LONGEST: Duration = Duration::from_mins(5);

/// Tells `news`, as `source`, of every group under `prefix` that is not `known`, until nobody listens. `now` is the clock.
pub(super) async fn watch(
    prefix: PrefixPlan,
    source: usize,
    mut known: BTreeSet<String>,
    news: mpsc::Sender<News>,
    now: impl Fn() -> Timestamp + Send,
) {
    let mut wait = LOOK;
    loop {
        let told = match list(&prefix).await {
            Ok(groups) => {
                wait = LOOK;
                appeared(&prefix, groups, &mut known, &news).await
                    && news.send(News::Listed(source)).await.is_ok()
            }
            Err(error) => {
                wait = (wait * 2).min(LONGEST);
                let retry_at = Some(now().plus(wait));
                news.send(News::Fault { source, error, retry_at }).await.is_ok()
            }
        };
        if !told {
            return;
        }
        sleep(wait).await;
    }
}

/// Tells of those that are new. Whether somebody listens.
async fn appeared(
    prefix: &PrefixPlan,
    groups: Vec<(String, Option<String>)>,
    known: &mut BTreeSet<String>,
    news: &mpsc::Sender<News>,
) -> bool {
    for (name, arn) in groups {
        if !known.insert(name.clone()) {
            continue;
        }
        let plan = GroupPlan { account: prefix.account.clone(), name, arn, pattern: None };
        if news.send(News::Appeared(plan)).await.is_err() {
            return false;
        }
    }
    true
}

/// Name and ARN of every group under a prefix.
async fn list(prefix: &PrefixPlan) -> Result<Vec<(String, Option<String>)>, LiveError> {
    let account = &prefix.account;
    let request = account.logs_once().describe_log_groups().log_group_name_prefix(&prefix.prefix);
    let mut pages = request.into_paginator().send();
    let mut groups = Vec::new();
    while let Some(page) = pages.next().await {
        let call = account.call("logs:DescribeLogGroups", &prefix.prefix);
        let page = page.map_err(|error| classify(call, &error))?;
        groups.extend(
            page.log_groups
                .unwrap_or_default()
                .into_iter()
                .filter_map(|group| Some((group.log_group_name?, group.log_group_arn.or(group.arn)))),
        );
    }
    Ok(groups)
}
