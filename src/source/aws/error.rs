//! What an AWS call can fail with, in the words of the person who must mend it.

use std::error::Error;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;

use crate::model::shell_word;

/// Why a live source could not be read. Each message says what to do next.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LiveError {
    /// No credentials were found.
    #[error(
        "no AWS credentials were found; name a profile (--profile), run `aws configure`, or check with: aws sts get-caller-identity"
    )]
    NoCredentials,
    /// They were valid once.
    #[error("the AWS credentials have expired; log in again: {login}")]
    Expired {
        /// The command.
        login: String,
    },
    /// The credentials could not be made: a broken profile, a role that cannot be assumed.
    #[error("AWS credentials cannot be loaded: {reason}; check with: aws sts get-caller-identity{profile}")]
    Credentials {
        /// What the provider said.
        reason: String,
        /// ` --profile NAME`, or nothing.
        profile: String,
    },
    /// No Region.
    #[error("no Region is set; name it with --region, AWS_REGION or `region` in the profile")]
    NoRegion,
    /// It cannot be one.
    #[error(
        "'{region}' is no Region; name one such as us-east-1 with --region, AWS_REGION or in the profile"
    )]
    NoSuchRegion {
        /// What was given.
        region: String,
    },
    /// Not allowed.
    #[error(
        "{action} is denied on {resource}; ask for the permission (`agentcore-triage iam` prints the policy)"
    )]
    Denied {
        /// IAM action.
        action: String,
        /// What it was asked for.
        resource: String,
    },
    /// There is no such thing, there or in this Region.
    #[error(
        "{resource} was not found in {region}; list what is there: agentcore-triage discover --region {region}"
    )]
    NotFound {
        /// What.
        resource: String,
        /// Where.
        region: String,
    },
    /// The service asks to slow down, still after every retry.
    #[error(
        "{action} is throttled; it was tried again {attempts} times. Ask for fewer groups or a shorter window"
    )]
    Throttled {
        /// IAM action.
        action: String,
        /// Attempts.
        attempts: u32,
    },
    /// The service does not take the request as it is: a filter pattern, a window, a name that cannot be.
    #[error("{action} was refused: {reason}; check names, window and filter pattern")]
    Rejected {
        /// IAM action.
        action: String,
        /// What the service said.
        reason: String,
    },
    /// A list could not be read to its end before the place in it was forgotten.
    #[error("the service has forgotten how far the log group was read; the stretch is read again")]
    TokenExpired,
    /// A quota of the account is used up.
    #[error("{action} meets a quota of the account: {reason}")]
    Quota {
        /// IAM action.
        action: String,
        /// What the service said.
        reason: String,
    },
    /// Nobody answers.
    #[error("{host} cannot be reached ({reason}); check the network, the proxy and the Region")]
    Unreachable {
        /// Host or service.
        host: String,
        /// What the connection said.
        reason: String,
    },
    /// Anything else.
    #[error("{action} failed: {reason}")]
    Other {
        /// IAM action.
        action: String,
        /// What the service said.
        reason: String,
    },
}

impl LiveError {
    /// The IAM action that failed, when it was one call.
    pub fn action(&self) -> Option<&str> {
        match self {
            Self::Denied { action, .. } | Self::Throttled { action, .. } | Self::Other { action, .. } => {
                Some(action)
            }
            _ => None,
        }
    }

    /// Whether a permission is missing.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied { .. })
    }

    /// Whether trying again later may succeed without anybody mending anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. } | Self::Unreachable { .. } | Self::Other { .. } | Self::TokenExpired
        )
    }
}

/// Where and as whom a call was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// IAM action: `logs:FilterLogEvents`.
    pub action: &'static str,
    /// What it was asked for.
    pub resource: &'a str,
    /// Region.
    pub region: &'a str,
    /// Profile, when one was named.
    pub profile: Option<&'a str>,
}

/// Attempts that the SDK makes before it gives up; see [`Account`](super::Account).
pub(super) const ATTEMPTS: u32 = 5;

/// Error codes of expired credentials, over all services that are called.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];
const DENIED: &[&str] = &["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"];
const INVALID: &[&str] =
    &["UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"];
const MISSING: &[&str] = &["ResourceNotFoundException", "NoSuchEntity", "NotFoundException"];
const THROTTLED: &[&str] =
    &["ThrottlingException", "ThrottledException", "Throttling", "TooManyRequestsException"];
const REJECTED: &[&str] = &[
    "InvalidParameterException",
    "InvalidOperationException",
    "InvalidRequestException",
    "ValidationException",
    "ValidationError",
];
const QUOTA: &[&str] = &["LimitExceededException", "ServiceQuotaExceededException"];

/// Reads what the SDK reports.
pub(super) fn classify<E>(call: Call<'_>, error: &SdkError<E, HttpResponse>) -> LiveError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let action = call.action.to_owned();
    let host = format!("{} in {}", action.split(':').next().unwrap_or_default(), call.region);
    match error {
        SdkError::ServiceError(service) => {
            let error = service.err();
            answered(call, error.code(), error.message(), service.raw().status().as_u16())
        }
        SdkError::DispatchFailure(failure) => unsent(failure.as_connector_error(), error, call, host),
        SdkError::TimeoutError(_) => LiveError::Unreachable { host, reason: "no answer in time".to_owned() },
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            LiveError::Other { action, reason: format!("HTTP {status}, {}", innermost(error)) }
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
    } else if is(DENIED) {
        LiveError::Denied { action, resource: call.resource.to_owned() }
    } else if is(INVALID) {
        LiveError::Credentials { reason, profile: profile_option(call.profile) }
    } else if is(MISSING) {
        LiveError::NotFound { resource: call.resource.to_owned(), region: call.region.to_owned() }
    } else if is(THROTTLED) {
        LiveError::Throttled { action, attempts: ATTEMPTS }
    } else if is(REJECTED) {
        LiveError::Rejected { action, reason }
    } else if is(QUOTA) {
        LiveError::Quota { action, reason }
    } else if code.is_empty() {
        let reason = format!("HTTP {status} without an error that AWS would send; check proxy and endpoint");
        match status {
            // Whoever answers does not know this API, and will not later.
            400 | 404 | 405 | 501 => LiveError::Rejected { action, reason },
            _ => LiveError::Other { action, reason },
        }
    } else {
        LiveError::Other { action, reason: format!("{code}: {reason}") }
    }
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
    fn an_answer_of_nobody_knows_whom_says_so() {
        let error = answered(CALL, None, None, 502).to_string();
        assert!(error.contains("HTTP 502") && error.contains("proxy"), "{error}");
        assert!(!answered(CALL, None, None, 404).is_passing());
        assert!(matches!(answered(CALL, Some("ExpiredToken"), None, 400), LiveError::Expired { .. }));
    }
}
