//! What AWS answered, as plain data: every call's answer, or why there is none.

use std::collections::BTreeMap;

use crate::model::{Refusal, Timestamp, Unanswered};
use crate::source::aws::error::LiveError;

/// What was asked for, or why it is not known.
pub type Answer<T> = Result<T, Unanswered>;

/// Everything that the probes judge.
#[derive(Clone, PartialEq, Debug)]
pub struct Answers {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// ARN of the caller.
    pub caller: String,
    /// When the questions were asked.
    pub asked: Timestamp,
    /// Where traces go.
    pub destination: Answer<Destination>,
    /// What share of them is indexed.
    pub indexing: Answer<Vec<IndexingRule>>,
    /// The newest streams of `aws/spans`, newest first; `None` when there is no such group.
    pub spans: Answer<Option<Vec<Stream>>>,
    /// Resource policies of CloudWatch Logs in the account: documents, as JSON text.
    pub policies: Answer<Vec<String>>,
    /// The policy of the group `aws/spans` itself, which does not count against the account's quota.
    pub spans_policy: Answer<Option<String>>,
    /// Log deliveries.
    pub deliveries: Answer<Deliveries>,
    /// The runtimes asked about.
    pub runtimes: Vec<RuntimeAnswers>,
    /// The gateways asked about.
    pub gateways: Vec<GatewayAnswers>,
    /// Resources that came along with those that were named, one sentence each.
    pub neighbours: Vec<String>,
    /// Lists of resources that could not be read.
    pub unlisted: Vec<Unanswered>,
    /// Resources that were not asked about, because there are too many.
    pub left_out: usize,
}

/// Where X-Ray puts trace segments.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Destination {
    /// `XRay` or `CloudWatchLogs`.
    pub destination: Option<String>,
    /// `PENDING` or `ACTIVE`.
    pub status: Option<String>,
}

/// A rule of Transaction Search about indexing.
#[derive(Clone, PartialEq, Debug)]
pub struct IndexingRule {
    /// Name: `Default`.
    pub name: String,
    /// Percentage that is wanted.
    pub desired: Option<f64>,
    /// Percentage that is in effect.
    pub actual: Option<f64>,
}

/// A log stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Name.
    pub name: String,
    /// Its newest event; the service may be an hour behind.
    pub newest: Option<Timestamp>,
}

/// How vended logs and traces leave their resources.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Deliveries {
    /// What is delivered.
    pub sources: Vec<DeliverySource>,
    /// Which source goes to which destination.
    pub deliveries: Vec<Delivery>,
    /// ARN of a destination to the ARN of the log group, bucket or stream behind it.
    pub destinations: BTreeMap<String, String>,
}

/// A delivery source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliverySource {
    /// Name.
    pub name: String,
    /// ARN of the resource whose logs these are.
    pub resource: String,
    /// `APPLICATION_LOGS`, `TRACES`, `USAGE_LOGS`.
    pub log_type: String,
    /// `ACTIVE` or `INACTIVE`, where the service says.
    pub status: Option<String>,
    /// Why it is inactive.
    pub reason: Option<String>,
}

/// A delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Name of its source.
    pub source: String,
    /// `CWL`, `S3`, `FH`, `XRAY`.
    pub kind: String,
    /// ARN of its destination.
    pub destination: String,
    /// Fields of a record that are kept; empty for all.
    pub fields: Vec<String>,
}

/// What is known of a runtime.
#[derive(Clone, PartialEq, Debug)]
pub struct RuntimeAnswers {
    /// Id.
    pub id: String,
    /// Name, from the list of runtimes.
    pub name: Option<String>,
    /// The runtime itself.
    pub runtime: Answer<RuntimeFacts>,
    /// Its endpoints.
    pub endpoints: Answer<Vec<EndpointFacts>>,
    /// The log groups of its endpoints.
    pub groups: Vec<GroupAnswers>,
    /// What its role may do, by subject.
    pub role: Vec<(RoleSubject, Answer<Vec<Decision>>)>,
}

