//! The check document: what every format says, each string already through the door.
//!
//! Its serialised form is the contract `agentcore-triage/check/1`: keys in this order, all of them always there,
//! `null` for what is not known. Fields that are skipped serve the other formats.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::excerpt;
use super::expect::fingerprint;
use super::rule::{RuleText, fill};
use crate::case::Snapshot;
use crate::model::{
    self, Confidence, EvidenceRole, Format, Layer, Level, LiveSource, RequestKey, Role, SignalKey,
    SourceKind, Standing, Timestamp,
};
use crate::text::{Door, SafeText};

/// Names the contract of the document.
pub(super) const SCHEMA: &str = "agentcore-triage/check/1";

/// Longest excerpt, in characters.
pub(super) const EXCERPT: usize = 400;
/// Longest one-line string of another kind (ids, paths, messages), in characters.
const LINE: usize = 2_000;

/// A check of a whole capture.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    pub(super) schema: &'static str,
    pub(super) tool: Tool,
    pub(super) inputs: Vec<Input>,
    pub(super) coverage: Coverage,
    pub(super) requests: Requests,
    pub(super) findings: Vec<Finding>,
    pub(super) diagnoses: Vec<Diagnosis>,
    pub(super) unexplained: Vec<Unexplained>,
    pub(super) undetermined: Vec<Undetermined>,
    pub(super) catalogue: Catalogue,
    #[serde(skip)]
    pub(super) rules: IndexMap<SafeText, RuleText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) version: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Input {
    pub(super) path: SafeText,
    pub(super) format: Format,
    pub(super) records: u64,
    pub(super) log_events: u64,
    pub(super) spans: u64,
    pub(super) issues: Vec<Issue>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Issue {
    pub(super) path: SafeText,
    pub(super) line: Option<u32>,
    pub(super) message: SafeText,
    pub(super) count: u32,
    #[serde(skip)]
    pub(super) fatal: bool,
    /// Whether records may be missing because of it.
    #[serde(skip)]
    pub(super) loses: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Coverage {
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) layers: Vec<Layer>,
    pub(super) gaps: Vec<Gap>,
    pub(super) sources: Vec<Source>,
    pub(super) dropped: u64,
    #[serde(skip)]
    pub(super) unassigned: u64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Gap {
    pub(super) source: SafeText,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) reason: SafeText,
    pub(super) fill: Option<SafeText>,
}

/// What was read from AWS, and how far.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Source {
    pub(super) kind: SourceKind,
    pub(super) name: SafeText,
    pub(super) account: Option<SafeText>,
    pub(super) region: SafeText,
    pub(super) path: SafeText,
    pub(super) records: u64,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) settled: Option<Timestamp>,
    pub(super) redacted: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Requests {
    pub(super) total: usize,
    pub(super) failed: usize,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the contract names the keys")]
pub(super) struct Request {
    pub(super) trace_id: Option<String>,
    pub(super) request_id: Option<SafeText>,
    pub(super) session_id: Option<SafeText>,
    pub(super) tool: Option<SafeText>,
    pub(super) start: Option<Timestamp>,
    pub(super) duration_ms: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    pub(super) rule: SafeText,
    pub(super) title: SafeText,
    pub(super) layer: SafeText,
    pub(super) severity: Level,
    pub(super) role: Role,
    pub(super) confidence: Confidence,
    pub(super) request: Option<Request>,
    pub(super) message: SafeText,
    #[serde(serialize_with = "as_object")]
    pub(super) captures: IndexMap<SafeText, SafeText>,
    pub(super) occurrences: u32,
    pub(super) evidence: Vec<Evidence>,
    pub(super) fix: Vec<FixStep>,
    pub(super) verify: SafeText,
    pub(super) references: Vec<SafeText>,
    #[serde(skip)]
    pub(super) first: Option<Timestamp>,
    #[serde(skip)]
    pub(super) last: Option<Timestamp>,
    #[serde(skip)]
    pub(super) cause: SafeText,
    #[serde(skip)]
    pub(super) fingerprint: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Evidence {
    pub(super) role: EvidenceRole,
    pub(super) path: Option<SafeText>,
    pub(super) line: Option<u32>,
    pub(super) log_group: Option<SafeText>,
    pub(super) log_stream: Option<SafeText>,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) layer: Layer,
    pub(super) excerpt: SafeText,
    /// What of the excerpt the rule matched.
    #[serde(skip)]
    pub(super) matched: Option<SafeText>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct FixStep {
    pub(super) text: SafeText,
    pub(super) command: Option<SafeText>,
    /// Whether the rule names a public source for the step.
    #[serde(skip)]
    pub(super) sourced: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Diagnosis {
    pub(super) request: Option<Request>,
    pub(super) root_cause: Option<SafeText>,
    pub(super) chain: Vec<SafeText>,
    pub(super) symptoms: Vec<SafeText>,
    pub(super) hypotheses: Vec<Hypothesis>,
    /// Without a root cause: which telemetry the capture lacks, with the command that fetches it.
    pub(super) missing: Vec<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Hypothesis {
    pub(super) rule: SafeText,
    pub(super) standing: Standing,
    #[serde(rename = "for")]
    pub(super) supports: Vec<SafeText>,
    pub(super) against: Vec<SafeText>,
    pub(super) missing: Vec<SafeText>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Unexplained {
    pub(super) request: Option<Request>,
    pub(super) evidence: Vec<Evidence>,
    #[serde(skip)]
    pub(super) occurrences: u32,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Undetermined {
    pub(super) rule: SafeText,
    pub(super) request: Option<Request>,
    pub(super) missing: Vec<SafeText>,
}

/// Which rules judged.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Catalogue {
    pub(super) rules: usize,
    pub(super) digest: String,
}

impl Document {
    /// Everything `snapshot` holds, through `door`.
    pub fn new(snapshot: &Snapshot, door: Door, tool_version: &str) -> Self {
        let builder = Builder { snapshot, door };
        let coverage = &snapshot.coverage;
        Self {
            schema: SCHEMA,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: tool_version.to_owned() },
            inputs: snapshot.inputs.iter().map(|input| builder.input(input)).collect(),
            coverage: Coverage {
                start: coverage.range.map(|range| range.start),
                end: coverage.range.map(|range| range.end),
                layers: coverage.layers.iter().map(|entry| entry.layer).collect(),
                gaps: coverage.gaps.iter().map(|gap| builder.gap(gap)).collect(),
                sources: coverage.sources.iter().map(|source| builder.source(source)).collect(),
                dropped: coverage.dropped,
                unassigned: coverage.unassigned,
            },
            requests: Requests { total: snapshot.requests.len(), failed: snapshot.failed() },
            findings: snapshot.findings.iter().map(|finding| builder.finding(finding)).collect(),
            diagnoses: snapshot.diagnoses.iter().map(|diagnosis| builder.diagnosis(diagnosis)).collect(),
            unexplained: snapshot.unexplained.iter().map(|errors| builder.unexplained(errors)).collect(),
            undetermined: snapshot.undetermined.iter().map(|rule| builder.undetermined(rule)).collect(),
            catalogue: Catalogue { rules: snapshot.rules_judged, digest: snapshot.catalogue_digest.clone() },
            rules: snapshot
                .rules
                .iter()
                .map(|(id, rule)| (door.line(id, LINE), RuleText::new(rule, door)))
                .collect(),
        }
    }
}

/// How a request is told apart and found again.
pub(super) fn request(snapshot: &Snapshot, key: RequestKey, door: Door) -> Option<Request> {
    let request = snapshot.requests.get(key.index())?;
    let name = |name| snapshot.names.text(name).map(|text| door.line(text, LINE));
    let id = |id| snapshot.names.id(id).map(|text| door.line(&text, LINE));
    Some(Request {
        trace_id: snapshot.names.trace(request.trace).map(|id| id.to_string()),
        request_id: id(request.request),
        session_id: id(request.session),
        tool: name(request.tool),
        start: request.window.map(|window| window.start),
        duration_ms: request.window.map(model::TimeRange::millis),
    })
}

fn as_object<S: Serializer>(map: &IndexMap<SafeText, SafeText>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map)
}

struct Builder<'a> {
    snapshot: &'a Snapshot,
    door: Door,
}

impl Builder<'_> {
    fn line(&self, text: &str) -> SafeText {
        self.door.line(text, LINE)
    }

    fn lines(&self, texts: &[String]) -> Vec<SafeText> {
        texts.iter().map(|text| self.line(text)).collect()
    }

    fn input(&self, input: &model::InputSummary) -> Input {
        Input {
            path: self.line(&input.path),
            format: input.format,
            records: input.records,
            log_events: input.log_events,
            spans: input.spans,
            issues: input.issues.iter().map(|issue| self.issue(issue)).collect(),
        }
    }

    fn issue(&self, issue: &model::Issue) -> Issue {
        Issue {
            path: self.line(&issue.path),
            line: issue.line,
            message: self.line(&issue.message),
            count: issue.count,
            fatal: issue.fatal,
            loses: issue.loses_records,
        }
    }

    fn gap(&self, gap: &model::Gap) -> Gap {
        Gap {
            source: self.line(&gap.source),
            start: gap.start,
            end: gap.end,
            reason: self.line(&gap.reason),
            fill: gap.fill.as_deref().map(|command| self.line(command)),
        }
    }

    fn source(&self, source: &LiveSource) -> Source {
        Source {
            kind: source.kind,
            name: self.line(&source.name),
            account: source.account.as_deref().map(|account| self.line(account)),
            region: self.line(&source.region),
            path: self.line(&source.path),
            records: source.records,
            since: source.since,
            until: source.until,
            settled: source.settled,
            redacted: source.redacted,
        }
    }

    fn request(&self, key: Option<RequestKey>) -> Option<Request> {
        request(self.snapshot, key?, self.door)
    }

    fn finding(&self, finding: &model::Finding) -> Finding {
        let rule = self.snapshot.rules.get(&finding.rule);
        let captures = finding.captures.iter();
        Finding {
            rule: self.line(&finding.rule),
            title: self.line(rule.map_or(&finding.rule, |rule| &rule.title)),
            layer: self.line(rule.map_or("unknown", |rule| &rule.layer)),
            severity: finding.severity,
            role: finding.role,
            confidence: finding.confidence,
            request: self.request(finding.request),
            message: self.line(&finding.message),
            captures: captures.map(|(name, text)| (self.line(name), self.line(text))).collect(),
            occurrences: finding.occurrences,
            evidence: self.evidence(&finding.evidence),
            fix: finding.fix.iter().map(|step| self.fix(step)).collect(),
            verify: self.filled(rule.map_or("", |rule| &rule.verify), finding),
            references: rule.map(|rule| self.lines(&rule.references)).unwrap_or_default(),
            first: finding.first,
            last: finding.last,
            cause: self.filled(rule.map_or("", |rule| &rule.cause), finding),
            fingerprint: fingerprint(finding, self.snapshot),
        }
    }

    /// A text of the rule with what the finding captured, on one line.
    fn filled(&self, text: &str, finding: &model::Finding) -> SafeText {
        let text = fill(text, |name| finding.captures.get(name).map(String::as_str));
        self.line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn fix(&self, step: &model::FixStep) -> FixStep {
        FixStep {
            text: self.line(step.text.trim()),
            command: step.command.as_deref().map(|command| self.door.pass(command.trim())),
            sourced: step.source.is_some(),
        }
    }

    fn evidence(&self, evidence: &[model::Evidence]) -> Vec<Evidence> {
        let resolve =
            |piece: &model::Evidence| self.piece(piece.signal, piece.role, piece.matched.as_deref());
        evidence.iter().filter_map(resolve).collect()
    }

    fn piece(&self, key: SignalKey, role: EvidenceRole, matched: Option<&str>) -> Option<Evidence> {
        let signal = self.snapshot.evidence.get(&key)?;
        let origin = &signal.origin;
        let optional = |text: &Option<String>| text.as_deref().map(|text| self.line(text));
        Some(Evidence {
            role,
            path: (!origin.path.is_empty()).then(|| self.line(&origin.path)),
            line: (origin.line > 0).then_some(origin.line),
            log_group: optional(&origin.log_group),
            log_stream: optional(&origin.log_stream),
            timestamp: signal.timestamp,
            layer: signal.layer,
            excerpt: excerpt::of(signal, matched, self.door, EXCERPT),
            matched: matched.map(|text| self.door.pass(text)),
        })
    }

    fn diagnosis(&self, diagnosis: &model::Diagnosis) -> Diagnosis {
        Diagnosis {
            request: self.request(diagnosis.request),
            root_cause: diagnosis.root_cause.as_deref().map(|rule| self.line(rule)),
            chain: self.lines(&diagnosis.chain),
            symptoms: self.lines(&diagnosis.symptoms),
            hypotheses: diagnosis.hypotheses.iter().map(|hypothesis| self.hypothesis(hypothesis)).collect(),
            missing: self.lines(&diagnosis.missing),
        }
    }

    fn hypothesis(&self, hypothesis: &model::Hypothesis) -> Hypothesis {
        Hypothesis {
            rule: self.line(&hypothesis.rule),
            standing: hypothesis.standing,
            supports: self.lines(&hypothesis.supports),
            against: self.lines(&hypothesis.against),
            missing: self.lines(&hypothesis.missing),
        }
    }

    fn unexplained(&self, errors: &model::Unexplained) -> Unexplained {
        Unexplained {
            request: self.request(errors.request),
            evidence: self.evidence(&errors.evidence),
            occurrences: errors.occurrences,
        }
    }

    fn undetermined(&self, rule: &model::Undetermined) -> Undetermined {
        Undetermined {
            rule: self.line(&rule.rule),
            request: self.request(rule.request),
            missing: self.lines(&rule.missing),
        }
    }
}
