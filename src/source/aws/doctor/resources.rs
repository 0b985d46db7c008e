//! Which runtimes and gateways are examined: those that are named, or all of them up to a bound.

use std::time::Duration;

use tokio::time::timeout;

use super::answers::{Answers, unanswered};
use super::ask::{Named, ask};
use crate::model::{Timestamp, Unanswered};
use crate::source::aws::account::Account;
use crate::source::aws::discovery::{Discovery, discover};
use crate::source::aws::error::LiveError;
use crate::source::aws::selection::{self, Kind, Selection, SelectionError, Wanted};

/// Resources of a kind that are examined.
const MAX_RESOURCES: usize = 25;

/// How long listing the account may take.
const LISTING: Duration = Duration::from_secs(30);

/// Connects, finds the resources that `selection` names (all when it names none), and asks about them. `now` is the
/// present time. What else the selection says is of no concern here.
///
/// # Errors
/// When there are no credentials or no Region, when a name means nothing or several things, or when the resources are in
/// several accounts or Regions.
pub async fn check_up(selection: &Selection, now: Timestamp) -> Result<Answers, SelectionError> {
    let account = selection::connection(selection)?.open().await?;
    let found = listed(&account).await;
    let chosen = choose(&found, &selection.sources)?;
    let mut answers = ask(&account, chosen.runtimes, chosen.gateways, now).await;
    answers.neighbours = chosen.neighbours;
    answers.unlisted = chosen.unlisted;
    answers.left_out = chosen.left_out;
    Ok(answers)
}

async fn listed(account: &Account) -> Discovery {
    let late = || LiveError::Unreachable {
        host: format!("the AgentCore control plane in {}", account.region()),
        reason: format!("the account could not be listed within {} seconds", LISTING.as_secs()),
    };
    timeout(LISTING, discover(account)).await.unwrap_or_else(|_| Discovery {
        account: account.id().to_owned(),
        region: account.region().to_owned(),
        problems: vec![late()],
        ..Discovery::default()
    })
}

/// What is examined.
#[derive(Debug, Default, PartialEq, Eq)]
struct Chosen {
    runtimes: Vec<Named>,
    gateways: Vec<Named>,
    neighbours: Vec<String>,
    unlisted: Vec<Unanswered>,
    left_out: usize,
}

fn choose(found: &Discovery, wanted: &[Wanted]) -> Result<Chosen, SelectionError> {
    if wanted.is_empty() {
        return Ok(all(found));
    }
    let mut chosen = Chosen { unlisted: unlisted(found), ..Chosen::default() };
    for one in wanted {
        let (id, name) = selection::look_up(found, one)?;
        add(if one.kind == Kind::Gateway { &mut chosen.gateways } else { &mut chosen.runtimes }, id, name);
    }
    for wanted in chosen.runtimes.clone() {
        let Some(runtime) = found.runtimes.iter().find(|one| one.id == wanted.id) else { continue };
        for (gateway, target) in found.callers_of(runtime) {
            if add(&mut chosen.gateways, gateway.id.clone(), Some(gateway.name.clone())) {
                chosen.neighbours.push(format!(
                    "Gateway {} comes along: its target {} calls {}.",
                    gateway.name, target.name, runtime.name
                ));
            }
        }
    }
    for wanted in chosen.gateways.clone() {
        let Some(gateway) = found.gateways.iter().find(|one| one.id == wanted.id) else { continue };
        for runtime in found.called_by(gateway) {
            if add(&mut chosen.runtimes, runtime.id.clone(), Some(runtime.name.clone())) {
                chosen.neighbours.push(format!(
                    "Agent runtime {} comes along: gateway {} calls it.",
                    runtime.name, gateway.name
                ));
            }
        }
    }
    let counts = [&mut chosen.runtimes, &mut chosen.gateways].map(bound);
    chosen.left_out = counts.iter().sum();
    Ok(chosen)
}

/// Adds what is not there yet; whether it was added.
fn add(list: &mut Vec<Named>, id: String, name: Option<String>) -> bool {
    let is_new = list.iter().all(|known| known.id != id);
    if is_new {
        list.push(Named { id, name });
    }
    is_new
}

/// Keeps as many as are examined; how many were left out.
fn bound(list: &mut Vec<Named>) -> usize {
    let left_out = list.len().saturating_sub(MAX_RESOURCES);
    list.truncate(MAX_RESOURCES);
    left_out
}

