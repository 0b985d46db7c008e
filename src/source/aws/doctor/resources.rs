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

/// Resources of a kind that are examined when none is named.
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
        let named = Named { id, name };
        let list = if one.kind == Kind::Gateway { &mut chosen.gateways } else { &mut chosen.runtimes };
        if !list.contains(&named) {
            list.push(named);
        }
    }
    Ok(chosen)
}

fn all(found: &Discovery) -> Chosen {
    let named = |id: &String, name: &String| Named { id: id.clone(), name: Some(name.clone()) };
    let mut runtimes: Vec<Named> = found.runtimes.iter().map(|one| named(&one.id, &one.name)).collect();
    let mut gateways: Vec<Named> = found.gateways.iter().map(|one| named(&one.id, &one.name)).collect();
    let left_out =
        runtimes.len().saturating_sub(MAX_RESOURCES) + gateways.len().saturating_sub(MAX_RESOURCES);
    runtimes.truncate(MAX_RESOURCES);
    gateways.truncate(MAX_RESOURCES);
    Chosen { runtimes, gateways, unlisted: unlisted(found), left_out }
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
