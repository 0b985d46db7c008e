//! Findings: what a rule claims, on what evidence, and what to do.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::signal::words;
use super::{Layer, RequestKey, SignalKey, Timestamp};

words! {
    /// How bad a finding is. Orders from harmless to bad.
    Level {
        /// Worth knowing.
        Info = "info",
        /// Something is wrong, calls may still work.
        Warning = "warning",
        /// Calls fail or data are lost.
        Error = "error",
    }
}

words! {
    /// How sure a rule is when it fires. Orders from unsure to sure.
    Confidence {
        /// Look-alikes exist that this capture cannot exclude.
        Low = "low",
        /// Probable.
        Medium = "medium",
        /// The evidence carries the claim.
        High = "high",
    }
}

words! {
    /// What a finding is in the story of a failure.
    Role {
        /// It explains others.
        Cause = "cause",
        /// It follows from a cause.
        Symptom = "symptom",
        /// It looks like a failure and is none.
        Noise = "noise",
    }
}

/// One step of a fix.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixStep {
    /// What to do.
    pub text: String,
    /// A command to copy; `{captures}` are filled in where known.
    #[serde(default)]
    pub command: Option<String>,
    /// Where the step comes from; `None` is said openly.
    #[serde(default, skip_serializing)]
    pub source: Option<String>,
}

/// Advice that circulates and is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongAdvice {
    /// The advice.
    pub advice: String,
    /// Why it does not help.
    pub why: String,
    /// Where this is shown.
    #[serde(default)]
    pub source: Option<String>,
}

/// What a rule says about itself, apart from its condition.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RuleMeta {
    /// Stable id, the name of its folder.
    pub id: String,
    /// One line, states the problem.
    pub title: String,
    /// The folder it lives in: a layer of the system or a subject (`gateway`, `credentials`, …).
    pub layer: String,
    /// How bad.
    pub severity: Level,
    /// How sure.
    pub confidence: Confidence,
    /// What it is in the story.
    pub role: Role,
    /// Rules that this one accounts for when both fire.
    pub explains: Vec<String>,
    /// Template of the finding's message, with `{captures}`.
    pub message: String,
    /// Why it happens.
    pub cause: String,
    /// What it does to callers.
    pub impact: String,
    /// Steps, in order.
    pub fix: Vec<FixStep>,
    /// How to see that the fix worked.
    pub verify: String,
    /// Sources.
    pub references: Vec<String>,
    /// Advice that does not help.
    pub not: Vec<WrongAdvice>,
    /// First affected version, `package version`.
    pub since: Option<String>,
    /// First version without the failure.
    pub until: Option<String>,
    /// Layers whose telemetry would show it, the most telling first.
    #[serde(skip)]
    pub shown_in: Vec<Layer>,
}

#[cfg(test)]
impl RuleMeta {
    /// A rule for tests: a cause at error, of which nothing is said but its id and title.
    pub(crate) fn sample(id: &str, title: &str, layer: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            layer: layer.to_owned(),
            severity: Level::Error,
            confidence: Confidence::High,
            role: Role::Cause,
            explains: Vec::new(),
            message: String::new(),
            cause: String::new(),
            impact: String::new(),
            fix: Vec::new(),
            verify: String::new(),
            references: Vec::new(),
            not: Vec::new(),
            since: None,
            until: None,
            shown_in: Vec::new(),
        }
    }
}

words! {
    /// What a piece of evidence is for.
    EvidenceRole {
        /// The signal the claim rests on.
        Primary = "primary",
        /// A further signal of the condition.
        Related = "related",
    }
}

/// One piece of evidence, by key; outputs resolve it to a place and an excerpt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// The signal.
    pub signal: SignalKey,
    /// What it is for.
    pub role: EvidenceRole,
    /// The matched text, for underlining; a part of the signal's message.
    pub matched: Option<String>,
}

