//! What the SDK reports, read as a [`LiveError`].

use std::error::Error;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::LiveError;
use super::strangers::foreign;
use crate::model::shell_word;

/// Where and as whom a call was made.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::aws) struct Call<'a> {
    /// IAM action: `logs:FilterLogEvents`.
    pub action: &'static str,
    /// What it was asked for.
    pub resource: &'a str,
    /// Region.
    pub region: &'a str,
    /// Profile, when one was named.
    pub profile: Option<&'a str>,
}

/// Error codes of expired credentials, over all services that are called.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];
const DENIED: &[&str] = &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"];
const INVALID: &[&str] = &[
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
];
const MISSING: &[&str] = &["ResourceNotFoundException", "NoSuchEntity", "NotFoundException"];
/// As the SDK lists them for its own retries, but for the quota below.
const THROTTLED: &[&str] = &[
    "ThrottlingException",
    "ThrottledException",
    "Throttling",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "SlowDown",
];
const REJECTED: &[&str] = &[
    "InvalidParameterException",
    "InvalidOperationException",
    "InvalidRequestException",
    "ValidationException",
    "ValidationError",
];
/// A quota of things that exist, not of calls. The SDK counts the first one as throttling; Live Tail says it of its sessions.
const QUOTA: &[&str] = &["LimitExceededException", "ServiceQuotaExceededException"];

/// A request that is signed for a time more than a quarter of an hour away:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>. Signature errors say in words that it is
/// about the time: <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>.
const CLOCK: &[&str] = &["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"];
const CLOCK_WORDS: [&str; 2] = ["Signature expired", "Signature not yet current"];

/// Reads what the SDK reports.
pub(in crate::source::aws) fn classify<E>(call: Call<'_>, error: &SdkError<E, HttpResponse>) -> LiveError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let action = call.action.to_owned();
    let host = format!("{} in {}", action.split(':').next().unwrap_or_default(), call.region);
    match error {
        SdkError::ServiceError(service) => {
            let (error, raw) = (service.err(), service.raw());
            match (error.code(), foreign(raw)) {
                (None, Some(answer)) => LiveError::Foreign { host, answer },
                (code, _) => answered(call, code, error.message(), raw.status().as_u16()),
            }
        }
        SdkError::DispatchFailure(failure) => unsent(failure.as_connector_error(), error, call, host),
        SdkError::TimeoutError(_) => LiveError::Unreachable { host, reason: "no answer in time".to_owned() },
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            let reason = format!("HTTP {status}, {}", innermost(error));
            let foreign = foreign(response.raw()).map(|answer| LiveError::Foreign { host, answer });
            foreign.unwrap_or(LiveError::Other { action, reason })
        }
        _ => LiveError::Other { action, reason: innermost(error) },
    }
}

/// The service said no.
fn answered(call: Call<'_>, code: Option<&str>, message: Option<&str>, status: u16) -> LiveError {
    let action = call.action.to_owned();
    let code = code.unwrap_or_default();
    let is = |codes: &[&str]| codes.contains(&code);
    let reason = message.unwrap_or(code).to_owned();
    if is(EXPIRED) {
        LiveError::Expired { login: login(call) }
    } else if is(CLOCK) || is(INVALID) && CLOCK_WORDS.iter().any(|words| reason.starts_with(words)) {
        LiveError::Clock { reason }
    } else if is(DENIED) {
        let resource = message.and_then(denied_resource).unwrap_or(call.resource).to_owned();
        LiveError::Denied { action, resource }
    } else if is(INVALID) {
        LiveError::Credentials { reason, profile: profile_option(call.profile) }
    } else if is(MISSING) {
        LiveError::NotFound { resource: call.resource.to_owned(), region: call.region.to_owned() }
    } else if is(QUOTA) {
        LiveError::Quota { action, reason }
    } else if is(THROTTLED) || status == 429 {
        LiveError::Throttled { action }
    } else if is(REJECTED) {
        LiveError::Rejected { action, reason }
    } else if code.is_empty() {
        let reason = format!("HTTP {status} without an error code");
        match status {
            // Whoever answers does not know this API, and will not later.
            400 | 404 | 405 | 501 => LiveError::Rejected { action, reason },
            _ => LiveError::Other { action, reason },
        }
    } else {
        LiveError::Other { action, reason: format!("{code}: {reason}") }
    }
}

/// The resource that a refusal names: `… is not authorized to perform: ACTION on resource: ARN because …`
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
fn denied_resource(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("on resource: ")?;
    rest.split_whitespace().next().filter(|resource| resource.starts_with("arn:"))
}

