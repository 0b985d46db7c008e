use indexmap::IndexMap;
use proptest::prelude::*;

use super::*;
use crate::model::{Confidence, Level, Name, Standing, Timestamp};

fn rule(id: &str, role: Role, explains: &[&str]) -> (String, RuleMeta) {
    let meta = RuleMeta {
        id: id.to_owned(),
        title: format!("{id} happens"),
        layer: "gateway".to_owned(),
        severity: Level::Error,
        confidence: Confidence::High,
        role,
        explains: explains.iter().map(|id| (*id).to_owned()).collect(),
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
    };
    (id.to_owned(), meta)
}

fn finding(rule: &str, role: Role, request: Option<u32>) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity: Level::Error,
        confidence: Confidence::High,
        role,
        request: request.map(RequestKey),
        first: Some(Timestamp(0)),
        last: None,
        message: format!("{rule} was seen."),
        captures: IndexMap::new(),
        occurrences: 1,
        evidence: Vec::new(),
        fix: Vec::new(),
    }
}

fn failed(key: u32) -> Request {
    Request {
        key: RequestKey(key),
        trace: None,
        request: Name::NONE,
        session: Name::NONE,
        tool: Name::NONE,
        parent: None,
        window: None,
        signals: Vec::new(),
        outcome: Outcome::Failed,
    }
}

fn judge(
    rules: &[(String, RuleMeta)],
    findings: &[Finding],
    undetermined: &[Undetermined],
) -> Vec<Diagnosis> {
    let rules = rules.iter().cloned().collect();
    let requests = [failed(0)];
    diagnose(&Dossier {
        requests: &requests,
        findings,
        covered: &[],
        undetermined,
        rules: &rules,
        errors: &[],
    })
    .diagnoses
}

#[test]
fn the_cause_that_explains_most_is_the_root_and_symptoms_step_back() {
    use Role::{Cause, Symptom};
    let rules = [
        rule("deep", Cause, &["mid"]),
        rule("mid", Cause, &["end"]),
        rule("other", Cause, &[]),
        rule("end", Symptom, &[]),
    ];
    let findings = [
        finding("end", Symptom, Some(0)),
        finding("other", Cause, Some(0)),
        finding("mid", Cause, Some(0)),
        finding("deep", Cause, Some(0)),
    ];
    let diagnosis = &judge(&rules, &findings, &[])[0];
    assert_eq!(diagnosis.root_cause.as_deref(), Some("deep"));
    assert_eq!(diagnosis.chain, ["deep", "mid", "end"]);
    assert_eq!(diagnosis.symptoms, ["end"]);
    let of_mid = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == "mid").unwrap();
    assert_eq!(of_mid.against, ["It follows from deep."]);
}

#[test]
fn noise_is_never_a_cause_and_a_symptom_alone_leaves_the_cause_open() {
    let rules = [
        rule("noise", Role::Noise, &["end"]),
        rule("unseen", Role::Cause, &["end"]),
        rule("end", Role::Symptom, &[]),
    ];
    let findings = [finding("noise", Role::Noise, Some(0)), finding("end", Role::Symptom, Some(0))];
    let diagnosis = &judge(&rules, &findings, &[])[0];
    assert_eq!(diagnosis.root_cause, None);
    let [unseen] = &diagnosis.hypotheses[..] else { panic!("{diagnosis:?}") };
    assert_eq!((unseen.rule.as_str(), unseen.standing), ("unseen", Standing::Possible));
    assert!(!unseen.missing.is_empty());
}

#[test]
fn an_undetermined_rule_is_a_hypothesis_that_says_what_is_missing() {
    let rules = [rule("unseen", Role::Cause, &["end"]), rule("end", Role::Symptom, &[])];
    let undetermined = [Undetermined {
        rule: "unseen".to_owned(),
        request: None,
        missing: vec!["runtime logs".to_owned()],
        ..Undetermined::default()
    }];
    let diagnosis = &judge(&rules, &[finding("end", Role::Symptom, Some(0))], &undetermined)[0];
    let [unseen] = &diagnosis.hypotheses[..] else { panic!("{diagnosis:?}") };
    assert_eq!(unseen.standing, Standing::CannotTell);
    assert_eq!(unseen.missing, ["runtime logs"]);
}

#[test]
fn a_finding_of_the_capture_is_a_requests_cause_only_when_it_explains_its_findings() {
    let rules = [
        rule("setup", Role::Cause, &["end"]),
        rule("export", Role::Cause, &[]),
        rule("end", Role::Symptom, &[]),
    ];
    let findings = [
        finding("setup", Role::Cause, None),
        finding("export", Role::Cause, None),
        finding("end", Role::Symptom, Some(0)),
    ];
    let diagnoses = judge(&rules, &findings, &[]);
    assert_eq!(diagnoses[0].root_cause.as_deref(), Some("setup"));
    assert!(diagnoses[0].hypotheses.iter().all(|hypothesis| hypothesis.rule != "export"));
    assert_eq!(diagnoses[1].request, None);
    assert_eq!(diagnoses.len(), 2);
    let unrelated = judge(&rules, &findings[1..2], &[]);
    assert_eq!(unrelated[0].root_cause, None);
    assert_eq!(unrelated[1].root_cause.as_deref(), Some("export"));
}

#[test]
fn only_high_confidence_confirms() {
    let rules = [rule("guess", Role::Cause, &[])];
    let guess = Finding { confidence: Confidence::Medium, ..finding("guess", Role::Cause, Some(0)) };
    assert_eq!(judge(&rules, &[guess], &[])[0].hypotheses[0].standing, Standing::Likely);
    let sure = finding("guess", Role::Cause, Some(0));
    assert_eq!(judge(&rules, &[sure], &[])[0].hypotheses[0].standing, Standing::Confirmed);
}

