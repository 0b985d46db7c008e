//! Which log groups share which Live Tail session.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::account::Account;
use super::collect::key;
use super::live_tail::{GROUPS_PER_SESSION, SESSIONS, Session, Tailed};
use super::news::News;
use super::pace::Pace;

/// Starts of sessions a second, of the five that an account may make.
const STARTS: f64 = 2.0;

/// How many looks a group waits for others to share a session with.
const PATIENCE: u32 = 4;

/// Groups on their way to a session, and how many sessions there are.
#[derive(Debug, Default)]
pub(super) struct Tails {
    /// Groups of which nothing has been read yet: they may not exist, and would keep the others of a session from starting.
    expected: BTreeMap<usize, Expected>,
    /// Groups that are there.
    ready: Vec<(usize, Expected)>,
    looks: u32,
    /// By account and Region.
    accounts: BTreeMap<String, (usize, Arc<Pace>)>,
    refused: Vec<(usize, String)>,
    redacts: bool,
}

#[derive(Clone, Debug)]
struct Expected {
    account: Arc<Account>,
    arn: Option<String>,
    pattern: Option<String>,
}

impl Tails {
    /// No groups yet. Secrets are masked when it `redacts`.
    pub(super) fn new(redacts: bool) -> Self {
        Self { redacts, ..Self::default() }
    }

    /// A group that is to have Live Tail once something has been read of it.
    pub(super) fn expect(
        &mut self,
        source: usize,
        account: &Arc<Account>,
        arn: Option<String>,
        name: &str,
        pattern: Option<String>,
    ) {
        let arn =
            arn.map(|arn| arn.trim_end_matches(":*").to_owned()).or_else(|| account.log_group_arn(name));
        self.expected.insert(source, Expected { account: Arc::clone(account), arn, pattern });
    }

    /// Something has been read of a group.
    pub(super) fn is_there(&mut self, source: usize) {
        if let Some(tailed) = self.expected.remove(&source) {
            self.ready.push((source, tailed));
        }
    }

    /// Sessions to start now.
    pub(super) fn due(&mut self, news: &mpsc::Sender<News>) -> Vec<Session> {
        self.looks = if self.ready.is_empty() { 0 } else { self.looks + 1 };
        if self.ready.is_empty() || !self.expected.is_empty() && self.looks < PATIENCE {
            return Vec::new();
        }
        let mut shared: BTreeMap<_, Vec<(usize, Expected)>> = BTreeMap::new();
        for (source, tailed) in self.ready.drain(..) {
            let with = (key(&tailed.account), tailed.pattern.clone());
            shared.entry(with).or_default().push((source, tailed));
        }
        let mut sessions = Vec::new();
        for ((account, pattern), groups) in shared {
            for groups in groups.chunks(GROUPS_PER_SESSION) {
                sessions.extend(self.session(&account, pattern.clone(), groups, news));
            }
        }
        sessions
    }

    fn session(
        &mut self,
        key: &str,
        pattern: Option<String>,
        groups: &[(usize, Expected)],
        news: &mpsc::Sender<News>,
    ) -> Option<Session> {
        let (_, Expected { account, .. }) = groups.first()?;
        let account = Arc::clone(account);
        let pace = || (0, Arc::new(Pace::new(STARTS)));
        let (count, pace) = self.accounts.entry(key.to_owned()).or_insert_with(pace);
        let pace = Arc::clone(pace);
        let is_full = *count >= SESSIONS;
        let mut named = Vec::new();
        for (source, tailed) in groups {
            match &tailed.arn {
                _ if is_full => self.refused.push((
                    *source,
                    format!("{SESSIONS} Live Tail sessions are open already; events arrive with the sweep"),
                )),
                Some(arn) => named.push(Tailed { arn: arn.clone(), source: *source }),
                None => {
                    let reason = "the ARN of the log group is not known: the account's id is not";
                    self.refused.push((*source, reason.to_owned()));
                }
            }
        }
        if named.is_empty() {
            return None;
        }
        *count += 1;
        Some(Session { account, groups: named, pattern, redacts: self.redacts, pace, news: news.clone() })
    }

    /// Groups that get none, with the reason; each is told once.
    pub(super) fn refused(&mut self) -> Vec<(usize, String)> {
        std::mem::take(&mut self.refused)
    }
}