/// A request that was never answered. The SDK reports credential faults here, too, and only in words.
fn unsent(
    connector: Option<&ConnectorError>,
    error: &(dyn Error + 'static),
    call: Call<'_>,
    host: String,
) -> LiveError {
    let reason = innermost(error);
    if connector.is_some_and(|error| error.is_io() || error.is_timeout()) {
        return LiveError::Unreachable { host, reason };
    }
    let whole = chain(error).join(": ").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().all(|word| whole.contains(word));
    // The last of the places that are looked at: it was not found in any before.
    let is_nowhere = has(&["no providers in chain"]) || has(&["credentialsnotloaded"]) || has(&["imds"]);
    match call.profile {
        Some(profile) if is_nowhere => LiveError::Credentials {
            reason: format!(
                "the profile '{profile}' gives none (those that exist: aws configure list-profiles)"
            ),
            profile: profile_option(call.profile),
        },
        None if is_nowhere => LiveError::NoCredentials,
        _ if has(&["expired", "token"]) || has(&["sso", "unauthorized"]) || has(&["sso", "token"]) => {
            LiveError::Expired { login: login(call) }
        }
        _ if has(&["credential"]) || has(&["profile"]) => {
            LiveError::Credentials { reason, profile: profile_option(call.profile) }
        }
        _ => LiveError::Unreachable { host, reason },
    }
}

fn login(call: Call<'_>) -> String {
    match call.profile {
        Some(profile) => format!("aws sso login --profile {}", shell_word(profile)),
        None => "aws sso login (or renew the keys in your environment)".to_owned(),
    }
}

fn profile_option(profile: Option<&str>) -> String {
    profile.map(|profile| format!(" --profile {}", shell_word(profile))).unwrap_or_default()
}

/// What each error of a chain says, from the outermost on.
fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut chain = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        chain.push(error.to_string());
        next = error.source();
    }
    chain
}

/// What the cause of all says, without the system's error number: the words around it are the SDK's own.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let chain = chain(error);
    let said = chain.iter().rev().map(|text| text.split(" (os error").next().unwrap_or_default().trim());
    said.filter(|text| !text.is_empty())
        .map(str::to_owned)
        .next()
        .unwrap_or_else(|| "no reason was given".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Link(&'static str, #[source] Option<Box<Self>>);

    fn chained(texts: &[&'static str]) -> Link {
        let inner = texts[1..].first().map(|_| Box::new(chained(&texts[1..])));
        Link(texts[0], inner)
    }

    const CALL: Call<'_> = Call {
        action: "sts:GetCallerIdentity",
        resource: "the caller",
        region: "us-east-1",
        profile: Some("my team"),
    };

    fn unsent_as(texts: &[&'static str], profile: Option<&'static str>) -> String {
        unsent(None, &chained(texts), Call { profile, ..CALL }, "sts in us-east-1".to_owned()).to_string()
    }

    #[test]
    fn the_last_cause_is_what_a_person_can_use() {
        let chain =
            chained(&["dispatch failure", "client error (Connect)", "Connection refused (os error 111)"]);
        assert_eq!(innermost(&chain), "Connection refused");
        assert_eq!(innermost(&chained(&["command failed", ""])), "command failed");
    }

    #[test]
    fn each_way_to_have_no_credentials_is_told() {
        let imds = ["dispatch failure", "an error occurred while loading credentials", "IMDS is disabled"];
        assert!(unsent_as(&imds, None).starts_with("no AWS credentials were found"));
        assert!(unsent_as(&imds, Some("x")).contains("the profile 'x' gives none"));
        let sso = ["dispatch failure", "failed to load the cached SSO token"];
        assert!(unsent_as(&sso, Some("my team")).ends_with("aws sso login --profile 'my team'"));
        let process = ["dispatch failure", "error retrieving credentials from external process", "exit 1"];
        assert!(unsent_as(&process, None).contains("cannot be loaded: exit 1"));
        assert!(
            unsent_as(&["dispatch failure", "dns error"], None).contains("cannot be reached (dns error)")
        );
    }

    #[test]
    fn each_refusal_is_told_from_the_others() {
        let of = |code, message, status| answered(CALL, Some(code), Some(message), status);
        assert!(!answered(CALL, None, None, 404).is_passing());
        assert!(answered(CALL, None, None, 502).is_passing());
        assert!(matches!(of("ExpiredToken", "", 400), LiveError::Expired { .. }));
        assert!(matches!(of("RequestExpired", "", 400), LiveError::Clock { .. }));
        let skewed = "Signature expired: 20260120T140000Z is now earlier than 20260120T141500Z";
        assert!(matches!(of("InvalidSignatureException", skewed, 400), LiveError::Clock { .. }));
        assert!(matches!(of("SignatureDoesNotMatch", "no", 403), LiveError::Credentials { .. }));
        assert!(matches!(of("Anything", "", 429), LiveError::Throttled { .. }));
        assert!(matches!(of("LimitExceededException", "", 429), LiveError::Quota { .. }));
        let named = "User: u is not authorized to perform: logs:X on resource: arn:aws:logs:a:1:log-group:/b because no";
        let LiveError::Denied { resource, .. } = of("AccessDeniedException", named, 400) else { panic!() };
        assert_eq!(resource, "arn:aws:logs:a:1:log-group:/b");
        let LiveError::Denied { resource, .. } = of("AccessDenied", "on resource: *", 403) else { panic!() };
        assert_eq!(resource, CALL.resource);
    }
}