#[test]
fn errors_that_nothing_explains_are_grouped_and_counted() {
    let mut noise = finding("noise", Role::Noise, None);
    noise.evidence = vec![Evidence { signal: SignalKey(0), role: EvidenceRole::Primary, matched: None }];
    let texts = ["closed resource", "lost 1 of 3", "lost 2 of 9", "other"];
    let errors: Vec<ErrorSignal<'_>> = texts
        .iter()
        .enumerate()
        .map(|(key, message)| ErrorSignal { signal: SignalKey(key as u32), request: None, message })
        .collect();
    let rules = BTreeMap::new();
    let dossier = Dossier {
        requests: &[],
        findings: &[noise],
        covered: &[],
        undetermined: &[],
        rules: &rules,
        errors: &errors,
    };
    let unexplained = diagnose(&dossier).unexplained;
    let counts: Vec<_> =
        unexplained.iter().map(|group| (group.evidence[0].signal.0, group.occurrences)).collect();
    assert_eq!(counts, [(1, 2), (3, 1)]);
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let role = proptest::sample::select(Role::ALL);
    let confidence = proptest::sample::select(Confidence::ALL);
    (0usize..6, role, confidence, proptest::option::of(0u32..2), 0i64..9).prop_map(
        |(id, role, confidence, request, at)| Finding {
            confidence,
            first: Some(Timestamp(at)),
            ..finding(&format!("r{id}"), role, request)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Also with rules that explain each other in circles, themselves, or what is not there.
    #[test]
    fn every_failed_request_has_one_diagnosis_whatever_the_order(
        findings in proptest::collection::vec(any_finding(), 0..12),
        explains in proptest::collection::vec(proptest::collection::vec(0usize..7, 0..4), 6),
    ) {
        let rules: Vec<_> = explains.iter().enumerate().map(|(id, targets)| {
            let targets: Vec<String> = targets.iter().map(|target| format!("r{target}")).collect();
            rule(&format!("r{id}"), Role::Cause, &targets.iter().map(String::as_str).collect::<Vec<_>>())
        }).collect();
        let diagnoses = judge(&rules, &findings, &[]);
        prop_assert_eq!(diagnoses.iter().filter(|diagnosis| diagnosis.request.is_some()).count(), 1);
        for diagnosis in &diagnoses {
            if let Some(root) = &diagnosis.root_cause {
                prop_assert!(findings.iter().any(|finding| &finding.rule == root && finding.role == Role::Cause));
                prop_assert_eq!(diagnosis.chain.first(), Some(root));
                prop_assert!(!diagnosis.symptoms.contains(root));
            }
        }
    }
}

#[test]
fn a_further_error_of_a_request_follows_from_its_cause_and_one_of_another_request_does_not() {
    let error = |signal, request: Option<u32>| ErrorSignal {
        signal: SignalKey(signal),
        request: request.map(RequestKey),
        message: "Internal error",
    };
    let errors = [error(0, Some(0)), error(1, Some(1)), error(2, None)];
    let rules = [rule("cause", Role::Cause, &[]), rule("noise", Role::Noise, &[])].into_iter().collect();
    let open = |findings: &[Finding]| -> Vec<Option<RequestKey>> {
        let requests = [failed(0), failed(1)];
        let dossier = Dossier {
            requests: &requests,
            findings,
            covered: &[],
            undetermined: &[],
            rules: &rules,
            errors: &errors,
        };
        diagnose(&dossier).unexplained.iter().map(|error| error.request).collect()
    };
    assert_eq!(open(&[finding("cause", Role::Cause, Some(0))]), [Some(RequestKey(1)), None]);
    assert_eq!(open(&[finding("noise", Role::Noise, Some(0))]).len(), 3);
    let worth_knowing = Finding { severity: Level::Info, ..finding("cause", Role::Cause, Some(0)) };
    let requests_that_failed = open(&[worth_knowing]);
    assert_eq!(requests_that_failed, [Some(RequestKey(1)), None], "diagnosed as the root cause");
}

#[test]
fn a_cause_without_ids_must_be_near_and_is_never_confirmed_for_a_request() {
    use Role::{Cause, Symptom};
    let rules = [rule("crash", Cause, &["end"]), rule("end", Symptom, &[])].into_iter().collect();
    let minutes = |minutes: i64| Timestamp(minutes * 60_000_000_000);
    let request = |from: i64| Request {
        window: Some(crate::model::TimeRange { start: minutes(from), end: minutes(from + 1) }),
        ..failed(0)
    };
    let crash =
        Finding { first: Some(minutes(60)), last: Some(minutes(60)), ..finding("crash", Cause, None) };
    let findings = [crash, finding("end", Symptom, Some(0))];
    for (from, root) in [(58, None), (60, Some("crash")), (70, Some("crash")), (76, None)] {
        let requests = [request(from)];
        let undetermined = &[];
        let dossier = Dossier {
            requests: &requests,
            findings: &findings,
            covered: &[],
            undetermined,
            rules: &rules,
            errors: &[],
        };
        let diagnosis = diagnose(&dossier).diagnoses.remove(0);
        assert_eq!(diagnosis.root_cause.as_deref(), root, "request at minute {from}");
        assert!(diagnosis.hypotheses.iter().all(|hypothesis| hypothesis.standing != Standing::Confirmed));
    }
}
