//! Every rule with role `cause`: its examples are diagnosed as that cause, and without the decisive records nothing
//! else is claimed in its place.

use std::collections::BTreeSet;

use agentcore_triage::case::{Case, Snapshot};
use agentcore_triage::model::{Diagnosis, Layer, Level, Outcome, Role, SignalKey, Standing};
use agentcore_triage::rules::{Example, ExampleKind, Rule};
use rayon::prelude::*;

use crate::case::{OPTIONS, analyse, data, input};

/// Examples in which another rule is rightly the root, with the reason.
const OTHER_ROOT: &[(&str, &str, &str)] = &[
    (
        "identity-token-vault-access-denied",
        "match-gateway.jsonl",
        "the Gateway's own role was refused, which gateway-outbound-oauth-denied says more exactly",
    ),
    (
        "logs-put-log-events-denied",
        "match-emf.jsonl",
        "the batch is one of metrics, which otel-emf-access-denied says more exactly",
    ),
];

/// Examples whose rest still carries a cause, with the reason.
const REST_HAS_CAUSE: &[(&str, &str, &str)] = &[];

fn is_listed(table: &[(&str, &str, &str)], rule: &Rule, example: &Example) -> bool {
    table.iter().any(|(id, name, _)| *id == rule.id() && (*name == example.name || *name == "*"))
}

fn examples() -> Vec<(&'static Rule, &'static Example)> {
    let causes = OPTIONS.catalogue.rules().iter().filter(|rule| rule.meta.role == Role::Cause);
    let examples = causes.flat_map(|rule| rule.examples.iter().map(move |example| (rule, example)));
    examples.filter(|(_, example)| example.kind == ExampleKind::Match).collect()
}

fn roots(snapshot: &Snapshot) -> BTreeSet<&str> {
    snapshot.diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect()
}

/// The diagnosis that an example of a rule is about: of a request that it was found in, or of the capture.
fn concerns(snapshot: &Snapshot, rule: &str) -> bool {
    snapshot.findings.iter().filter(|finding| finding.rule == rule).any(|finding| {
        finding.severity > Level::Info
            || finding.request.is_some_and(|key| snapshot.requests[key.index()].outcome == Outcome::Failed)
    })
}

