//! Snapshots made by hand: an incident as it may look, and the same with hostile text in every string of a log.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::Snapshot;
use crate::model::{
    Confidence, Coverage, Diagnosis, Evidence, EvidenceRole, Finding, FixStep, Format, Gap, Hypothesis, Ids,
    InputSummary, Issue, Kind, Layer, LayerCoverage, Level, Links, LiveSource, Names, Origin, Outcome,
    Request, RequestKey, Role, RuleMeta, Severity, Signal, SignalKey, SourceKind, Standing, TimeRange,
    Timestamp, TraceId, Undetermined, Unexplained, WrongAdvice,
};
use crate::rules::Switches;

const START: i64 = 1_768_917_600_000_000_000;

fn at(millis: i64) -> Timestamp {
    Timestamp(START + millis * 1_000_000)
}

/// Builds an incident; `taint` is appended to every string that a log may have written.
struct Maker<'a> {
    taint: &'a str,
    names: Names,
}

/// A type mismatch refused by the gateway in two requests, a missing log group, and an unexplained error.
pub(super) fn incident() -> Snapshot {
    tainted("")
}

/// The same with `taint` in every string that comes from a log or from the file system.
pub(super) fn tainted(taint: &str) -> Snapshot {
    Maker { taint, names: Names::default() }.snapshot()
}

/// A capture in which nothing failed.
pub(super) fn healthy() -> Snapshot {
    let mut snapshot = incident();
    snapshot.findings.clear();
    snapshot.diagnoses.clear();
    snapshot.unexplained.clear();
    snapshot.undetermined.clear();
    snapshot.rules.clear();
    for request in Arc::make_mut(&mut snapshot.requests) {
        request.outcome = Outcome::Ok;
    }
    snapshot.inputs.truncate(1);
    Arc::make_mut(&mut snapshot.coverage).gaps.clear();
    snapshot
}

