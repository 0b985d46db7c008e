//! A connection: credentials, Region and endpoints, found as the AWS CLI finds them.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::error::{Call, LiveError, NoStrangers, classify};
use super::logs::is_arn;
use super::service_clock::ServiceClock;
use crate::source::recording::Origin;

/// Attempts that the SDK makes of a call, where the caller does not count them itself.
const ATTEMPTS: u32 = 5;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

/// Attempts of the first question, who the caller is, and how long it may take with all that is asked on the way: a wrong
/// Region or a closed network is told within five seconds.
const FIRST_ATTEMPTS: u32 = 2;
const FIRST_ANSWER: Duration = Duration::from_millis(4_200);
const FIRST_BACKOFF: Duration = Duration::from_millis(400);

/// How long one attempt may take altogether; pages of a megabyte come over slow lines.
const ATTEMPT: Duration = Duration::from_secs(30);

/// Longest wait between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(10);

/// A client that asks nobody but AWS again.
macro_rules! client {
    ($sdk:ident, $config:expr) => {
        $sdk::Client::from_conf($sdk::config::Builder::from($config).retry_classifier(NoStrangers).build())
    };
}

/// How to reach an account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Connection {
    /// Profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Region, before that of the environment and the profile.
    pub region: Option<String>,
    /// Endpoint of every service, before that of the environment.
    pub endpoint_url: Option<String>,
    /// Role to assume with these credentials.
    pub role_arn: Option<String>,
}

/// A connection that has a Region and knows whose account it is.
#[derive(Clone, Debug)]
pub struct Account {
    logs: aws_sdk_cloudwatchlogs::Client,
    logs_once: aws_sdk_cloudwatchlogs::Client,
    xray: aws_sdk_xray::Client,
    xray_once: aws_sdk_xray::Client,
    control: aws_sdk_bedrockagentcorecontrol::Client,
    iam: aws_sdk_iam::Client,
    region: String,
    id: String,
    caller: String,
    profile: Option<String>,
    /// The profile that messages name: that of the environment, too.
    told_profile: Option<String>,
    role_arn: Option<String>,
    ahead: i64,
}

impl Connection {
    /// Finds credentials and Region and asks once who they belong to.
    ///
    /// # Errors
    /// When there is no Region, no credentials, or nobody answers.
    pub async fn open(&self) -> Result<Account, LiveError> {
        Account::of(&self.load().await, self.profile.as_deref(), self.role_arn.as_deref()).await
    }

    async fn load(&self) -> SdkConfig {
        let retries = RetryConfig::adaptive().with_max_attempts(ATTEMPTS).with_max_backoff(MAX_BACKOFF);
        let timeouts =
            TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .retry_config(retries)
            .timeout_config(timeouts);
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let mut config = loader.load().await;
        if let Some(profile) = &self.profile {
            config = with_profile(config, profile);
        }
        let Some(role) = &self.role_arn else { return config };
        let provider = AssumeRoleProvider::builder(role).session_name("agentcore-triage").configure(&config);
        with_credentials(config, CredentialsProviderChain::first_try("assumed role", provider.build().await))
    }
}

