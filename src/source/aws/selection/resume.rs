//! From a capture back to a plan: the manifest says what was being collected, and how its accounts were reached.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::super::account::{Account, Connection};
use super::super::plan::{GroupPlan, Plan, PrefixPlan, TracePlan};
use super::{Failure, Resolved, SelectionError};
use crate::model::{Timestamp, TraceId};
use crate::source::recording::{Kind, Manifest, Origin, Recorded};

/// The plan that goes on with a capture. `connection` may name another endpoint, and a profile or role in place of those
/// that the capture knows; `follow` goes on until stopped, else each source ends where it was to end, or now.
///
/// # Errors
/// When the manifest names no source.
pub async fn resume(
    manifest: &Manifest,
    connection: &Connection,
    now: Timestamp,
    follow: bool,
) -> Result<Resolved, SelectionError> {
    let mut accounts: BTreeMap<String, Result<Arc<Account>, Failure>> = BTreeMap::new();
    let origins = manifest.sources.iter().map(|source| (&source.origin, source.name.as_str()));
    let watched = manifest.prefixes.iter().map(|watched| (&watched.origin, watched.prefix.as_str()));
    for (origin, name) in origins.chain(watched) {
        if let Entry::Vacant(unknown) = accounts.entry(key(origin)) {
            let opened = reach(origin, connection).open().await;
            let failed = |error| Failure { source: name.to_owned(), error };
            unknown.insert(opened.map(Arc::new).map_err(failed));
        }
    }
    let account = |origin: &Origin| match accounts.get(&key(origin)) {
        Some(Ok(account)) => Some(Arc::clone(account)),
        _ => None,
    };
    let since = manifest.sources.iter().filter_map(|source| source.since).min().unwrap_or(now);
    let ends = manifest.sources.iter().map(|source| source.until).collect::<Option<Vec<Timestamp>>>();
    let end = ends.and_then(|ends| ends.into_iter().max()).unwrap_or(now);
    let mut plan = Plan {
        groups: Vec::new(),
        prefixes: Vec::new(),
        traces: Vec::new(),
        since,
        until: (!follow).then_some(end),
        settle: false,
        live_tail: follow,
    };
    for source in &manifest.sources {
        let Some(account) = account(&source.origin) else { continue };
        match source.kind {
            Kind::LogGroup => plan.groups.push(GroupPlan {
                account,
                name: source.name.clone(),
                arn: None,
                pattern: source.pattern.clone(),
            }),
            Kind::Traces => plan.traces.push(traces(account, source)),
        }
    }
    if follow {
        for watched in &manifest.prefixes {
            let Some(account) = account(&watched.origin) else { continue };
            plan.prefixes.push(PrefixPlan { account, prefix: watched.prefix.clone() });
        }
    }
    let failures = accounts.into_values().filter_map(Result::err).collect();
    Ok(Resolved { plan, notes: Vec::new(), failures })
}

/// What was asked for; a capture that does not say was for the traces that its log events name.
fn traces(account: Arc<Account>, source: &Recorded) -> TracePlan {
    let asked = source.traces.as_ref();
    let ids = asked.map_or(&[][..], |asked| &asked.ids);
    TracePlan {
        account,
        ids: ids.iter().filter_map(|id| TraceId::parse(id.as_bytes())).collect(),
        window: None,
        from_logs: asked.is_none_or(|asked| asked.from_logs),
        indexed: asked.and_then(|asked| asked.indexed.clone()),
    }
}

fn key(origin: &Origin) -> String {
    format!("{origin:?}")
}

fn reach(origin: &Origin, connection: &Connection) -> Connection {
    Connection {
        profile: connection.profile.clone().or_else(|| origin.profile.clone()),
        region: Some(origin.region.clone()),
        endpoint_url: connection.endpoint_url.clone(),
        role_arn: connection.role_arn.clone().or_else(|| origin.role_arn.clone()),
    }
}
