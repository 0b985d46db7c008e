//! From what is asked for to a plan: accounts opened, names looked up, each source's log groups and neighbours found.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::super::account::{Account, Connection};
use super::super::discovery::{Discovery, Group, discover, log_groups_below};
use super::super::error::LiveError;
use super::super::plan::{GroupPlan, Plan, PrefixPlan, TracePlan};
use super::super::service_clock::{by_clock, told};
use super::choose::{Chosen, Inventory, Listing, choose};
use super::unread::unread;
use super::{Kind, Selection, SelectionError, Wanted};
use crate::model::Timestamp;
use crate::source::recording::{Asked, Origin, Unread};

/// A selection that has been looked up.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What to collect; it may be empty.
    pub plan: Plan,
    /// What a name was taken for and what came along, one sentence each. Names in it come from the service.
    pub notes: Vec<String>,
    /// Sources that cannot be read.
    pub failures: Vec<Failure>,
    /// What a capture is to say of those of which there is nothing in the plan.
    pub unread: Vec<Unread>,
    /// What the capture that is gone on with says so of, and is in the plan now.
    pub read: Vec<(Asked, String)>,
}

/// A source that cannot be read, although the rest can.
#[derive(Clone, Debug)]
pub struct Failure {
    /// As it was written.
    pub source: String,
    /// Why.
    pub error: LiveError,
    /// Where it was looked for; `None` when nobody could be asked there.
    pub origin: Option<Origin>,
}

impl Resolved {
    /// Whether nothing can be collected.
    pub fn is_empty(&self) -> bool {
        let Plan { groups, prefixes, traces, .. } = &self.plan;
        groups.is_empty() && prefixes.is_empty() && traces.is_empty()
    }
}

/// Looks up `selection` as of `now`.
///
/// What the network, credentials or permissions prevent is a [`Failure`] of its source.
///
/// # Errors
/// When other words are needed: a name that means nothing or several things, a window that cannot be.
pub async fn resolve(selection: &Selection, now: Timestamp) -> Result<Resolved, SelectionError> {
    let (since, until) = selection.window.resolve(now, &selection.traces)?;
    let reached = reached_by(selection)?;
    let mut looked_up = JoinSet::new();
    for (place, (connection, wanted)) in reached.iter().enumerate() {
        let (connection, wanted) = (connection.clone(), wanted.clone());
        looked_up.spawn(async move { (place, look_up(&connection, &wanted).await) });
    }
    let mut answers = looked_up.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    let opened = answers.iter().filter_map(|(_, answer)| answer.as_ref().ok());
    let ahead = opened.map(|(account, _)| account.ahead()).find(|ahead| *ahead != 0).unwrap_or_default();
    let (since, until) = match ahead {
        0 => (since, until),
        ahead => selection.window.resolve(by_clock(now, ahead), &selection.traces)?,
    };
    let mut building = Building {
        selection,
        found: BTreeMap::new(),
        notes: told(ahead).into_iter().collect(),
        failures: Vec::new(),
    };
    for (place, answer) in answers {
        let (_, wanted) = &reached[place];
        match answer {
            Ok((account, inventory)) => building.add(account, &inventory, wanted)?,
            Err(error) => building.fail(wanted, &error),
        }
    }
    let Building { found, notes, failures, .. } = building;
    let mut plan = Plan {
        groups: Vec::new(),
        prefixes: Vec::new(),
        traces: Vec::new(),
        since,
        until,
        settle: selection.settle,
        live_tail: selection.window.follow,
        ahead,
    };
    for (account, chosen) in found.into_values() {
        extend(&mut plan, selection, &account, chosen);
    }
    let unread = failures.iter().map(|failure| unread(selection, failure, (since, until))).collect();
    Ok(Resolved { plan, notes, failures, unread, read: Vec::new() })
}

/// The sources by how their accounts are reached, in order of first mention.
fn reached_by(selection: &Selection) -> Result<Vec<(Connection, Vec<Wanted>)>, SelectionError> {
    let mut reached: Vec<(Connection, Vec<Wanted>)> = Vec::new();
    for wanted in &selection.sources {
        let connection = selection.connection_for(wanted)?;
        match reached.iter_mut().find(|(known, _)| *known == connection) {
            Some((_, sources)) => sources.push(wanted.clone()),
            None => reached.push((connection, vec![wanted.clone()])),
        }
    }
    if reached.is_empty() {
        let role_arn = selection.roles.first().cloned();
        reached.push((Connection { role_arn, ..selection.connection.clone() }, Vec::new()));
    }
    Ok(reached)
}

