//! What an AWS call can fail with, in the words of the person who must mend it.

use aws_sdk_cloudwatchlogs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::result::ConnectorError;

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
pub(super) fn classify<E, R>(call: Call<'_>, error: &SdkError<E, R>) -> LiveError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let action = call.action.to_owned();
    let login = || match call.profile {
        Some(profile) => format!("aws sso login --profile {profile}"),
        None => "aws sso login (or renew the keys in your environment)".to_owned(),
    };
    if let SdkError::ServiceError(service) = error {
        let code = service.err().code().unwrap_or_default();
        let is = |codes: &[&str]| codes.contains(&code);
        let reason = service.err().message().unwrap_or(code).to_owned();
        return if is(EXPIRED) {
            LiveError::Expired { login: login() }
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
        } else {
            let reason = match (code.is_empty(), reason.is_empty()) {
                (false, _) => format!("{code}: {reason}"),
                (true, false) => reason,
                (true, true) => {
                    "the answer is none of AWS; check the endpoint, and whether a proxy answers instead"
                        .to_owned()
                }
            };
            LiveError::Other { action, reason }
        };
    }
    let host = format!("{} in {}", action.split(':').next().unwrap_or_default(), call.region);
    match error {
        SdkError::DispatchFailure(failure) => {
            let reason = DisplayErrorContext(error).to_string();
            unsent(failure.as_connector_error(), &reason, call, host, login())
        }
        SdkError::TimeoutError(_) => LiveError::Unreachable { host, reason: "no answer in time".to_owned() },
        _ => LiveError::Other { action, reason: DisplayErrorContext(error).to_string() },
    }
}

/// A request that was never answered. The SDK reports credential faults here, too, and only in words.
fn unsent(
    connector: Option<&ConnectorError>,
    reason: &str,
    call: Call<'_>,
    host: String,
    login: String,
) -> LiveError {
    let lower = reason.to_ascii_lowercase();
    if connector.is_some_and(|error| error.is_io() || error.is_timeout()) {
        return LiveError::Unreachable { host, reason: innermost(reason) };
    }
    if lower.contains("no providers in chain provided credentials") || lower.contains("credentialsnotloaded")
    {
        match call.profile {
            Some(name) => LiveError::Credentials {
                reason: format!(
                    "the profile '{name}' gives none (those that exist: aws configure list-profiles)"
                ),
                profile: profile_option(call.profile),
            },
            None => LiveError::NoCredentials,
        }
    } else if lower.contains("expired") && lower.contains("token")
        || lower.contains("sso") && lower.contains("unauthorized")
    {
        LiveError::Expired { login }
    } else if lower.contains("credential") || lower.contains("profile") {
        LiveError::Credentials { reason: innermost(reason), profile: profile_option(call.profile) }
    } else {
        LiveError::Unreachable { host, reason: innermost(reason) }
    }
}

fn profile_option(profile: Option<&str>) -> String {
    profile.map(|profile| format!(" --profile {profile}")).unwrap_or_default()
}

/// The last cause of a chain as the SDK prints it: without the debug form in parentheses behind it, which names the error's
/// kind first, and without the system's error number.
fn innermost(chain: &str) -> String {
    const KINDS: [&str; 5] = [
        " (DispatchFailure(",
        " (ConstructionFailure(",
        " (TimeoutError(",
        " (ResponseError(",
        " (ServiceError(",
    ];
    let end = KINDS.iter().filter_map(|kind| chain.find(kind)).min().unwrap_or(chain.len());
    let readable = chain[..end].split(" (os error").next().unwrap_or_default();
    readable.rsplit(": ").next().unwrap_or(readable).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_cause_is_what_a_person_can_use() {
        let chain = "dispatch failure: io error: client error (Connect): tcp connect error: Connection refused (os error 111) (DispatchFailure(DispatchFailure { source: x: y }))";
        assert_eq!(innermost(chain), "Connection refused");
        assert_eq!(innermost("plain"), "plain");
    }
}
