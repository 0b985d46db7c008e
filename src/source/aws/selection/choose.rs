//! Which log groups, prefixes and traces of an account are meant. Everything is known here; nothing is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::super::discovery::{Discovery, Gateway, Group, Runtime, SPANS, ids_in};
use super::super::error::LiveError;
use super::names::{self, Named};
use super::{Failure, Kind, SelectionError, Wanted};
use crate::model::TraceId;
use crate::model::shell_word;

/// Longest filter pattern:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>.
const MAX_PATTERN: usize = 1_024;

/// What an account holds, as far as the sources need it.
#[derive(Clone, Debug, Default)]
pub(super) struct Inventory {
    pub(super) account: String,
    pub(super) region: String,
    /// Empty when no runtime or gateway is wanted.
    pub(super) discovery: Discovery,
    /// For each wanted source, in order; empty for runtimes and gateways.
    pub(super) listings: Vec<Listing>,
}

/// The log groups behind a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    pub(super) meant: Vec<Group>,
    /// Names that begin alike.
    pub(super) others: Vec<Group>,
    pub(super) problem: Option<LiveError>,
}

/// What is chosen of an account.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// By name.
    pub(super) groups: BTreeMap<String, ChosenGroup>,
    pub(super) prefixes: BTreeSet<String>,
    /// Ids of runtimes and gateways.
    ids: BTreeSet<String>,
    /// What their nodes are called in X-Ray.
    services: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ChosenGroup {
    pub(super) arn: Option<String>,
    pub(super) pattern: Option<String>,
}

/// Which traces of an account to fetch.
pub(super) struct ChosenTraces {
    pub(super) ids: Vec<TraceId>,
    pub(super) from_logs: bool,
    pub(super) indexed: Option<String>,
}

/// What there is to say about a choice.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) notes: Vec<String>,
    pub(super) failures: Vec<Failure>,
}

impl Named for Runtime {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Gateway {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Chosen {
    fn add_group(&mut self, group: &Group, pattern: Option<&str>) {
        let known = self.groups.entry(group.name.clone());
        // A group that is wanted whole stays so.
        let chosen = known
            .or_insert_with(|| ChosenGroup { arn: group.arn.clone(), pattern: pattern.map(str::to_owned) });
        if pattern.is_none() {
            chosen.pattern = None;
        }
    }

    fn add_runtime(&mut self, runtime: &Runtime) {
        self.ids.insert(runtime.id.clone());
        for group in &runtime.log_groups {
            self.add_group(group, None);
        }
        self.prefixes.insert(format!("/aws/bedrock-agentcore/runtimes/{}-", runtime.id));
        for endpoint in &runtime.endpoints {
            self.services.insert(format!("{}.{}", runtime.name, endpoint.name));
        }
    }

    fn add_gateway(&mut self, gateway: &Gateway) {
        self.ids.insert(gateway.id.clone());
        for group in &gateway.log_groups {
            self.add_group(group, None);
        }
        self.services.insert(gateway.id.clone());
    }

    /// The spans that name one of the resources. Others of the same traces come with their traces.
    fn add_spans(&mut self, spans: Option<&Group>) {
        if let (Some(spans), Some(pattern)) = (spans, any_of(&self.ids)) {
            // Asked for anew: more ids may be known than before.
            if self.groups.get(SPANS).is_none_or(|known| known.pattern.is_some()) {
                self.groups.remove(SPANS);
                self.add_group(spans, Some(&pattern));
            }
        }
    }