fn all(found: &Discovery) -> Chosen {
    let named = |id: &String, name: &String| Named { id: id.clone(), name: Some(name.clone()) };
    let mut runtimes: Vec<Named> = found.runtimes.iter().map(|one| named(&one.id, &one.name)).collect();
    let mut gateways: Vec<Named> = found.gateways.iter().map(|one| named(&one.id, &one.name)).collect();
    let left_out = bound(&mut runtimes) + bound(&mut gateways);
    Chosen { runtimes, gateways, neighbours: Vec::new(), unlisted: unlisted(found), left_out }
}

/// Lists of runtimes and gateways that could not be had. What else discovery lists is asked about again.
fn unlisted(found: &Discovery) -> Vec<Unanswered> {
    let is_list = |problem: &&LiveError| {
        problem
            .action()
            .is_none_or(|action| action.ends_with(":ListAgentRuntimes") || action.ends_with(":ListGateways"))
    };
    let call = |problem: &LiveError| match problem.action() {
        Some(action) => unanswered(action, problem),
        None => unanswered("bedrock-agentcore:ListAgentRuntimes", problem),
    };
    found.problems.iter().filter(is_list).map(call).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::discovery::{Gateway, Runtime, Target};

    fn runtime(id: &str, name: &str) -> Runtime {
        Runtime {
            id: id.to_owned(),
            name: name.to_owned(),
            arn: String::new(),
            version: String::new(),
            status: String::new(),
            updated: None,
            endpoints: Vec::new(),
            log_groups: Vec::new(),
            deliveries: Vec::new(),
        }
    }

    fn gateway(id: &str, calls: &str) -> Gateway {
        Gateway {
            id: id.to_owned(),
            name: id.to_owned(),
            status: String::new(),
            authorizer: String::new(),
            targets: vec![Target {
                id: "T".to_owned(),
                name: "tools".to_owned(),
                status: String::new(),
                reasons: Vec::new(),
                kind: None,
                last_synchronized: None,
                runtime: Some(calls.to_owned()),
            }],
            log_groups: Vec::new(),
            deliveries: Vec::new(),
        }
    }

    fn found() -> Discovery {
        Discovery {
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            runtimes: vec![runtime("agent-0123456789", "agent"), runtime("tools-0123456789", "tools")],
            gateways: vec![gateway("front-0123456789", "tools-0123456789")],
            ..Discovery::default()
        }
    }

    fn chosen(found: &Discovery, kind: Kind, name: &str) -> Result<Chosen, SelectionError> {
        choose(found, &[Wanted::parse(kind, name).unwrap()])
    }

    fn ids(list: &[Named]) -> Vec<&str> {
        list.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn a_runtime_brings_its_gateways_and_a_gateway_its_runtimes() {
        let alone = chosen(&found(), Kind::Runtime, "agent").unwrap();
        assert_eq!((ids(&alone.runtimes), alone.gateways.len()), (vec!["agent-0123456789"], 0));
        for (kind, name) in [(Kind::Runtime, "tools"), (Kind::Gateway, "front-0123456789")] {
            let both = chosen(&found(), kind, name).unwrap();
            assert_eq!(ids(&both.runtimes), ["tools-0123456789"]);
            assert_eq!(ids(&both.gateways), ["front-0123456789"]);
            assert_eq!(both.neighbours.len(), 1);
        }
    }

    #[test]
    fn all_are_looked_at_up_to_a_bound() {
        let mut found = found();
        assert_eq!(choose(&found, &[]).unwrap().runtimes.len(), 2);
        found.runtimes = (0..40).map(|number| runtime(&format!("r{number}-0123456789"), "r")).collect();
        let chosen = choose(&found, &[]).unwrap();
        assert_eq!((chosen.runtimes.len(), chosen.left_out), (MAX_RESOURCES, 40 - MAX_RESOURCES));
    }

    #[test]
    fn what_is_not_there_is_unknown_unless_the_list_could_not_be_had() {
        let mut found = found();
        assert!(matches!(chosen(&found, Kind::Runtime, "agnet"), Err(SelectionError::Unknown { .. })));
        let action = "bedrock-agentcore:ListAgentRuntimes".to_owned();
        found.problems = vec![LiveError::Denied { action, resource: "agent runtimes".to_owned() }];
        found.runtimes.clear();
        let unlisted = chosen(&found, Kind::Runtime, "other-0123456789").unwrap();
        assert_eq!(ids(&unlisted.runtimes), ["other-0123456789"]);
        assert_eq!(unlisted.unlisted.len(), 1);
    }
}
