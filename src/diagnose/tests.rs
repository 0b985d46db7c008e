use indexmap::IndexMap;
use proptest::prelude::*;

use super::*;
use crate::model::{
    Briefs, Confidence, Evidence, EvidenceRole, IdName, Layer, Level, Links, Name, Standing, Timestamp,
    TraceName,
};

fn rule(id: &str, role: Role, explains: &[&str]) -> (String, RuleMeta) {
    let meta = RuleMeta {
        role,
        explains: explains.iter().map(|id| (*id).to_owned()).collect(),
        shown_in: vec![Layer::Runtime],
        ..RuleMeta::sample(id, &format!("{id} happens"), "gateway")
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
        trace: TraceName::NONE,
        request: IdName::NONE,
        session: IdName::NONE,
        tool: Name::NONE,
        parent: None,
        window: None,
        signals: Links::default(),
        outcome: Outcome::Failed,
    }
}

const NO_BRIEFS: &Briefs = &Briefs::new();
const COVERAGE: &Coverage = &Coverage {
    range: None,
    layers: Vec::new(),
    gaps: Vec::new(),
    sources: Vec::new(),
    dropped: 0,
    unassigned: 0,
};

fn nowhere(_: Option<RequestKey>) -> Whereabouts {
    Whereabouts::default()
}

fn dossier<'a>(requests: &'a [Request], rules: &'a BTreeMap<String, RuleMeta>) -> Dossier<'a> {
    Dossier {
        requests,
        briefs: NO_BRIEFS,
        coverage: COVERAGE,
        findings: &[],
        covered: &[],
        undetermined: &[],
        arguments: &[],
        rules,
        errors: &[],
        locate: &nowhere,
        checks: &|_, _| Vec::new(),
    }
}

fn judge(
    rules: &[(String, RuleMeta)],
    findings: &[Finding],
    undetermined: &[Undetermined],
) -> Vec<Diagnosis> {
    let rules = rules.iter().cloned().collect();
    let requests = [failed(0)];
    diagnose(&Dossier { findings, undetermined, ..dossier(&requests, &rules) }).diagnoses
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
    assert_eq!((unseen.rule.as_str(), unseen.standing), ("unseen", Standing::CannotTell));
    assert_eq!(unseen.commands.len(), 1);
    assert!(
        unseen.missing[0].starts_with("No Runtime log in this capture; fetch it: aws logs"),
        "{unseen:?}"
    );
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
    let of_capture: Vec<_> = diagnoses[1..].iter().map(|known| known.root_cause.as_deref()).collect();
    assert_eq!(of_capture, [Some("export")], "what a request names is not said twice");
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
    let findings = [noise];
    let dossier = Dossier { findings: &findings, errors: &errors, ..dossier(&[], &rules) };
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
        let of_capture: Vec<_> = diagnoses.iter().filter(|diagnosis| diagnosis.request.is_none()).collect();
        prop_assert!(of_capture.iter().all(|diagnosis| diagnosis.root_cause.is_some()));
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
    let open = |findings: &[Finding]| -> Vec<RequestKey> {
        let requests = [failed(0), failed(1)];
        let dossier = Dossier { findings, errors: &errors, ..dossier(&requests, &rules) };
        diagnose(&dossier).unexplained.iter().flat_map(|error| error.requests.clone()).collect()
    };
    assert_eq!(open(&[finding("cause", Role::Cause, Some(0))]), [RequestKey(1)]);
    assert_eq!(open(&[finding("noise", Role::Noise, Some(0))]).len(), 2);
    let worth_knowing = Finding { severity: Level::Info, ..finding("cause", Role::Cause, Some(0)) };
    let requests_that_failed = open(&[worth_knowing]);
    assert_eq!(requests_that_failed, [RequestKey(1)], "diagnosed as the root cause");
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
        let dossier = Dossier { findings: &findings, ..dossier(&requests, &rules) };
        let diagnosis = diagnose(&dossier).diagnoses.remove(0);
        assert_eq!(diagnosis.root_cause.as_deref(), root, "request at minute {from}");
        assert!(diagnosis.hypotheses.iter().all(|hypothesis| hypothesis.standing != Standing::Confirmed));
    }
}

