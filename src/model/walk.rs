//! Where a request stopped: the steps of a call through the layers, each with what shows it.

use super::signal::words;
use super::{RequestKey, SignalKey, Timestamp};

words! {
    /// A step of a call, in the order in which a call takes them.
    Stage {
        /// The caller sent the request.
        Client = "client",
        /// The Gateway received it.
        GatewayReceived = "gateway-received",
        /// The Gateway accepted the arguments against the tool's schema.
        Validated = "validated",
        /// The policy engine and interceptors let it pass.
        Policy = "policy",
        /// The token or key for the target was fetched.
        Token = "outbound-token",
        /// The Gateway called the target.
        TargetCalled = "target-called",
        /// The Runtime received the request.
        RuntimeReceived = "runtime-received",
        /// The agent or the MCP server ran its handler.
        Handler = "handler",
        /// The handler called models, memories, databases, other services.
        Downstream = "downstream",
        /// The answer went back.
        Response = "response",
    }
}

words! {
    /// What the capture says about a step.
    StepState {
        /// A signal shows that it was taken and succeeded.
        Passed = "passed",
        /// A signal shows that it failed.
        Failed = "failed",
        /// It did not happen: its layer is covered for the time in question and shows nothing.
        Missing = "missing",
        /// A later step shows that it must have happened; nothing shows it itself.
        Implied = "implied",
        /// The capture cannot show it.
        Unseen = "unseen",
        /// This kind of request does not take it.
        NotApplicable = "not-applicable",
    }
}

/// One step of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Which.
    pub stage: Stage,
    /// What is known of it.
    pub state: StepState,
    /// When it began.
    pub at: Option<Timestamp>,
    /// How long it took in nanoseconds, where a span or two rows tell.
    pub duration: Option<i64>,
    /// What shows it, in canonical order; at most [`MAX_EVIDENCE`](super::MAX_EVIDENCE).
    pub signals: Vec<SignalKey>,
    /// In words, what shows it or what would: "span POST, 200", "no Runtime log in this capture".
    pub note: String,
}

words! {
    /// Something about a request that its steps do not tell.
    MarkKind {
        /// The same call was made again.
        Retry = "retry",
        /// The caller gave up, and the call succeeded later.
        ClientGaveUp = "client-gave-up",
        /// A child span ended after its parent, as streaming answers do.
        OutlivesParent = "outlives-parent",
    }
}

/// One such thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// What.
    pub kind: MarkKind,
    /// When.
    pub at: Option<Timestamp>,
    /// In words.
    pub note: String,
    /// What shows it.
    pub signals: Vec<SignalKey>,
    /// The other request, for a retry.
    pub other: Option<RequestKey>,
}

/// A request's way through the layers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walk {
    /// The request.
    pub request: RequestKey,
    /// One per [`Stage`], in order.
    pub steps: Vec<Step>,
    /// The first step that failed or is missing; `None` when nothing stopped it or the capture cannot tell.
    pub stopped: Option<Stage>,
    /// In one sentence where it stopped, or why that cannot be told.
    pub verdict: String,
    /// Retries, late successes, streaming children.
    pub marks: Vec<Mark>,
}

impl Walk {
    /// A walk of which nothing is known.
    pub fn unseen(request: RequestKey) -> Self {
        let step = |stage: &Stage| Step {
            stage: *stage,
            state: StepState::Unseen,
            at: None,
            duration: None,
            signals: Vec::new(),
            note: String::new(),
        };
        Self {
            request,
            steps: Stage::ALL.iter().map(step).collect(),
            stopped: None,
            verdict: "Where it stopped cannot be told.".to_owned(),
            marks: Vec::new(),
        }
    }

    /// The step of `stage`.
    pub fn step(&self, stage: Stage) -> Option<&Step> {
        self.steps.iter().find(|step| step.stage == stage)
    }
}
