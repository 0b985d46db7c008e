//! Live Tail, for immediacy only: it samples above 500 events a second, drops what a slow client does not take, and
//! ends after three hours. The sweep remains the record of truth.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_cloudwatchlogs::config::{
    Config, ConfigBag, Intercept, RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_cloudwatchlogs::error::{BoxError, DisplayErrorContext, SdkError};
use aws_sdk_cloudwatchlogs::primitives::event_stream::EventReceiver;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError;
use aws_sdk_cloudwatchlogs::types::{LiveTailSessionUpdate, StartLiveTailResponseStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::account::Account;
use super::error::{LiveError, classify};
use super::event::LogEvent;
use super::hosts;
use super::news::{News, Told};
use super::pace::Pace;
use super::wait::Waits;
use crate::model::Timestamp;

/// Groups that one session may follow:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>.
pub(super) const GROUPS_PER_SESSION: usize = 10;

/// Sessions that are held at once in an account and Region, of the fifteen that it may have: other people look, too.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
pub(super) const SESSIONS: usize = 5;

/// Wait before a session that ended is started again.
const RESTART: Duration = Duration::from_secs(2);

/// An update comes every second, also without events. A session that is silent for this long is dead.
const SILENCE: Duration = Duration::from_secs(30);

/// One session: up to [`GROUPS_PER_SESSION`] groups of an account.
pub(super) struct Session {
    /// Whose groups they are.
    pub account: Arc<Account>,
    /// The groups.
    pub groups: Vec<Tailed>,
    /// Filter pattern that they share.
    pub pattern: Option<String>,
    /// Whether secrets are masked.
    pub redacts: bool,
    /// Starts are limited to five a second in an account; sessions of one share a pace.
    pub pace: Arc<Pace>,
    /// Who writes.
    pub news: mpsc::Sender<News>,
}

/// A log group of a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Tailed {
    /// ARN without `:*`.
    pub arn: String,
    /// Its place among the sources.
    pub source: usize,
}

type Updates = EventReceiver<StartLiveTailResponseStream, StartLiveTailResponseStreamError>;

/// Nobody listens any more.
struct Closed;

impl Session {
    /// Follows until nobody listens, or until a session cannot be started for a reason that will not pass.
    pub(super) async fn run(mut self) {
        let mut waits = Waits::new(true);
        while !self.groups.is_empty() {
            let (told, wait) = match self.start(&self.groups).await {
                Ok(updates) => {
                    waits.reset();
                    match self.listen(updates).await {
                        Ok(why) => (Told::Ended(why), RESTART),
                        Err(Closed) => return,
                    }
                }
                Err(error) if is_final(&error) => match self.leave_out(&error).await {
                    Ok(()) => continue,
                    Err(Closed) => return,
                },
                Err(error) => {
                    let wait = waits.after(&error).unwrap_or(RESTART);
                    (Told::Failed(error), wait)
                }
            };
            if self.tell(told).await.is_err() {
                return;
            }
            sleep(wait).await;
        }
    }

    async fn start(&self, groups: &[Tailed]) -> Result<Updates, LiveError> {
        self.pace.turn().await;
        let arns: Vec<String> = groups.iter().map(|group| group.arn.clone()).collect();
        let joined = arns.join(", ");
        let started = self
            .account
            .logs_once()
            .start_live_tail()
            .set_log_group_identifiers(Some(arns))
            .set_log_event_filter_pattern(self.pattern.clone())
            .customize()
            .interceptor(PlainHost)
            // A quiet group is no stalled stream.
            .config_override(
                Config::builder().stalled_stream_protection(StalledStreamProtectionConfig::disabled()),
            )
            .send()
            .await;
        let started =
            started.map_err(|error| classify(self.account.call("logs:StartLiveTail", &joined), &error));
        self.pace.heed(&started);
        Ok(started?.response_stream)
    }

    /// Gives up the groups because of which a session cannot be started, and tells so of each.
    async fn leave_out(&mut self, error: &LiveError) -> Result<(), Closed> {
        let refused = self.refused(error).await;
        self.groups.retain(|group| !refused.iter().any(|(known, _)| known == group));
        for (group, error) in refused {
            let told = Told::Refused(format!("no Live Tail: {error}"));
            self.news.send(News::Tail(vec![group.source], told)).await.map_err(|_| Closed)?;
        }
        Ok(())
    }

    /// The groups because of which a session ended with `error`, each with its own. A service that does not name the group
    /// is asked for half of them, and again for half of the half that it refuses.
    async fn refused(&self, error: &LiveError) -> Vec<(Tailed, LiveError)> {
        let every = || self.groups.iter().map(|group| (group.clone(), error.clone())).collect();
        if !is_about_a_group(error) {
            return every();
        }
        if let LiveError::Denied { resource, .. } = error
            && let Some(named) = self.groups.iter().find(|group| is_of(resource, &group.arn))
        {
            return vec![(named.clone(), error.clone())];
        }
        let mut refused = Vec::new();
        let mut asked: Vec<(&[Tailed], LiveError)> = vec![(&self.groups, error.clone())];
        while let Some((groups, error)) = asked.pop() {
            if let [group] = groups {
                refused.push((group.clone(), error));
                continue;
            }
            let (first, second) = groups.split_at(groups.len() / 2);
            for half in [second, first] {
                // A session that does start ends with its receiver.
                if let Err(error) = self.start(half).await
                    && is_about_a_group(&error)
                {
                    asked.push((half, error));
                }
            }
        }
        if refused.is_empty() { every() } else { refused }
    }