#[test]
fn independent_causes_of_the_capture_are_each_a_root() {
    use Role::{Cause, Symptom};
    let rules = [
        rule("group", Cause, &["export"]),
        rule("denied", Cause, &[]),
        rule("export", Cause, &["end"]),
        rule("end", Symptom, &[]),
    ];
    let of_capture = |id, role| Finding { occurrences: 120, ..finding(id, role, None) };
    let findings = [
        of_capture("group", Cause),
        Finding { occurrences: 3, last: Some(Timestamp(9)), ..finding("group", Cause, None) },
        of_capture("denied", Cause),
        of_capture("export", Cause),
        of_capture("end", Symptom),
    ];
    let diagnoses = judge(&rules, &findings, &[]);
    let roots: Vec<_> = diagnoses.iter().filter_map(|diagnosis| diagnosis.root_cause.as_deref()).collect();
    assert_eq!(roots, ["group", "denied"]);
    let of_group = &diagnoses[1];
    assert_eq!(of_group.chain, ["group", "export", "end"]);
    assert_eq!((of_group.spread.occurrences, of_group.spread.last), (123, Some(Timestamp(9))));
    assert!(of_group.spread.requests.is_empty());
}

#[test]
fn what_the_capture_excludes_is_ruled_out_and_what_speaks_for_a_cause_makes_it_possible() {
    use Role::{Cause, Symptom};
    let rules = [
        rule("excluded", Cause, &["end"]),
        rule("hinted", Cause, &["end"]),
        rule("open", Cause, &["end"]),
        rule("end", Symptom, &[]),
    ];
    let say = |rule: &str, is_for| Argument {
        rule: rule.to_owned(),
        request: Some(RequestKey(0)),
        is_for,
        text: "A row says so.".to_owned(),
    };
    let arguments = [say("excluded", false), say("hinted", true)];
    let (requests, rules) = ([failed(0)], rules.into_iter().collect());
    let findings = [finding("end", Symptom, Some(0))];
    let known = Dossier { findings: &findings, arguments: &arguments, ..dossier(&requests, &rules) };
    let diagnosis = diagnose(&known).diagnoses.remove(0);
    let standings: Vec<_> =
        diagnosis.hypotheses.iter().map(|known| (known.rule.as_str(), known.standing)).collect();
    let expected =
        [("hinted", Standing::Possible), ("open", Standing::CannotTell), ("excluded", Standing::RuledOut)];
    assert_eq!(standings, expected);
    let excluded = &diagnosis.hypotheses[2];
    assert_eq!((excluded.against.len(), excluded.missing.len()), (1, 0));
    assert!(diagnosis.missing.iter().any(|lack| lack.contains("No Runtime log")), "{diagnosis:?}");
}

#[test]
fn one_wording_in_many_requests_is_one_group() {
    let rules = BTreeMap::new();
    let requests: Vec<Request> = (0..200).map(failed).collect();
    let texts: Vec<String> = (0..200).map(|id| format!("lost batch {id}")).collect();
    let errors: Vec<ErrorSignal<'_>> = texts
        .iter()
        .zip(0..)
        .map(|(message, key)| ErrorSignal { signal: SignalKey(key), request: Some(RequestKey(key)), message })
        .collect();
    let groups = diagnose(&Dossier { errors: &errors, ..dossier(&requests, &rules) }).unexplained;
    let [group] = &groups[..] else { panic!("{groups:?}") };
    assert_eq!((group.template.as_str(), group.occurrences), ("lost batch *", 200));
    assert_eq!((group.requests.len(), group.request), (200, Some(RequestKey(0))));
}