    /// The traces to fetch, when there is a way to know any.
    pub(super) fn traces(&self, ids: &[TraceId]) -> Option<ChosenTraces> {
        let from_logs = !self.groups.is_empty() || !self.prefixes.is_empty();
        // Nodes of the service map: <https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html>.
        let plain = |name: &&String| !name.contains(['"', '\\']);
        let services: Vec<String> =
            self.services.iter().filter(plain).take(10).map(|name| format!("service(\"{name}\")")).collect();
        let indexed = Some(services.join(" OR ")).filter(|expression| !expression.is_empty());
        (from_logs || !ids.is_empty()).then(|| ChosenTraces { ids: ids.to_vec(), from_logs, indexed })
    }
}

/// A pattern that each event with one of `ids` in it matches. `None` when it would be too long.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
fn any_of(ids: &BTreeSet<String>) -> Option<String> {
    let terms: Vec<String> =
        ids.iter().filter(|id| !id.contains(['"', '\\'])).map(|id| format!("?\"{id}\"")).collect();
    let pattern = match terms.as_slice() {
        [] => return None,
        // A single optional term is none.
        [one] => one.trim_start_matches('?').to_owned(),
        several => several.join(" "),
    };
    (pattern.len() <= MAX_PATTERN).then_some(pattern)
}

/// Adds to `chosen` what `wanted` means in an account.
///
/// # Errors
/// When a name means nothing or several things, or an ARN is of another account.
pub(super) fn choose(
    inventory: &Inventory,
    wanted: &[Wanted],
    chosen: &mut Chosen,
) -> Result<Said, SelectionError> {
    let mut said = Said::default();
    for (place, one) in wanted.iter().enumerate() {
        check_account(&inventory.account, one)?;
        match one.kind {
            Kind::Runtime => choose_runtime(inventory, one, chosen, &mut said)?,
            Kind::Gateway => choose_gateway(inventory, one, chosen, &mut said)?,
            Kind::LogGroup => {
                let listing = inventory.listings.get(place).cloned().unwrap_or_default();
                choose_groups(inventory, one, &listing, chosen, &mut said)?;
            }
        }
    }
    chosen.add_spans(inventory.discovery.spans());
    said.notes.extend(
        inventory
            .discovery
            .problems
            .iter()
            .map(|problem| format!("{problem}; what belongs to the named sources may be incomplete")),
    );
    Ok(said)
}

/// Keeps of `found` only what `wanted` means: a runtime with the gateways that call it, or a gateway with the runtimes
/// that it calls.
///
/// # Errors
/// When the name means nothing or several things, an ARN is of another account, or the list could not be had.
pub fn only(found: &mut Discovery, wanted: &Wanted) -> Result<(), SelectionError> {
    let inventory = Inventory {
        account: found.account.clone(),
        region: found.region.clone(),
        discovery: found.clone(),
        listings: Vec::new(),
    };
    let (mut chosen, mut said) = (Chosen::default(), Said::default());
    check_account(&inventory.account, wanted)?;
    match wanted.kind {
        Kind::Runtime => choose_runtime(&inventory, wanted, &mut chosen, &mut said)?,
        Kind::Gateway => choose_gateway(&inventory, wanted, &mut chosen, &mut said)?,
        Kind::LogGroup => {}
    }
    if let Some(failure) = said.failures.pop() {
        return Err(failure.error.into());
    }
    found.runtimes.retain(|runtime| chosen.ids.contains(&runtime.id));
    found.gateways.retain(|gateway| chosen.ids.contains(&gateway.id));
    found.memories.clear();
    let is_of_all = |group: &Group| group.name == SPANS || chosen.groups.contains_key(&group.name);
    found.other_log_groups.retain(is_of_all);
    Ok(())
}

pub(super) fn check_account(account: &str, wanted: &Wanted) -> Result<(), SelectionError> {
    match wanted.arn() {
        Some(arn) if !account.is_empty() && arn.account != account && wanted.linked(account).is_none() => {
            Err(SelectionError::Elsewhere {
                arn: wanted.name.clone(),
                account: arn.account.to_owned(),
                caller: account.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

fn choose_runtime(
    inventory: &Inventory,
    wanted: &Wanted,
    chosen: &mut Chosen,
    said: &mut Said,
) -> Result<(), SelectionError> {
    let found = &inventory.discovery;
    let Some(meant) = names::find(&found.runtimes, wanted.kind, wanted.bare())? else {
        let names = found.runtimes.iter().map(Named::name);
        return absent(inventory, wanted, "ListAgentRuntimes", names, chosen, said);
    };
    let runtime = meant.thing;
    if meant.is_completed {
        said.notes.push(format!("--runtime {} means {} ({})", wanted.name, runtime.name, runtime.id));
    }
    chosen.add_runtime(runtime);
    if runtime.log_groups.is_empty() {
        said.notes.push(format!(
            "agent runtime {} has no log group: it never started, or its role may not write logs; ask: agentcore-triage doctor --runtime {}",
            runtime.name,
            shell_word(&runtime.id)
        ));
    }
    let mut gateways = BTreeSet::new();
    for (gateway, target) in found.callers_of(runtime) {
        chosen.add_gateway(gateway);
        if gateways.insert(&gateway.id) {
            said.notes.push(format!(
                "gateway {} comes along: its target {} calls {}",
                gateway.name, target.name, runtime.name
            ));
            no_gateway_logs(gateway, said);
        }
    }
    Ok(())
}

fn choose_gateway(
    inventory: &Inventory,
    wanted: &Wanted,
    chosen: &mut Chosen,
    said: &mut Said,
) -> Result<(), SelectionError> {
    let found = &inventory.discovery;
    let Some(meant) = names::find(&found.gateways, wanted.kind, wanted.bare())? else {
        let names = found.gateways.iter().map(Named::name);
        return absent(inventory, wanted, "ListGateways", names, chosen, said);
    };
    let gateway = meant.thing;
    if meant.is_completed {
        said.notes.push(format!("--gateway {} means {} ({})", wanted.name, gateway.name, gateway.id));
    }
    chosen.add_gateway(gateway);
    no_gateway_logs(gateway, said);
    let mut here = Vec::new();
    for runtime in found.called_by(gateway) {
        chosen.add_runtime(runtime);
        here.push(runtime);
        said.notes
            .push(format!("agent runtime {} comes along: gateway {} calls it", runtime.name, gateway.name));
    }
    for target in &gateway.targets {
        let is_here = here.iter().any(|runtime| target.calls(runtime));
        let Some(arn) = target.runtime.as_deref().filter(|_| !is_here) else { continue };
        said.notes.push(format!(
            "target {} calls an agent runtime that is not listed in {}; add it: --runtime {}@PROFILE",
            target.name,
            inventory.region,
            shell_word(arn)
        ));
    }
    Ok(())
}

fn no_gateway_logs(gateway: &Gateway, said: &mut Said) {
    if gateway.log_groups.is_empty() {
        said.notes.push(format!(
            "gateway {} has no log group: nothing delivers its logs; ask: agentcore-triage doctor --gateway {}",
            gateway.name,
            shell_word(&gateway.id)
        ));
    }
}

/// A runtime or gateway that is not in the list. When the list could not be had, its id still tells its log groups.
fn absent<'n>(
    inventory: &Inventory,
    wanted: &Wanted,
    list: &str,
    names: impl Iterator<Item = &'n str>,
    chosen: &mut Chosen,
    said: &mut Said,
) -> Result<(), SelectionError> {
    let found = &inventory.discovery;
    let about_list = |problem: &&LiveError| problem.action().is_none_or(|action| action.ends_with(list));
    let Some(problem) = found.problems.iter().find(about_list) else {
        return Err(unknown(
            (&inventory.account, &inventory.region),
            wanted,
            names::nearest(wanted.bare(), names),
        ));
    };
    let id = wanted.bare();
    let own = found.other_log_groups.iter().filter(|group| ids_in(&group.name).any(|part| part == id));
    let mut count = 0;
    for group in own {
        chosen.add_group(group, None);
        count += 1;
    }
    if count == 0 {
        said.failures.push(Failure { source: wanted.name.clone(), error: problem.clone(), origin: None });
        return Ok(());
    }
    chosen.ids.insert(id.to_owned());
    said.notes.push(format!(
        "{} {} could not be looked up; its log groups were told from their names",
        wanted.kind, wanted.name
    ));
    Ok(())
}

fn choose_groups(
    inventory: &Inventory,
    wanted: &Wanted,
    listing: &Listing,
    chosen: &mut Chosen,
    said: &mut Said,
) -> Result<(), SelectionError> {
    for group in &listing.meant {
        chosen.add_group(group, None);
    }
    if let Some(arn) = wanted.linked(&inventory.account) {
        said.notes.push(format!(
            "{arn} is in another account than {}: it is read as by a monitoring account; if that is refused, name a profile or role of its account: {}@PROFILE",
            inventory.account,
            shell_word(arn)
        ));
    }
    if let Some(prefix) = wanted.prefix() {
        chosen.prefixes.insert(prefix.to_owned());
        if listing.meant.is_empty() {
            said.notes.push(format!("no log group begins with '{prefix}' yet"));
        }
    }
    match &listing.problem {
        Some(problem) if listing.meant.is_empty() && wanted.prefix().is_none() && problem.is_denied() => {
            // Who may read a group may not always list groups.
            chosen.groups.entry(wanted.bare().to_owned()).or_default();
            said.notes.push(format!("{problem}; '{}' is read as it was written", wanted.name));
        }
        Some(problem) => {
            said.failures.push(Failure { source: wanted.name.clone(), error: problem.clone(), origin: None });
        }
        None if listing.meant.is_empty() && wanted.prefix().is_none() => {
            let names = listing.others.iter().map(|group| group.name.as_str());
            return Err(unknown(
                (&inventory.account, &inventory.region),
                wanted,
                names::nearest(wanted.bare(), names),
            ));
        }
        None => {}
    }
    Ok(())
}

/// `place` is the account and its Region.
pub(super) fn unknown(place: (&str, &str), wanted: &Wanted, nearest: String) -> SelectionError {
    let profile = wanted.whose.profile.as_ref();
    let profile = profile.map(|name| format!(" --profile {}", shell_word(name))).unwrap_or_default();
    SelectionError::Unknown {
        kind: wanted.kind,
        name: wanted.name.clone(),
        account: place.0.to_owned(),
        region: place.1.to_owned(),
        nearest,
        discover: format!("agentcore-triage discover --region {}{profile}", place.1),
    }
}
