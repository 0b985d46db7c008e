//! What the capture could have shown: absence is claimed only where a layer is covered.

use std::time::Duration;

use crate::model::{Coverage, Gap, Layer, Outcome, Signal, TimeRange};

use super::Scene;

/// Whether a layer would have shown a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Sight {
    /// It is covered and shows nothing.
    Clear,
    /// It cannot tell, and why.
    Blind(String),
}

impl Sight {
    fn blind(why: impl Into<String>) -> Self {
        Self::Blind(why.into())
    }

    pub(super) fn is_clear(&self) -> bool {
        *self == Self::Clear
    }

    /// Why it cannot tell; empty when it can.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::Clear => "",
            Self::Blind(why) => why,
        }
    }
}

/// How long after a request's last signal a record of the Runtime may still be one of it.
const TRAILING: Duration = Duration::from_secs(1);

/// Lines by which a server shows that it handled a call.
const HANDLING: &[&str] = &[
    "Processing request of type",
    "tools/call",
    "POST /mcp",
    "POST /invocations",
    "Invocation ",
    "Error executing tool",
];

/// The time in which the Runtime would have shown the request.
pub fn runtime_window(window: TimeRange) -> TimeRange {
    TimeRange { start: window.start, end: window.end.plus(TRAILING) }
}

/// Whether the Runtime's records could have shown this request.
pub(super) fn of_runtime(scene: &Scene<'_>) -> Sight {
    let Some(window) = scene.request.window else { return Sight::blind("the request has no time") };
    let Some(layer) = scene.coverage.layer(Layer::Runtime) else {
        return Sight::blind("no Runtime log in this capture");
    };
    let facts = scene.target;
    if facts.with_runtime == 0 && facts.ok_without_runtime > 0 {
        return Sight::blind("other calls of this target succeeded without a Runtime record in this capture");
    }
    if facts.foreign_runtime {
        return Sight::blind(
            "the Runtime log in this capture is of other calls, and may be another Runtime's",
        );
    }
    let covers = layer.range.is_some_and(|range| range.start <= window.start && window.end <= range.end);
    if !covers {
        return Sight::blind("the Runtime log in this capture does not cover this time");
    }
    if let Some(gap) = gap(scene.coverage, Layer::Runtime, runtime_window(window)) {
        return Sight::Blind(format!("records may be missing: {}", gap.reason));
    }
    if scene.loose_cut || scene.loose.iter().any(shows_handling) {
        return Sight::blind("the Runtime handled something at that time that no id ties to a request");
    }
    Sight::Clear
}

/// Whether the Gateway's log covers `after` the request's last signal, without a gap.
pub(super) fn of_gateway_end(scene: &Scene<'_>, after: Duration) -> Sight {
    let Some(window) = scene.request.window else { return Sight::blind("the request has no time") };
    let until = window.end.plus(after);
    let covers = scene
        .coverage
        .layer(Layer::Gateway)
        .and_then(|layer| layer.range)
        .is_some_and(|range| range.end >= until);
    if !covers {
        return Sight::blind("the Gateway log in this capture ends too early to tell");
    }
    match gap(scene.coverage, Layer::Gateway, TimeRange { start: window.start, end: until }) {
        Some(gap) => Sight::Blind(format!("records may be missing: {}", gap.reason)),
        None => Sight::Clear,
    }
}

/// Whether the Gateway's span of its call to the target would be here.
pub(super) fn of_call_span(scene: &Scene<'_>) -> Sight {
    let own = scene.signals.iter().any(|(_, signal)| {
        signal.layer == Layer::Span && signal.name.as_deref() == Some("AgentCore.Gateway.InvokeTool")
    });
    if !own {
        return Sight::blind("no span of the Gateway for this request");
    }
    if !scene.shows_call_spans {
        return Sight::blind("no request in this capture shows the Gateway's span of a call to a target");
    }
    let window = scene.request.window;
    match window.and_then(|window| gap(scene.coverage, Layer::Span, window)) {
        Some(gap) => Sight::Blind(format!("records may be missing: {}", gap.reason)),
        None => Sight::Clear,
    }
}

fn gap(coverage: &Coverage, layer: Layer, window: TimeRange) -> Option<&Gap> {
    coverage.gaps.iter().find(|gap| {
        Layer::from_word(&gap.source).is_none_or(|source| source == layer)
            && gap.start.is_none_or(|start| start <= window.end)
            && gap.end.is_none_or(|end| end >= window.start)
    })
}

fn shows_handling(signal: &Signal) -> bool {
    let name = signal.name.as_deref().unwrap_or_default();
    signal.outcome != Outcome::Unknown
        || HANDLING.iter().any(|word| signal.message.contains(word) || name.contains(word))
}
