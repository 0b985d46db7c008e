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
    /// The groups by ARN, each with its place among the sources.
    pub groups: Vec<(String, usize)>,
    /// Filter pattern that they share.
    pub pattern: Option<String>,
    /// Whether secrets are masked.
    pub redacts: bool,
    /// Starts are limited to five a second in an account; sessions of one share a pace.
    pub pace: Arc<Pace>,
    /// Who writes.
    pub news: mpsc::Sender<News>,
}

type Updates = EventReceiver<StartLiveTailResponseStream, StartLiveTailResponseStreamError>;

/// Nobody listens any more.
struct Closed;

impl Session {
    /// Follows until nobody listens, or until a session cannot be started for a reason that will not pass.
    pub(super) async fn run(self) {
        let mut waits = Waits::new(true);
        loop {
            self.pace.turn().await;
            let (why, wait) = match self.start().await {
                Ok(updates) => {
                    waits.reset();
                    match self.listen(updates).await {
                        Ok(why) => (why, RESTART),
                        Err(Closed) => return,
                    }
                }
                Err(error) if is_final(&error) => {
                    let _ = self.tell(Told::Refused(error.to_string())).await;
                    return;
                }
                Err(error) => {
                    let wait = waits.after(&error).unwrap_or(RESTART);
                    (error.to_string(), wait)
                }
            };
            if self.tell(Told::Ended(why)).await.is_err() {
                return;
            }
            sleep(wait).await;
        }
    }

    async fn start(&self) -> Result<Updates, LiveError> {
        let arns: Vec<String> = self.groups.iter().map(|(arn, _)| arn.clone()).collect();
        let joined = arns.join(", ");
        let started = self
            .account
            .logs()
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
            started.map_err(|error| classify(self.account.call("logs:StartLiveTail", &joined), &error))?;
        Ok(started.response_stream)
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
            let Some(place) = place_of(&self.groups, &group) else { continue };
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
        for (events, (_, source)) in by_group.into_iter().zip(&self.groups) {
            if !events.is_empty() {
                self.tell(Told::Events(*source, events)).await?;
            }
        }
        self.tell(Told::Update { is_sampled }).await
    }

    async fn tell(&self, told: Told) -> Result<(), Closed> {
        let sources = self.groups.iter().map(|(_, source)| *source).collect();
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

/// Groups come back as `account:name` or as ARN.
fn place_of(groups: &[(String, usize)], group: &str) -> Option<usize> {
    let name = group
        .rsplit_once(":log-group:")
        .map_or_else(|| group.split_once(':').map_or(group, |(_, name)| name), |(_, name)| name);
    groups.iter().position(|(arn, _)| arn.rsplit_once(":log-group:").is_some_and(|(_, known)| known == name))
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

/// Whether a URL is one of AWS itself, in any partition.
fn is_aws(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = authority.split(['/', ':', '?']).next().unwrap_or_default();
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn"]
        .iter()
        .any(|domain| host.ends_with(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_each_spelling() {
        let groups = [("arn:aws:logs:us-east-1:111122223333:log-group:/aws/a".to_owned(), 7)];
        for spelling in
            ["111122223333:/aws/a", "/aws/a", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/a"]
        {
            assert_eq!(place_of(&groups, spelling), Some(0), "{spelling}");
        }
        assert_eq!(place_of(&groups, "111122223333:/aws/b"), None);
    }

    #[test]
    fn only_hosts_of_aws_keep_the_prefix() {
        assert!(is_aws("https://stream-logs.us-east-1.amazonaws.com/"));
        assert!(is_aws("https://stream-logs.cn-north-1.amazonaws.com.cn"));
        assert!(!is_aws("http://stream-127.0.0.1:5000/"));
        assert!(!is_aws("http://stream-localhost/logs.us-east-1.amazonaws.com"));
    }
}