impl Account {
    /// The account that a configuration of the SDK reaches. `profile` and `role_arn` are what it was made from, for messages
    /// and captures.
    ///
    /// # Errors
    /// When there is no Region, no credentials, or nobody answers.
    pub async fn of(
        config: &SdkConfig,
        profile: Option<&str>,
        role_arn: Option<&str>,
    ) -> Result<Self, LiveError> {
        let region = config.region().ok_or(LiveError::NoRegion)?.to_string();
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(LiveError::NoSuchRegion { region });
        }
        let told_profile = profile.map(str::to_owned).or_else(profile_of_environment);
        let call = Call {
            action: "sts:GetCallerIdentity",
            resource: "the caller",
            region: &region,
            profile: told_profile.as_deref(),
        };
        let soon = aws_sdk_sts::config::Builder::new()
            .retry_classifier(NoStrangers)
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(FIRST_ANSWER).build(),
            )
            .retry_config(
                RetryConfig::standard().with_max_attempts(FIRST_ATTEMPTS).with_initial_backoff(FIRST_BACKOFF),
            );
        let clock = ServiceClock::default();
        let ask = aws_sdk_sts::Client::new(config).get_caller_identity().customize();
        let ask = ask.config_override(soon).interceptor(clock.clone());
        let identity = ask.send().await.map_err(|error| classify(call, &error))?;
        let once = config.to_builder().retry_config(RetryConfig::disabled()).build();
        Ok(Self {
            logs: client!(aws_sdk_cloudwatchlogs, config),
            logs_once: client!(aws_sdk_cloudwatchlogs, &once),
            xray: client!(aws_sdk_xray, config),
            xray_once: client!(aws_sdk_xray, &once),
            control: client!(aws_sdk_bedrockagentcorecontrol, config),
            iam: client!(aws_sdk_iam, config),
            id: identity.account().unwrap_or_default().to_owned(),
            caller: identity.arn().unwrap_or_default().to_owned(),
            profile: profile.map(str::to_owned),
            told_profile,
            role_arn: role_arn.map(str::to_owned),
            ahead: clock.ahead(),
            region,
        })
    }

    /// Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Account id; empty when the service did not say.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// ARN of the caller.
    pub fn caller(&self) -> &str {
        &self.caller
    }

    /// Profile, when one was named.
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// Role that was assumed.
    pub fn role_arn(&self) -> Option<&str> {
        self.role_arn.as_deref()
    }

    /// By how much the clock of AWS is ahead of ours, in nanoseconds; zero when they are about the same.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead
    }

    /// ARN of one of its log groups, or of one that is named by its ARN; `None` when the account's id is not known.
    pub(super) fn log_group_arn(&self, name: &str) -> Option<String> {
        if is_arn(name) {
            return Some(name.to_owned());
        }
        // The caller's own ARN names the partition.
        let partition = self.caller.split(':').nth(1).filter(|partition| !partition.is_empty())?;
        let Self { region, id, .. } = self;
        (!id.is_empty()).then(|| format!("arn:{partition}:logs:{region}:{id}:log-group:{name}"))
    }

    /// What a capture keeps of it.
    pub(super) fn origin(&self) -> Origin {
        Origin {
            account: Some(self.id.clone()).filter(|id| !id.is_empty()),
            region: self.region.clone(),
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
        }
    }

    /// CloudWatch Logs.
    pub(super) fn logs(&self) -> &aws_sdk_cloudwatchlogs::Client {
        &self.logs
    }

    /// CloudWatch Logs for a caller that tries again itself, so that every fault is counted and told at once.
    pub(super) fn logs_once(&self) -> &aws_sdk_cloudwatchlogs::Client {
        &self.logs_once
    }

    /// X-Ray.
    pub(super) fn xray(&self) -> &aws_sdk_xray::Client {
        &self.xray
    }

    /// X-Ray for a caller that tries again itself.
    pub(super) fn xray_once(&self) -> &aws_sdk_xray::Client {
        &self.xray_once
    }

    /// The AgentCore control plane.
    pub(super) fn control(&self) -> &aws_sdk_bedrockagentcorecontrol::Client {
        &self.control
    }

    /// IAM.
    pub(super) fn iam(&self) -> &aws_sdk_iam::Client {
        &self.iam
    }

    /// What an error message needs to know about a call.
    pub(super) fn call<'a>(&'a self, action: &'static str, resource: &'a str) -> Call<'a> {
        Call { action, resource, region: &self.region, profile: self.told_profile.as_deref() }
    }
}

/// Credentials of a profile that was named: keys in the environment do not come before it, as with the AWS CLI
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html>). The SDK by itself looks at them first.
fn with_profile(config: SdkConfig, profile: &str) -> SdkConfig {
    let mut settings = ProviderConfig::without_region()
        .with_region(config.region().cloned())
        .with_http_client(http_client());
    if let Some(retries) = config.retry_config() {
        settings = settings.with_retry_config(retries.clone());
    }
    if let Some(timeouts) = config.timeout_config() {
        settings = settings.with_timeout_config(timeouts.clone());
    }
    let of_profile = ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(profile);
    let chain = CredentialsProviderChain::first_try("Profile", of_profile.build())
        .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(&settings).build())
        .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().configure(&settings).build());
    with_credentials(config, chain)
}

fn with_credentials(config: SdkConfig, chain: CredentialsProviderChain) -> SdkConfig {
    let provider = aws_sdk_sts::config::SharedCredentialsProvider::new(chain);
    config.into_builder().credentials_provider(provider).build()
}

/// The profile that credentials come from when none is named, unless there are keys beside it.
fn profile_of_environment() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("AWS_PROFILE").filter(|_| set("AWS_ACCESS_KEY_ID").is_none())
}

/// The proxies of the environment. A `*` in `NO_PROXY` is every host; the HTTP client lets it stand for names only, not for
/// addresses.
fn proxies() -> ProxyConfig {
    let excepted = ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| std::env::var(name).ok());
    if excepted.is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*")) {
        ProxyConfig::disabled()
    } else {
        ProxyConfig::from_env()
    }
}

/// HTTPS with rustls and ring; proxies as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
            .proxy_config(proxies());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}