async fn look_up(connection: &Connection, wanted: &[Wanted]) -> Result<(Account, Inventory), LiveError> {
    let account = connection.open().await?;
    let needs_discovery = wanted.iter().any(|wanted| wanted.kind != Kind::LogGroup);
    let discovery = if needs_discovery { discover(&account).await } else { Discovery::default() };
    let mut listings = Vec::new();
    for wanted in wanted {
        listings.push(match wanted.kind {
            Kind::LogGroup => groups_of(&account, wanted).await,
            Kind::Runtime | Kind::Gateway => Listing::default(),
        });
    }
    let (id, region) = (account.id().to_owned(), account.region().to_owned());
    Ok((account, Inventory { account: id, region, discovery, listings }))
}

/// The log groups that a name or prefix means; for a name that means none, what is there instead.
async fn groups_of(account: &Account, wanted: &Wanted) -> Listing {
    if let Some(arn) = wanted.linked(account.id()) {
        // Only its own account could list it.
        return Listing { meant: vec![Group::named(arn, Some(arn))], ..Listing::default() };
    }
    let name = wanted.bare();
    let (groups, problem) = log_groups_below(account, wanted.prefix().unwrap_or(name)).await;
    let meant = |group: &Group| wanted.prefix().is_some() || group.name == name;
    let (meant, mut others): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(meant);
    if meant.is_empty() && others.is_empty() && problem.is_none() {
        let half = name.chars().count() / 2;
        let beginning: String = name.chars().take(half).collect();
        if !beginning.is_empty() {
            others = log_groups_below(account, &beginning).await.0;
        }
    }
    Listing { meant, others, problem }
}

/// A plan in the making; accounts that are reached in two ways are one.
struct Building<'s> {
    selection: &'s Selection,
    found: BTreeMap<(String, String), (Arc<Account>, Chosen)>,
    notes: Vec<String>,
    failures: Vec<Failure>,
}

impl Building<'_> {
    fn add(
        &mut self,
        account: Account,
        inventory: &Inventory,
        wanted: &[Wanted],
    ) -> Result<(), SelectionError> {
        let key = (inventory.account.clone(), inventory.region.clone());
        let origin = account.origin();
        let (_, chosen) = self.found.entry(key).or_insert_with(|| (Arc::new(account), Chosen::default()));
        let outcome = choose(inventory, wanted, chosen)?;
        self.notes.extend(outcome.notes);
        let failures = outcome.failures.into_iter();
        self.failures.extend(failures.map(|failure| Failure { origin: Some(origin.clone()), ..failure }));
        Ok(())
    }

    /// All of an account's sources fail for one reason.
    fn fail(&mut self, wanted: &[Wanted], error: &LiveError) {
        let failure =
            |source: &str| Failure { source: source.to_owned(), error: error.clone(), origin: None };
        self.failures.extend(wanted.iter().map(|wanted| failure(&wanted.name)));
        if wanted.is_empty() {
            self.failures.extend(self.selection.traces.iter().map(|trace| failure(&trace.to_string())));
        }
    }
}

fn extend(plan: &mut Plan, selection: &Selection, account: &Arc<Account>, chosen: Chosen) {
    let traces = chosen.traces(&selection.traces);
    plan.groups.extend(chosen.groups.into_iter().map(|(name, group)| GroupPlan {
        account: Arc::clone(account),
        name,
        arn: group.arn,
        pattern: group.pattern,
    }));
    if plan.until.is_none() {
        let prefix = |prefix| PrefixPlan { account: Arc::clone(account), prefix };
        plan.prefixes.extend(chosen.prefixes.into_iter().map(prefix));
    }
    plan.traces.extend(traces.map(|traces| TracePlan {
        account: Arc::clone(account),
        ids: traces.ids,
        window: None,
        from_logs: traces.from_logs,
        indexed: traces.indexed,
    }));
}