#[test]
fn every_cause_is_the_root_cause_of_its_examples() {
    let wrong: Vec<String> = examples()
        .par_iter()
        .filter(|(rule, example)| !is_listed(OTHER_ROOT, rule, example))
        .filter_map(|(rule, example)| {
            let snapshot = analyse(vec![input(&example.name, example.capture())]);
            let found = roots(&snapshot);
            let is_right = !concerns(&snapshot, rule.id()) || found.contains(rule.id());
            (!is_right).then(|| format!("{} {}: roots {found:?}", rule.id(), example.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}

/// A capture of one input, analysed.
struct Analysed {
    case: Case,
    snapshot: Snapshot,
    bytes: Vec<u8>,
}

impl Analysed {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let case = Case::open(vec![input(name, bytes.clone())], Vec::new(), &OPTIONS);
        Self { snapshot: case.snapshot(&OPTIONS), case, bytes }
    }

    /// Layers of the records that findings of `rule` rest on.
    fn layers_of(&self, rule: &str) -> BTreeSet<Layer> {
        let own = self.snapshot.findings.iter().filter(|finding| finding.rule == rule);
        own.flat_map(|finding| &finding.evidence).map(|piece| self.case.signal(piece.signal).layer).collect()
    }

    /// The capture without the lines of the records that findings of `rule` rest on; `None` when there are none.
    fn without(&self, rule: &str) -> Option<Vec<u8>> {
        let own = self.snapshot.findings.iter().filter(|finding| finding.rule == rule);
        let decisive: BTreeSet<SignalKey> =
            own.flat_map(|finding| finding.evidence.iter().map(|piece| piece.signal)).collect();
        if decisive.is_empty() {
            return None;
        }
        let line = |key: SignalKey| self.case.signal(key).origin.line;
        let all = (0..self.case.briefs().len() as u32).map(SignalKey);
        let starts: BTreeSet<u32> = all.map(line).collect();
        let text = String::from_utf8_lossy(&self.bytes);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut removed = BTreeSet::new();
        for start in decisive.into_iter().map(line) {
            let end = starts.range(start + 1..).next().copied().unwrap_or(lines.len() as u32 + 1);
            removed.extend(start..end);
        }
        let kept = (1..).zip(lines).filter(|(number, _)| !removed.contains(number));
        Some(kept.map(|(_, line)| line).collect::<String>().into_bytes())
    }
}

/// Whether what is missing names a layer whose records were taken away. Pasted text has no layer to name.
fn names_one(missing: &[String], layers: &BTreeSet<Layer>) -> bool {
    let word = |layer: &Layer| match layer {
        Layer::Client => "caller",
        Layer::Gateway => "Gateway log",
        Layer::Runtime => "Runtime log",
        Layer::Span => "trace",
        Layer::Memory => "Memory log",
        Layer::Identity => "Identity log",
        Layer::Tool => "built-in tool",
        Layer::Control => "CloudTrail",
        Layer::Unknown => "",
    };
    layers.iter().any(|layer| missing.iter().any(|lack| lack.contains(word(layer))))
}

/// What is claimed too firmly, or left unsaid, once the decisive records are gone.
fn too_firm(rule: &Rule, example: &Example) -> Option<String> {
    let mut rest = Analysed::new(&example.name, example.capture().into_owned());
    let known: BTreeSet<String> = rest.snapshot.findings.iter().map(|finding| finding.rule.clone()).collect();
    let layers = rest.layers_of(rule.id());
    while let Some(bytes) = rest.without(rule.id()) {
        rest = Analysed::new(&example.name, bytes);
    }
    let wrong: Vec<String> = rest
        .snapshot
        .diagnoses
        .iter()
        .flat_map(|diagnosis| {
            claims(diagnosis, &known).into_iter().chain(open(&rest.snapshot, diagnosis, rule, &layers))
        })
        .collect();
    (!wrong.is_empty()).then(|| format!("{} {}: {}", rule.id(), example.name, wrong.join("; ")))
}

/// A root cause that nobody saw before, or one that is called certain.
fn claims(diagnosis: &Diagnosis, known: &BTreeSet<String>) -> Vec<String> {
    let Some(root) = &diagnosis.root_cause else { return Vec::new() };
    let stands = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == *root);
    match stands.map(|hypothesis| hypothesis.standing) {
        Some(Standing::Confirmed) => vec![format!("{root} is confirmed")],
        Some(Standing::Likely) if !known.contains(root) => vec![format!("{root} is new, and likely")],
        Some(_) => Vec::new(),
        None => vec![format!("{root} is no hypothesis")],
    }
}

/// The rule must stay open where it would explain what is left, and say what would decide it.
fn open(snapshot: &Snapshot, diagnosis: &Diagnosis, rule: &Rule, layers: &BTreeSet<Layer>) -> Vec<String> {
    let mut wrong = Vec::new();
    for hypothesis in &diagnosis.hypotheses {
        if hypothesis.standing == Standing::CannotTell && hypothesis.missing.is_empty() {
            wrong.push(format!("{} cannot be told and lacks nothing", hypothesis.rule));
        }
        if hypothesis.standing == Standing::RuledOut && hypothesis.rule == rule.id() {
            wrong.push("the true cause is ruled out".to_owned());
        }
    }
    let Some(request) = diagnosis.request.filter(|_| diagnosis.root_cause.is_none()) else { return wrong };
    let symptoms = snapshot
        .findings
        .iter()
        .filter(|finding| finding.request == Some(request) && finding.role == Role::Symptom);
    let explained = symptoms.filter(|finding| rule.meta.explains.contains(&finding.rule)).count();
    let own = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == rule.id());
    match own {
        None if explained > 0 => wrong.push("it is no hypothesis of its own symptom".to_owned()),
        Some(own)
            if own.commands.is_empty() && !own.missing.iter().any(|lack| lack.contains("the caller")) =>
        {
            wrong.push(format!("nothing fetches what would decide it: {:?}", own.missing));
        }
        Some(own) if own.standing == Standing::CannotTell && !names_one(&own.missing, layers) => {
            wrong.push(format!("{:?} was taken away and {:?} is asked for", layers, own.missing));
        }
        _ => {}
    }
    if diagnosis.missing.is_empty() && diagnosis.hypotheses.is_empty() {
        wrong.push("a failed request has no cause and says nothing of what is missing".to_owned());
    }
    wrong
}

#[test]
fn without_the_decisive_records_no_cause_is_claimed() {
    let wrong: Vec<String> = examples()
        .par_iter()
        .filter(|(rule, example)| !is_listed(REST_HAS_CAUSE, rule, example))
        .filter_map(|(rule, example)| too_firm(rule, example))
        .collect();
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_healthy_capture_has_no_failed_request_and_no_hypothesis() {
    let folders =
        std::fs::read_dir(data("captures")).expect("captures").map(|entry| entry.expect("an entry").path());
    let healthy: Vec<_> = folders.filter(|path| path.to_string_lossy().contains("healthy")).collect();
    assert!(healthy.len() >= 5, "{healthy:?}");
    for folder in healthy {
        let files = walkdir::WalkDir::new(&folder)
            .sort_by_file_name()
            .into_iter()
            .map(|entry| entry.expect("an entry"));
        let telemetry = files.filter(|file| file.file_type().is_file() && file.file_name() != "meta.json");
        let inputs = telemetry.map(|file| {
            input(&file.file_name().to_string_lossy(), std::fs::read(file.path()).expect("test data"))
        });
        let snapshot = analyse(inputs.collect());
        assert_eq!((snapshot.failed(), snapshot.diagnoses.len()), (0, 0), "{}", folder.display());
    }
}