impl Maker<'_> {
    fn text(&self, text: &str) -> String {
        format!("{text}{}", self.taint)
    }

    fn snapshot(mut self) -> Snapshot {
        let requests = vec![self.request(0, "search"), self.request(1, "search"), self.request(2, "weather")];
        let mismatch = |request, signal| self.mismatch(request, signal);
        Snapshot {
            inputs: self.inputs(),
            coverage: Arc::new(self.coverage()),
            requests: Arc::new(requests),
            findings: vec![mismatch(0, 0), mismatch(1, 1), self.group_missing()],
            undetermined: vec![Undetermined {
                rule: "gateway-silent-reject-no-runtime".to_owned(),
                request: Some(RequestKey(2)),
                missing: vec![self.text("runtime logs from 14:00:00 to 14:00:30")],
                ..Undetermined::default()
            }],
            diagnoses: vec![self.diagnosis(0), self.open_diagnosis()],
            unexplained: vec![Unexplained {
                request: Some(RequestKey(2)),
                evidence: vec![evidence(3, EvidenceRole::Primary, None)],
                occurrences: 4,
                ..Unexplained::default()
            }],
            rules: [gateway_rule(), otel_rule(), silent_rule()]
                .into_iter()
                .map(|rule| (rule.id.clone(), rule))
                .collect(),
            evidence: (0..4).map(|key| (SignalKey(key), self.signal(key))).collect(),
            rules_judged: 20,
            switches: Switches::default(),
            catalogue_digest: "0f1e2d3c".to_owned(),
            names: Arc::new(self.names),
        }
    }

    fn request(&mut self, key: u32, tool: &str) -> Request {
        let (id, session, tool) = (format!("req-{key}"), "session-1", format!("target___{tool}"));
        let (id, session, tool) = (self.text(&id), self.text(session), self.text(&tool));
        let trace = TraceId::parse(format!("4efaaf4d1e8720b39541901950019ee{key}").as_bytes());
        Request {
            key: RequestKey(key),
            trace: trace.map(|id| self.names.intern_trace(id)).unwrap_or_default(),
            request: self.names.intern_id(Some(&id)),
            session: self.names.intern_id(Some(session.as_str()).filter(|_| key != 2)),
            tool: self.names.intern(&tool),
            parent: None,
            window: (key < 2).then(|| TimeRange {
                start: at(i64::from(key) * 1_000),
                end: at(i64::from(key) * 1_000 + 7),
            }),
            signals: Links::default(),
            outcome: if key < 2 { Outcome::Failed } else { Outcome::Ok },
        }
    }

    fn mismatch(&self, request: u32, signal: u32) -> Finding {
        Finding {
            rule: "gateway-param-type-mismatch".to_owned(),
            severity: Level::Error,
            confidence: Confidence::High,
            role: Role::Cause,
            request: Some(RequestKey(request)),
            first: Some(at(i64::from(request) * 1_000)),
            last: Some(at(i64::from(request) * 1_000)),
            message: self.text("Field 'max_results': the caller sent a string, the tool's schema wants an integer."),
            captures: IndexMap::from([
                ("field".to_owned(), self.text("max_results")),
                ("found".to_owned(), self.text("string")),
            ]),
            occurrences: 1,
            evidence: vec![
                evidence(signal, EvidenceRole::Primary, Some(self.text("$.max_results: string found, integer expected"))),
                evidence(2, EvidenceRole::Related, None),
            ],
            fix: vec![
                FixStep { text: self.text("Send the field as an integer."), command: None, source: None },
                FixStep {
                    text: "Read the schema that the target publishes.".to_owned(),
                    command: Some(self.text(
                        "aws bedrock-agentcore-control get-gateway-target \\\n  --gateway-identifier gw-1 --target-id T",
                    )),
                    source: None,
                },
            ],
        }
    }

    fn group_missing(&self) -> Finding {
        Finding {
            rule: "otel-log-group-missing".to_owned(),
            severity: Level::Warning,
            confidence: Confidence::Medium,
            role: Role::Cause,
            request: None,
            first: Some(at(0)),
            last: Some(at(60_000)),
            message: self.text("CloudWatch refused 7 log batches: the log group does not exist."),
            captures: IndexMap::new(),
            occurrences: 7,
            evidence: vec![evidence(2, EvidenceRole::Primary, Some(self.text("log group does not exist")))],
            fix: Vec::new(),
        }
    }

    fn diagnosis(&self, request: u32) -> Diagnosis {
        Diagnosis {
            request: Some(RequestKey(request)),
            root_cause: Some("gateway-param-type-mismatch".to_owned()),
            chain: vec!["gateway-param-type-mismatch".to_owned(), "runtime-jsonrpc-32603".to_owned()],
            symptoms: vec!["runtime-jsonrpc-32603".to_owned()],
            hypotheses: vec![Hypothesis {
                rule: "gateway-target-schema-stale".to_owned(),
                standing: Standing::RuledOut,
                supports: vec![self.text("the same tool failed twice")],
                against: vec![self.text("tools/list shows the same schema")],
                missing: Vec::new(),
                commands: Vec::new(),
            }],
            ..Diagnosis::default()
        }
    }

    fn open_diagnosis(&self) -> Diagnosis {
        Diagnosis {
            request: None,
            root_cause: None,
            chain: Vec::new(),
            symptoms: Vec::new(),
            hypotheses: vec![Hypothesis {
                rule: "runtime-no-logs-at-all".to_owned(),
                standing: Standing::CannotTell,
                supports: Vec::new(),
                against: Vec::new(),
                missing: vec![self.text("runtime logs")],
                commands: Vec::new(),
            }],
            ..Diagnosis::default()
        }
    }

    fn inputs(&self) -> Vec<InputSummary> {
        let bad = self.text("logs/cut.json.gz");
        vec![
            InputSummary {
                path: self.text("logs/gw.json"),
                format: Format::FilterLogEvents,
                records: 812,
                log_events: 790,
                spans: 22,
                issues: vec![Issue::new(
                    self.text("logs/gw.json"),
                    Some(40),
                    self.text("a record is no JSON: kept as text"),
                )],
            },
            InputSummary {
                path: bad.clone(),
                format: Format::Unreadable,
                records: 0,
                log_events: 0,
                spans: 0,
                issues: vec![Issue::new(bad, None, self.text("gzip data end early")).fatal()],
            },
        ]
    }

    fn live_source(&self) -> LiveSource {
        LiveSource {
            kind: SourceKind::LogGroup,
            name: self.text("/aws/x"),
            account: Some(self.text("111122223333")),
            region: self.text("us-east-1"),
            path: self.text("capture/001-aws-x.jsonl"),
            records: 3,
            since: Some(at(0)),
            until: None,
            settled: Some(at(10_000)),
            redacted: true,
            gaps: Vec::new(),
        }
    }

    fn coverage(&self) -> Coverage {
        let range = Some(TimeRange { start: at(0), end: at(60_000) });
        let layer = |layer| LayerCoverage { layer, range, signals: 3 };
        Coverage {
            range,
            layers: vec![layer(Layer::Gateway), layer(Layer::Runtime)],
            gaps: vec![Gap {
                source: self.text("runtime"),
                start: Some(at(10_000)),
                end: Some(at(20_000)),
                reason: self.text("throttled"),
                fill: Some(self.text("aws logs filter-log-events --log-group-name /aws/x")),
                ..Gap::default()
            }],
            sources: vec![self.live_source()],
            dropped: 2,
            unassigned: 5,
        }
    }

    fn signal(&self, key: u32) -> Signal {
        let (layer, message) = match key {
            0 | 1 => {
                (Layer::Gateway, "Parameter validation failed: $.max_results: string found, integer expected")
            }
            2 => (
                Layer::Runtime,
                "Failed to export logs batch code: 400, reason: The specified log group does not exist",
            ),
            _ => (
                Layer::Runtime,
                "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nOSError: disk quota",
            ),
        };
        Signal {
            kind: Kind::GatewayLog,
            layer,
            timestamp: Some(at(i64::from(key) * 1_000)),
            severity: Severity::Error,
            outcome: Outcome::Failed,
            message: self.text(message),
            ids: Ids::default(),
            origin: Origin {
                path: self.text("logs/gw.json"),
                line: 118 + key,
                log_group: Some(self.text("/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/gw-1")),
                log_stream: (key != 2).then(|| self.text("stream")),
            },
            ..Signal::default()
        }
    }
}

