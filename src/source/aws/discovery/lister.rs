//! Lists: page after page, a bounded number of calls at the same time, and a page that fails spoils only its own list.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;

use super::super::account::Account;
use super::super::error::LiveError;

/// Calls at the same time. The control plane's quotas are a few calls a second for each API; the SDK's adaptive retries
/// slow down where one is met: <https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html>.
const AT_ONCE: usize = 6;

/// Makes the calls of one discovery.
#[derive(Clone, Debug)]
pub(super) struct Lister {
    pub(super) account: Arc<Account>,
    turns: Arc<Semaphore>,
}

/// What was listed before something went wrong, and what went wrong.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    pub(super) problems: Vec<LiveError>,
}

impl Lister {
    /// Pages of a list after which it is taken for one without end: a hundred thousand entries of fifty to a page.
    pub(super) const PAGES: usize = 2_000;

    /// What is wrong with such a list.
    pub(super) fn endless(action: &str) -> LiveError {
        let reason = format!("the list has more than {} pages; what they hold is used", Self::PAGES);
        LiveError::Other { action: action.to_owned(), reason }
    }

    pub(super) fn new(account: Arc<Account>) -> Self {
        Self { account, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Waits until another call may be made; it is over when the turn is dropped.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes the semaphore.
        self.turns.acquire().await.ok()
    }

    /// Asks about each of `items`; answers come in the order of `items`.
    pub(super) async fn each<T, A, F>(&self, items: Vec<T>, ask: impl Fn(Self, T) -> F) -> Vec<A>
    where
        A: Send + 'static,
        F: Future<Output = A> + Send + 'static,
    {
        let mut asked = JoinSet::new();
        for (place, item) in items.into_iter().enumerate() {
            let answer = ask(self.clone(), item);
            asked.spawn(async move { (place, answer.await) });
        }
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(place, _)| *place);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}

impl<T> Listed<T> {
    /// The items; the problems go to `problems`.
    pub(super) fn keep(self, problems: &mut Vec<LiveError>) -> Vec<T> {
        problems.extend(self.problems);
        self.items
    }
}

/// Collects the pages of a list; a page that fails ends it.
macro_rules! pages {
    ($lister:expr, $action:literal, $resource:expr, $request:expr, $items:expr) => {{
        let lister: &Lister = $lister;
        let mut pages = $request.into_paginator().send();
        let mut listed = Listed { items: Vec::new(), problems: Vec::new() };
        for number in 0.. {
            let turn = lister.turn().await;
            let Some(page) = pages.next().await else { break };
            drop(turn);
            if number >= Lister::PAGES {
                listed.problems.push(Lister::endless($action));
                break;
            }
            match page {
                Ok(page) => listed.items.extend($items(page)),
                Err(error) => {
                    listed.problems.push(classify(lister.account.call($action, $resource), &error));
                    break;
                }
            }
        }
        listed
    }};
}
pub(super) use pages;
