//! Health of a set-up: what a probe asked, how it stands, on what evidence, and what to do.

use serde::Serialize;

use super::Level;
use super::finding::FixStep;
use super::signal::words;

words! {
    /// How a probe stands. Orders from bad to good.
    Health {
        /// Calls fail, or failures cannot be seen.
        Problem = "problem",
        /// It works, or may work, with something amiss.
        Warning = "warning",
        /// What was needed to tell could not be read, or cannot be seen from here. Never "ok".
        CannotTell = "cannot-tell",
        /// As it should be.
        Ok = "ok",
        /// The question does not arise here.
        NotApplicable = "not-applicable",
    }
}

impl Health {
    /// How bad it is as a finding; `None` when nothing was found.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Problem => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::CannotTell | Self::Ok | Self::NotApplicable => None,
        }
    }
}

words! {
    /// What a probe looks at.
    ResourceKind {
        /// An agent runtime.
        Runtime = "runtime",
        /// A gateway.
        Gateway = "gateway",
        /// A target of a gateway.
        Target = "target",
    }
}

/// The thing that a probe looks at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Id.
    pub id: String,
    /// Name, where it is known.
    pub name: Option<String>,
}

words! {
    /// Why a call was not answered.
    Refusal {
        /// Not allowed.
        Denied = "denied",
        /// There is no such thing.
        NotFound = "not-found",
        /// Anything else: nobody answered, or an error.
        Failed = "failed",
    }
}

/// A call that was not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unanswered {
    /// IAM action: `logs:DescribeLogStreams`.
    pub action: String,
    /// Kind of reason.
    pub refusal: Refusal,
    /// The reason in words, with the next step. May hold text of the service.
    pub reason: String,
}

/// What a probe asks, the same for every resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ProbeKind {
    /// Stable id.
    pub id: &'static str,
    /// What it is about, as a heading.
    pub title: &'static str,
    /// IAM actions that it needs.
    pub permissions: &'static [&'static str],
    /// Rules about the same fault, as seen in logs.
    pub rules: &'static [&'static str],
}

/// An account in its Region, examined.
#[derive(Clone, PartialEq, Debug)]
pub struct Checkup {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// ARN of the caller.
    pub caller: String,
    /// The account's probes first, then each resource's.
    pub probes: Vec<Probe>,
}

impl Checkup {
    /// Whether a call was not answered, so that something is missing.
    pub fn is_partial(&self) -> bool {
        self.probes.iter().any(|probe| !probe.unanswered.is_empty())
    }

    /// The worst that was found; `None` when nothing was.
    pub fn worst(&self) -> Option<Level> {
        self.probes.iter().filter_map(|probe| probe.health.level()).max()
    }
}

/// One probe's result. Texts may hold what a service returned: they leave through the door only.
#[derive(Clone, PartialEq, Debug)]
pub struct Probe {
    /// What was asked.
    pub kind: &'static ProbeKind,
    /// Of what; `None` for the account in its Region.
    pub resource: Option<Resource>,
    /// How it stands.
    pub health: Health,
    /// What was seen, one sentence each.
    pub evidence: Vec<String>,
    /// Why it is so, or what it does.
    pub cause: Option<String>,
    /// What to do, in order.
    pub fixes: Vec<FixStep>,
    /// How to see that the fix worked.
    pub verify: Option<String>,
    /// Calls that it needed and that were not answered.
    pub unanswered: Vec<Unanswered>,
    /// The rule whose cause and fix these are, or are to be looked up.
    pub rule: Option<String>,
    /// How many of the rule's steps are left out from the start, and how many are then taken.
    pub steps: (usize, usize),
    /// Values for the placeholders of the rule's texts.
    pub values: Vec<(&'static str, String)>,
    /// The service's own answer as JSON, for the rules to say what its reasons mean.
    pub answer: Option<String>,
    /// Sources.
    pub references: Vec<String>,
}

impl Probe {
    /// A probe of the account that has found nothing yet and so cannot tell.
    pub fn new(kind: &'static ProbeKind) -> Self {
        Self {
            kind,
            resource: None,
            health: Health::CannotTell,
            evidence: Vec::new(),
            cause: None,
            fixes: Vec::new(),
            verify: None,
            unanswered: Vec::new(),
            rule: None,
            steps: (0, usize::MAX),
            values: Vec::new(),
            answer: None,
            references: Vec::new(),
        }
    }

    /// Of this resource.
    #[must_use]
    pub fn of(mut self, resource: &Resource) -> Self {
        self.resource = Some(resource.clone());
        self
    }

    /// Adds what was seen.
    #[must_use]
    pub fn seen(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// Stands so.
    #[must_use]
    pub fn stands(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds a step of the fix.
    #[must_use]
    pub fn fix(mut self, text: impl Into<String>, command: impl Into<Option<String>>, source: &str) -> Self {
        let source = Some(source.to_owned());
        self.fixes.push(FixStep { text: text.into(), command: command.into(), source });
        self
    }

    /// Takes what it does not say itself from this rule, filled in with `values`: cause, fix, sources.
    #[must_use]
    pub fn explained_by(mut self, rule: &str, values: Vec<(&'static str, String)>) -> Self {
        self.rule = Some(rule.to_owned());
        self.values = values;
        self
    }

    /// Takes `count` steps of the rule's fix only, after leaving out the first `skipped`.
    #[must_use]
    pub fn steps(mut self, skipped: usize, count: usize) -> Self {
        self.steps = (skipped, count);
        self
    }

    /// Adds a source.
    #[must_use]
    pub fn see(mut self, url: &str) -> Self {
        self.references.push(url.to_owned());
        self
    }

    /// Notes a call that was not answered and that the result does not rest on.
    #[must_use]
    pub fn lacks(mut self, call: &Unanswered) -> Self {
        self.unanswered.push(call.clone());
        self
    }

    /// Cannot tell, because this call was not answered.
    #[must_use]
    pub fn without(self, call: &Unanswered) -> Self {
        self.stands(Health::CannotTell).lacks(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_found_fails_a_check() {
        let levels: Vec<_> = Health::ALL.iter().map(|health| health.level()).collect();
        assert_eq!(levels, [Some(Level::Error), Some(Level::Warning), None, None, None]);
    }

    #[test]
    fn a_probe_cannot_tell_until_it_was_told() {
        static KIND: ProbeKind = ProbeKind { id: "x", title: "X", permissions: &[], rules: &[] };
        let call = Unanswered { action: "a:B".to_owned(), refusal: Refusal::Denied, reason: "no".to_owned() };
        assert_eq!(Probe::new(&KIND).health, Health::CannotTell);
        assert_eq!(Probe::new(&KIND).stands(Health::Ok).without(&call).health, Health::CannotTell);
    }
}