fn evidence(signal: u32, role: EvidenceRole, matched: Option<String>) -> Evidence {
    Evidence { signal: SignalKey(signal), role, matched }
}

fn rule(id: &str, title: &str, layer: &str, severity: Level) -> RuleMeta {
    RuleMeta { severity, ..RuleMeta::sample(id, title, layer) }
}

fn gateway_rule() -> RuleMeta {
    RuleMeta {
        cause: "The Gateway checks arguments against the target's schema before it calls the tool.\nA model that quotes a number fails this check.".to_owned(),
        impact: "The tool is never called.".to_owned(),
        verify: "Call the tool again: the Gateway logs `Executing tool`.".to_owned(),
        references: vec!["https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway.html".to_owned()],
        not: vec![WrongAdvice {
            advice: "Raise the Gateway's time limit.".to_owned(),
            why: "The call is refused before it starts.".to_owned(),
            source: None,
        }],
        ..rule("gateway-param-type-mismatch", "An argument has the wrong type", "gateway", Level::Error)
    }
}

fn otel_rule() -> RuleMeta {
    rule(
        "otel-log-group-missing",
        "OTLP log export: the log group does not exist",
        "observability",
        Level::Warning,
    )
}

fn silent_rule() -> RuleMeta {
    rule(
        "gateway-silent-reject-no-runtime",
        "The Gateway refused and the runtime was never called",
        "gateway",
        Level::Error,
    )
}