/// A rule that fired on a request, or on the capture as a whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// Severity after the user's overrides.
    pub severity: Level,
    /// Confidence, lowered when a condition rests on a heuristic link.
    pub confidence: Confidence,
    /// Role.
    pub role: Role,
    /// The request; `None` when it concerns the whole capture.
    pub request: Option<RequestKey>,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// Message with its captures filled in.
    pub message: String,
    /// Named captures, in order of the pattern.
    pub captures: IndexMap<String, String>,
    /// How often it was seen.
    pub occurrences: u32,
    /// Evidence, primary first; at most [`MAX_EVIDENCE`].
    pub evidence: Vec<Evidence>,
    /// Fix with captures filled in.
    pub fix: Vec<FixStep>,
}

/// Evidence kept per finding; `occurrences` counts the rest.
pub const MAX_EVIDENCE: usize = 8;

/// A rule that could not be decided, because the capture does not hold what it needs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Undetermined {
    /// Id of the rule.
    pub rule: String,
    /// The request, or `None`.
    #[serde(skip)]
    pub request: Option<RequestKey>,
    /// What is missing, in words, with the command that fetches it.
    pub missing: Vec<String>,
    /// The commands of `missing` alone, each once.
    #[serde(skip)]
    pub commands: Vec<String>,
}

/// What a capture says for or against a rule that may not have fired.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Argument {
    /// Id of the rule.
    pub rule: String,
    /// The request; `None` when it concerns the whole capture.
    pub request: Option<RequestKey>,
    /// Whether it speaks for the rule; otherwise it excludes it.
    pub is_for: bool,
    /// One sentence.
    pub text: String,
}

words! {
    /// How a hypothesis stands.
    Standing {
        /// The evidence carries it.
        Confirmed = "confirmed",
        /// More speaks for it than against.
        Likely = "likely",
        /// Not excluded.
        Possible = "possible",
        /// Excluded by the evidence.
        RuledOut = "ruled-out",
        /// The capture cannot decide.
        CannotTell = "cannot-tell",
    }
}

/// A possible cause, with what speaks for and against it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Hypothesis {
    /// Id of the rule.
    pub rule: String,
    /// How it stands.
    pub standing: Standing,
    /// What speaks for it.
    #[serde(rename = "for")]
    pub supports: Vec<String>,
    /// What speaks against it.
    pub against: Vec<String>,
    /// What would decide it, with the command that fetches it.
    pub missing: Vec<String>,
    /// The commands of `missing` alone, to copy, each once.
    #[serde(skip)]
    pub commands: Vec<String>,
}

/// How far one cause reaches over the capture.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spread {
    /// How often it was seen, in all requests and outside of them.
    pub occurrences: u32,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// Failed requests whose root cause it is, by key; shared by all diagnoses of the cause.
    pub requests: Arc<[RequestKey]>,
}

/// What is known about one failed request, or about one cause of the capture (`request` is `None`). A capture with
/// several independent causes has several.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diagnosis {
    /// The request.
    pub request: Option<RequestKey>,
    /// Rule id of the root cause, when the evidence carries one.
    pub root_cause: Option<String>,
    /// Rule ids from the root cause to the last symptom.
    pub chain: Vec<String>,
    /// Rule ids that follow from the root cause.
    pub symptoms: Vec<String>,
    /// Possible causes.
    pub hypotheses: Vec<Hypothesis>,
    /// How far the root cause reaches; empty without one.
    pub spread: Spread,
    /// Without a root cause: which telemetry the capture lacks, with the command that fetches it.
    pub missing: Vec<String>,
    /// The commands of `missing` alone, to copy, each once.
    pub commands: Vec<String>,
}

/// Errors of one wording that no rule explains.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unexplained {
    /// The request; of several the first.
    pub request: Option<RequestKey>,
    /// Its signals, in canonical order; at most [`MAX_EVIDENCE`].
    pub evidence: Vec<Evidence>,
    /// How many signals of this template there are.
    pub occurrences: u32,
    /// The common wording, what differs masked by `*`. Log text.
    pub template: String,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// Every request in which it was seen, by key.
    pub requests: Vec<RequestKey>,
}
