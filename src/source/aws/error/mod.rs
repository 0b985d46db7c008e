//! What an AWS call can fail with, in the words of the person who must mend it.

mod classify;
mod strangers;

pub(super) use classify::{Call, classify};
pub(super) use strangers::NoStrangers;

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
    /// The service asks to slow down.
    #[error("{action} is throttled; if this goes on, ask for fewer groups or a shorter window")]
    Throttled {
        /// IAM action.
        action: String,
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
    /// Somebody answers, but not AWS: a proxy, a captive portal, an endpoint of something else.
    #[error(
        "{host} is answered by something that is not AWS ({answer}); check the endpoint (--endpoint-url, AWS_ENDPOINT_URL), the proxy (HTTPS_PROXY) and whether this network asks for a login"
    )]
    Foreign {
        /// Service and Region.
        host: String,
        /// Status, content type and first words.
        answer: String,
    },
    /// The service finds that a request comes from another time.
    #[error("the clock of this machine is not that of AWS ({reason}); set it and try again")]
    Clock {
        /// What the service said.
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
            Self::Throttled { .. }
                | Self::Unreachable { .. }
                | Self::Foreign { .. }
                | Self::Other { .. }
                | Self::TokenExpired
        )
    }

    /// Whether the service itself said it: somebody else answered, or nobody.
    pub(super) fn is_of_aws(&self) -> bool {
        !matches!(self, Self::Unreachable { .. } | Self::Foreign { .. })
    }
}
