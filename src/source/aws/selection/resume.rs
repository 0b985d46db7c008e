//! From a capture back to a plan: the manifest says what was being collected, and how its accounts were reached.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::super::account::{Account, Connection};
use super::super::error::LiveError;
use super::super::plan::{GroupPlan, Plan, PrefixPlan, TracePlan};
use super::super::service_clock::{by_clock, told};
use super::unread::again;
use super::{Failure, Resolved, SelectionError, resolve};
use crate::model::{Timestamp, TraceId};
use crate::source::recording::{Kind, Manifest, Origin, Recorded, Unread};

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
            let failed = |error| Failure { source: name.to_owned(), error, origin: None };
            unknown.insert(opened.map(Arc::new).map_err(failed));
        }
    }
    let opened = accounts.values().filter_map(|account| account.as_ref().ok());
    let ahead = opened.map(|account| account.ahead()).find(|ahead| *ahead != 0).unwrap_or_default();
    let notes: Vec<String> = told(ahead).into_iter().collect();
    let (ours, now) = (now, by_clock(now, ahead));
    let account = |origin: &Origin| match accounts.get(&key(origin)) {
        Some(Ok(account)) => Some(Arc::clone(account)),
        _ => None,
    };
    let since = manifest.sources.iter().filter_map(|source| source.since).min().unwrap_or(now);
    let unread = manifest.unread.iter().map(|unread| unread.gap.end);
    let ends = manifest.sources.iter().map(|source| source.until).chain(unread);
    let ends = ends.collect::<Option<Vec<Timestamp>>>();
    let end = ends.and_then(|ends| ends.into_iter().max()).unwrap_or(now);
    let mut plan = Plan {
        groups: Vec::new(),
        prefixes: Vec::new(),
        traces: Vec::new(),
        since,
        until: (!follow).then_some(end),
        settle: false,
        live_tail: follow,
        ahead,
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
    let mut resolved = Resolved { plan, notes, failures, unread: Vec::new(), read: Vec::new() };
    for unread in &manifest.unread {
        look_up_again(unread, connection, ours, follow, &mut resolved).await;
    }
    Ok(resolved)
}

/// Adds what an earlier run could not look up. What it still cannot stays what it is to the capture.
async fn look_up_again(
    unread: &Unread,
    connection: &Connection,
    now: Timestamp,
    follow: bool,
    resolved: &mut Resolved,
) {
    let more = match resolve(&again(unread, connection, follow), now).await {
        Ok(more) => more,
        Err(error) => {
            let error = LiveError::Other { action: "looking it up".to_owned(), reason: error.to_string() };
            resolved.failures.push(Failure { source: unread.name.clone(), error, origin: None });
            return;
        }
    };
    let (plan, found) = (&mut resolved.plan, more.plan);
    plan.since = plan.since.min(found.since);
    plan.groups.extend(found.groups);
    for prefix in found.prefixes {
        let is_known =
            |known: &PrefixPlan| known.prefix == prefix.prefix && is_one(&known.account, &prefix.account);
        if !plan.prefixes.iter().any(is_known) {
            plan.prefixes.push(prefix);
        }
    }
    for traces in found.traces {
        match plan.traces.iter_mut().find(|known| is_one(&known.account, &traces.account)) {
            Some(known) => extend(known, traces),
            None => plan.traces.push(traces),
        }
    }
    resolved.notes.extend(more.notes);
    if more.failures.is_empty() {
        resolved.read.push((unread.kind, unread.name.clone()));
    }
    resolved.failures.extend(more.failures);
    resolved.unread.extend(more.unread);
}

fn is_one(a: &Account, b: &Account) -> bool {
    (a.id(), a.region()) == (b.id(), b.region())
}

fn extend(known: &mut TracePlan, more: TracePlan) {
    known.ids.extend(more.ids);
    known.from_logs |= more.from_logs;
    known.indexed = match (known.indexed.take(), more.indexed) {
        // An empty expression is everything.
        (Some(a), Some(b)) if !a.is_empty() && !b.is_empty() => Some(format!("{a} OR {b}")),
        (Some(_), Some(_)) => Some(String::new()),
        (a, b) => a.or(b),
    };
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
