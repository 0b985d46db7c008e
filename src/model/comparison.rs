//! Comparison of a failing request with healthy ones.

use super::RequestKey;
use super::signal::words;

words! {
    /// What kind of attribute differs.
    FeatureKind {
        /// A step of the walk.
        Step = "step",
        /// A duration, put into a band.
        Timing = "timing",
        /// An argument of the call: its presence, JSON type or value.
        Parameter = "parameter",
        /// An HTTP header.
        Header = "header",
        /// The tool's schema.
        Schema = "schema",
        /// A span or log event that is there or not.
        Span = "span",
        /// Version of a piece of software.
        Version = "version",
        /// Who and where: caller, session, target, endpoint, stream.
        Identity = "identity",
    }
}

/// So many of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    /// Requests with the attribute's value.
    pub with: u32,
    /// Requests looked at, of which the capture can tell.
    pub of: u32,
}

/// An attribute whose value differs between the failing and the healthy request.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// Kind.
    pub kind: FeatureKind,
    /// The attribute, for example `max_results: type`.
    pub attribute: String,
    /// Its value in the failing request; `None` when absent.
    pub failing: Option<String>,
    /// Its value in the healthy one.
    pub healthy: Option<String>,
    /// How many failed requests have the failing value.
    pub among_failed: Share,
    /// How many healthy ones have it.
    pub among_healthy: Share,
    /// How well it separates them, 0 to 1: the difference of the two shares, less what chance explains.
    pub separation: f64,
}

words! {
    /// How the healthy side was chosen.
    BaselineChoice {
        /// The user named it.
        Named = "named",
        /// The same tool; the same operation where there is no tool.
        SameTool = "same-tool",
        /// Another tool of the same target.
        SameTarget = "same-target",
        /// Another target of the same gateway, or another operation of the same runtime.
        SameResource = "same-resource",
    }
}

/// The healthy side of a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HealthyRequest {
    /// Its key in this case; `None` when it comes from another capture.
    pub key: Option<RequestKey>,
    /// How a person finds it: trace or request id, tool, capture.
    pub label: String,
    /// How it was chosen.
    pub choice: BaselineChoice,
}

/// A failing request beside a healthy one.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// The failing request.
    pub failing: RequestKey,
    /// The healthy one; `None` when there is none, and `caution` says so.
    pub healthy: Option<HealthyRequest>,
    /// Best separating first.
    pub differences: Vec<Difference>,
    /// Attributes looked at that do not differ.
    pub same: u32,
    /// Failed requests that were looked at, and how many there are.
    pub failed: Share,
    /// Healthy requests that were looked at, and how many there are.
    pub healthy_seen: Share,
    /// What keeps a reader from concluding too much: two samples, another tool.
    pub caution: Option<String>,
}
