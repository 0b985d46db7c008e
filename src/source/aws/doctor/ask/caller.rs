//! Makes the calls: a few at a time, none after the time is up, and every failure kept as an answer.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::model::{Refusal, Unanswered};
use crate::source::aws::account::Account;
use crate::source::aws::doctor::answers::{Answer, unanswered};
use crate::source::aws::error::classify;

/// Calls at the same time, over all services.
const AT_ONCE: usize = 6;

/// Makes the calls of one examination.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) account: Arc<Account>,
    turns: Arc<Semaphore>,
    until: Instant,
    limit: Duration,
}

impl Caller {
    /// Calls as `account`, for at most `limit` from now.
    pub(super) fn new(account: &Account, limit: Duration) -> Self {
        Self {
            account: Arc::new(account.clone()),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            until: Instant::now() + limit,
            limit,
        }
    }

    /// Waits for a turn, makes the call, and gives its answer. `resource` is what it is about, for messages.
    pub(super) fn ask<T, E>(
        &self,
        action: &'static str,
        resource: &str,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> impl Future<Output = Answer<T>> + Send
    where
        T: Send,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        // A call of the SDK takes kilobytes, which would add up in those who wait for several.
        let call = Box::pin(call);
        async move {
            let made = async {
                // Nobody closes the semaphore.
                let _turn = self.turns.acquire().await.ok();
                call.await
            };
            match timeout_at(self.until, made).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => {
                    Err(unanswered(action, &classify(self.account.call(action, resource), &error)))
                }
                Err(_) => Err(self.late(action)),
            }
        }
    }

    fn late(&self, action: &str) -> Unanswered {
        let seconds = self.limit.as_secs();
        Unanswered {
            action: action.to_owned(),
            refusal: Refusal::Failed,
            reason: format!(
                "{action} was not answered within {seconds} seconds; name fewer runtimes and gateways, or try again"
            ),
        }
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