/// A runtime as the control plane describes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuntimeFacts {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Latest version.
    pub version: String,
    /// Status.
    pub status: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Last update.
    pub updated: Option<Timestamp>,
    /// Execution role.
    pub role: String,
    /// What runs.
    pub artifact: Artifact,
    /// Environment variables. Values may be secrets.
    pub environment: BTreeMap<String, String>,
    /// ARN of its workload identity.
    pub workload_identity: Option<String>,
}

/// What a runtime runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Artifact {
    /// A container image, by its URI.
    Container(String),
    /// Code on a managed Python or Node of this version.
    Code(String),
    /// The service did not say, or says something new.
    #[default]
    Unknown,
}

/// An endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndpointFacts {
    /// Name.
    pub name: String,
    /// Status.
    pub status: String,
    /// Version that serves.
    pub live: Option<String>,
    /// Version that is being rolled out.
    pub target: Option<String>,
}

/// A log group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupAnswers {
    /// Name.
    pub name: String,
    /// Its newest streams, newest first; `None` when there is no such group.
    pub newest: Answer<Option<Vec<Stream>>>,
    /// The stream `otel-rt-logs`, where the OpenTelemetry exporter writes.
    pub otel: Answer<Option<Stream>>,
    /// The stream `spans`, where newer agents keep their spans.
    pub spans: Answer<Option<Stream>>,
}

/// What a role is asked about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RoleSubject {
    /// Writing container output and log records.
    Logs,
    /// Sending spans.
    Traces,
    /// Fetching tokens.
    Identity,
    /// Setting up the runtime's own span stream.
    OwnSpans,
}

/// What IAM says of one action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Action.
    pub action: String,
    /// Resource that it was asked for.
    pub resource: Option<String>,
    /// `allowed`, `implicitDeny`, `explicitDeny`.
    pub decision: String,
    /// Condition keys that the simulation had no value for.
    pub missing: Vec<String>,
}

/// What is known of a gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct GatewayAnswers {
    /// Id.
    pub id: String,
    /// Name, from the list of gateways.
    pub name: Option<String>,
    /// The gateway itself.
    pub gateway: Answer<GatewayFacts>,
    /// Its targets.
    pub targets: Answer<Vec<TargetAnswers>>,
    /// The log groups that its logs are delivered to.
    pub groups: Vec<GroupAnswers>,
}

/// A gateway as the control plane describes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GatewayFacts {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Status.
    pub status: String,
    /// Why it has this status.
    pub reasons: Vec<String>,
    /// Execution role.
    pub role: Option<String>,
    /// How much an error tells its caller.
    pub exception_level: Option<String>,
}

/// What is known of a target.
#[derive(Clone, PartialEq, Debug)]
pub struct TargetAnswers {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Status.
    pub status: String,
    /// Type.
    pub kind: Option<String>,
    /// `DYNAMIC` when tools are read at every listing.
    pub listing: Option<String>,
    /// When its tools were last read.
    pub synchronized: Option<Timestamp>,
    /// When it was last updated.
    pub updated: Option<Timestamp>,
    /// What only the target itself tells.
    pub detail: Answer<TargetFacts>,
    /// When the runtime behind it was last updated; `None` when there is no runtime behind it.
    pub runtime_updated: Option<Answer<Option<Timestamp>>>,
    /// Whether the gateway's role may call the runtime; `None` when it does not call with its role.
    pub may_invoke: Option<Answer<Vec<Decision>>>,
}

/// A target as the control plane describes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TargetFacts {
    /// Why it has this status.
    pub reasons: Vec<String>,
    /// ARN or id of the runtime behind it.
    pub runtime: Option<String>,
    /// Whether its tools are a fixed list of the target's own.
    pub has_static_tools: bool,
    /// Kinds of outbound credentials.
    pub credentials: Vec<String>,
}

/// A call that failed, as data.
pub fn unanswered(action: &str, error: &LiveError) -> Unanswered {
    let refusal = match error {
        LiveError::Denied { .. } => Refusal::Denied,
        LiveError::NotFound { .. } => Refusal::NotFound,
        _ => Refusal::Failed,
    };
    Unanswered { action: action.to_owned(), refusal, reason: error.to_string() }
}