    /// Takes updates until the session ends; returns why it did.
    async fn listen(&self, mut updates: Updates) -> Result<String, Closed> {
        self.tell(Told::Started).await?;
        loop {
            match timeout(SILENCE, updates.recv()).await {
                Ok(Ok(Some(StartLiveTailResponseStream::SessionUpdate(update)))) => self.take(update).await?,
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => return Ok("the connection was closed".to_owned()),
                Ok(Err(error)) => return Ok(ended(&error)),
                Err(_) => return Ok("no update came for half a minute".to_owned()),
            }
        }
    }

    async fn take(&self, update: LiveTailSessionUpdate) -> Result<(), Closed> {
        let is_sampled = update.session_metadata.is_some_and(|metadata| metadata.sampled);
        let mut by_group: Vec<Vec<LogEvent>> = vec![Vec::new(); self.groups.len()];
        for event in update.session_results.unwrap_or_default() {
            let group = event.log_group_identifier.unwrap_or_default();
            let Some(place) = self.groups.iter().position(|known| is_spelled(&group, &known.arn)) else {
                continue;
            };
            let Some(at) = event.timestamp.and_then(Timestamp::from_millis) else { continue };
            let event = LogEvent {
                id: None,
                at,
                ingested: event.ingestion_time,
                stream: event.log_stream_name.unwrap_or_default(),
                message: event.message.unwrap_or_default(),
            };
            by_group[place].push(if self.redacts { event.redacted() } else { event });
        }
        for (events, group) in by_group.into_iter().zip(&self.groups) {
            if !events.is_empty() {
                self.tell(Told::Events(group.source, events)).await?;
            }
        }
        self.tell(Told::Update { is_sampled }).await
    }

    async fn tell(&self, told: Told) -> Result<(), Closed> {
        let sources = self.groups.iter().map(|group| group.source).collect();
        self.news.send(News::Tail(sources, told)).await.map_err(|_| Closed)
    }
}

/// Whether another attempt would meet the same: a quota, a permission, a group of another class.
fn is_final(error: &LiveError) -> bool {
    !error.is_passing() && !matches!(error, LiveError::Expired { .. })
}

fn ended<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(service) => service.err().to_string(),
        other => DisplayErrorContext(other).to_string(),
    }
}

/// Whether the same without one of the groups may succeed.
fn is_about_a_group(error: &LiveError) -> bool {
    matches!(error, LiveError::Denied { .. } | LiveError::NotFound { .. } | LiveError::Rejected { .. })
}

/// Whether a refusal of `resource` is one of the log group `arn`; the service may name its streams.
fn is_of(resource: &str, arn: &str) -> bool {
    resource.strip_prefix(arn).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// Whether an update means the log group `arn` by `group`: groups come back as `account:name` or as ARN.
fn is_spelled(group: &str, arn: &str) -> bool {
    let Some((before, name)) = arn.rsplit_once(":log-group:") else { return false };
    let account = before.rsplit(':').next().unwrap_or_default();
    group == arn || group == name || group.split_once(':') == Some((account, name))
}

/// The SDK puts `stream-` before the host, also before that of an endpoint that the user names, where no such host is.
#[derive(Debug)]
struct PlainHost;

impl Intercept for PlainHost {
    fn name(&self) -> &'static str {
        "PlainHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri();
        if !is_aws(uri) {
            let uri = uri.replacen("://stream-", "://", 1);
            context.request_mut().set_uri(uri)?;
        }
        Ok(())
    }
}

/// Whether a URL is one of AWS itself.
fn is_aws(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    hosts::is_aws(authority.split(['/', '?']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_each_spelling() {
        let arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/a";
        for spelling in ["111122223333:/aws/a", "/aws/a", arn] {
            assert!(is_spelled(spelling, arn), "{spelling}");
        }
        for other in ["111122223333:/aws/b", "444455556666:/aws/a", &arn.replace("1111", "4444")] {
            assert!(!is_spelled(other, arn), "{other}");
        }
        assert!(is_of(arn, arn) && is_of(&format!("{arn}:log-stream:"), arn));
        assert!(!is_of(&format!("{arn}b"), arn));
    }

    #[test]
    fn only_hosts_of_aws_keep_the_prefix() {
        assert!(is_aws("https://stream-logs.us-east-1.amazonaws.com/"));
        assert!(is_aws("https://stream-logs.cn-north-1.amazonaws.com.cn"));
        assert!(!is_aws("http://stream-127.0.0.1:5000/"));
        assert!(!is_aws("http://stream-localhost/logs.us-east-1.amazonaws.com"));
    }
}
