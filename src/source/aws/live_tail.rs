//! Live Tail, for immediacy only: it samples above 500 events a second, drops what a slow client does not take, and
//! ends after three hours. The sweep remains the record of truth.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_cloudwatchlogs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudwatchlogs::error::BoxError;
use aws_sdk_cloudwatchlogs::types::StartLiveTailResponseStream;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::account::Account;
use super::error::{LiveError, classify};
use crate::model::Timestamp;

/// Groups that one session may follow:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>.
pub const GROUPS_PER_SESSION: usize = 10;

/// Wait before a session that ended is started again. Starts are limited to five a second in an account.
const RESTART: Duration = Duration::from_secs(2);

/// An event as Live Tail shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveEvent {
    /// Log stream.
    pub stream: String,
    /// Event time.
    pub at: Timestamp,
    /// When the service took it in.
    pub ingested: Option<i64>,
    /// Text.
    pub message: String,
}

/// What a session tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// Events of the group with this place in the list, and whether the service left some out.
    Events(usize, Vec<LiveEvent>),
    /// The service showed only a sample during the last second.
    Sampled,
    /// The session ended and is started again.
    Restarted(String),
}

/// Follows up to [`GROUPS_PER_SESSION`] groups, named by ARN, until nobody listens.
///
/// # Errors
/// When a session cannot be started for a reason that will not pass: the sweep goes on without it.
pub async fn listen(
    account: Arc<Account>,
    arns: Vec<String>,
    told: mpsc::Sender<Told>,
) -> Result<(), LiveError> {
    let joined = arns.join(", ");
    loop {
        let started = account
            .logs()
            .start_live_tail()
            .set_log_group_identifiers(Some(arns.clone()))
            .customize()
            .interceptor(PlainHost)
            .send()
            .await;
        let why = match started {
            Ok(session) => match listen_once(session.response_stream, &arns, &told).await {
                Some(why) => why,
                None => return Ok(()),
            },
            Err(error) => {
                let error = classify(account.call("logs:StartLiveTail", &joined), &error);
                if !error.is_passing() {
                    return Err(error);
                }
                error.to_string()
            }
        };
        if told.send(Told::Restarted(why)).await.is_err() {
            return Ok(());
        }
        sleep(RESTART).await;
    }
}

type Session = aws_sdk_cloudwatchlogs::primitives::event_stream::EventReceiver<
    StartLiveTailResponseStream,
    aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError,
>;

/// One session. Returns why it ended, or `None` when nobody listens any more.
async fn listen_once(mut session: Session, arns: &[String], told: &mpsc::Sender<Told>) -> Option<String> {
    loop {
        let update = match session.recv().await {
            Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => update,
            Ok(Some(_)) => continue,
            Ok(None) => return Some("the connection was closed".to_owned()),
            Err(error) => return Some(ended(&error)),
        };
        if update.session_metadata.is_some_and(|metadata| metadata.sampled) {
            told.send(Told::Sampled).await.ok()?;
        }
        let mut by_group: Vec<Vec<LiveEvent>> = vec![Vec::new(); arns.len()];
        for event in update.session_results.unwrap_or_default() {
            let group = event.log_group_identifier.unwrap_or_default();
            let Some(place) = place_of(arns, &group) else { continue };
            let Some(at) = event.timestamp.and_then(Timestamp::from_millis) else { continue };
            by_group[place].push(LiveEvent {
                stream: event.log_stream_name.unwrap_or_default(),
                at,
                ingested: event.ingestion_time,
                message: event.message.unwrap_or_default(),
            });
        }
        for (place, events) in by_group.into_iter().enumerate().filter(|(_, events)| !events.is_empty()) {
            told.send(Told::Events(place, events)).await.ok()?;
        }
    }
}

fn ended<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(
    error: &aws_sdk_cloudwatchlogs::error::SdkError<E, R>,
) -> String {
    match error {
        aws_sdk_cloudwatchlogs::error::SdkError::ServiceError(service) => service.err().to_string(),
        other => aws_sdk_cloudwatchlogs::error::DisplayErrorContext(other).to_string(),
    }
}

/// Groups come back as `account:name` or as ARN.
fn place_of(arns: &[String], group: &str) -> Option<usize> {
    let name = group
        .rsplit_once(":log-group:")
        .map_or_else(|| group.split_once(':').map_or(group, |(_, name)| name), |(_, name)| name);
    arns.iter().position(|arn| arn.rsplit_once(":log-group:").is_some_and(|(_, known)| known == name))
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
        let arns = ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/a".to_owned()];
        for spelling in
            ["111122223333:/aws/a", "/aws/a", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/a"]
        {
            assert_eq!(place_of(&arns, spelling), Some(0), "{spelling}");
        }
        assert_eq!(place_of(&arns, "111122223333:/aws/b"), None);
    }

    #[test]
    fn only_hosts_of_aws_keep_the_prefix() {
        assert!(is_aws("https://stream-logs.us-east-1.amazonaws.com/"));
        assert!(is_aws("https://stream-logs.cn-north-1.amazonaws.com.cn"));
        assert!(!is_aws("http://stream-127.0.0.1:5000/"));
        assert!(!is_aws("http://stream-localhost/logs.us-east-1.amazonaws.com"));
    }
}
