//! Verdicts, and what findings and explanations say.

use std::time::Duration;

use crate::model::{Confidence, EvidenceRole, Gap, Layer, LinkReason, Outcome, Severity, Signal, Timestamp};
use crate::rules::State;

use super::{World, catalogue, line, rule_text, untimed};

const PAIR: &str = "[events.a]\nmessage = 'alpha-start'\n[events.b]\nmessage = 'beta-done'\n";

fn pair(when: &str) -> crate::rules::Catalogue {
    catalogue(&[("r", &format!("{PAIR}[when]\n{when}"))])
}

const UNANSWERED: &str = "absent = 'b'\nafter = 'a'\nwithin = '5s'";

fn state(when: &str, signals: Vec<Signal>) -> State {
    World::new(signals).explain(&pair(when), "r")[0].state
}

#[test]
fn an_answer_within_the_allowed_lateness_may_still_come() {
    let mut world = World::new(vec![line(0, "r1", "alpha-start"), line(8_000, "r2", "other")]);
    for (lateness, expected) in [(0, State::Fires), (3, State::Fires), (4, State::Undetermined)] {
        world.lateness = Duration::from_secs(lateness);
        assert_eq!(world.explain(&pair(UNANSWERED), "r")[0].state, expected, "{lateness}");
    }
}

#[test]
fn an_answer_that_came_late_retracts_the_verdict() {
    let early = vec![line(0, "r1", "alpha-start"), line(60_000, "r2", "other")];
    assert_eq!(state(UNANSWERED, early.clone()), State::Fires);
    let late = early.into_iter().chain([line(4_000, "r1", "beta-done")]).collect();
    assert_eq!(state(UNANSWERED, late), State::Quiet);
}

#[test]
fn a_gap_in_the_window_leaves_an_absence_open() {
    let mut world = World::new(vec![line(0, "r1", "alpha-start"), line(60_000, "r2", "other")]);
    let gap = |start, end, source: &str| Gap {
        source: source.to_owned(),
        start: Timestamp::from_millis(start),
        end: Timestamp::from_millis(end),
        reason: "throttled".to_owned(),
        ..Gap::default()
    };
    for (gap, expected) in [
        (gap(2_000, 3_000, "some stream"), State::Undetermined),
        (gap(9_000, 9_500, "some stream"), State::Fires),
    ] {
        world.coverage.gaps = vec![gap];
        assert_eq!(world.explain(&pair(UNANSWERED), "r")[0].state, expected);
    }
}

#[test]
fn a_gap_of_another_layer_does_not_matter() {
    let catalogue = catalogue(&[(
        "r",
        "[events.a]\nmessage = 'alpha-start'\n[events.b]\nlayer = 'runtime'\nmessage = 'beta-done'\n\
         [when]\nabsent = 'b'\nafter = 'a'\nwithin = '5s'",
    )]);
    let mut world = World::new(vec![line(0, "r1", "alpha-start"), line(60_000, "r2", "other")]);
    let gap = |source: &str| Gap { source: source.to_owned(), ..Gap::default() };
    world.coverage.gaps = vec![gap("memory")];
    assert_eq!(world.fired(&catalogue), ["r"]);
    world.coverage.gaps = vec![gap("runtime")];
    assert!(world.fired(&catalogue).is_empty());
}

#[test]
fn an_undetermined_verdict_says_what_to_fetch() {
    let catalogue = catalogue(&[(
        "r",
        "[events.a]\nlayer = 'gateway'\nmessage = 'alpha-start'\n[events.b]\nlayer = 'runtime'\nmessage = 'beta-done'\n\
         [when]\nby = 'capture'\nabsent = 'b'\nafter = 'a'\nwithin = '30s'",
    )]);
    let gateway = |millis, message| Signal { layer: Layer::Gateway, ..line(millis, "r1", message) };
    let world = World::new(vec![gateway(1_000, "alpha-start"), gateway(90_000, "other")]);
    let undetermined = world.judge(&catalogue).undetermined;
    assert_eq!(
        undetermined[0].missing,
        ["no runtime log in this capture; fetch: aws logs filter-log-events --log-group-name \
          /aws/bedrock-agentcore/runtimes/RUNTIME_ID-DEFAULT --start-time 1000 --end-time 31001 --region REGION"]
    );
    let world =
        World::new(vec![gateway(1_000, "alpha-start"), line(2_200, "r2", "other"), gateway(90_000, "other")]);
    let missing = &world.judge(&catalogue).undetermined[0].missing[0];
    assert!(
        missing.starts_with("the runtime log ends 1.2 s after the signal in question, 30 s are needed"),
        "{missing}"
    );
}

#[test]
fn an_event_that_no_key_ties_to_a_request_leaves_its_absence_open() {
    let case = |millis| {
        vec![line(0, "r1", "alpha-start"), line(millis, "", "beta-done"), line(60_000, "r2", "other")]
    };
    assert_eq!(state(UNANSWERED, case(2_000)), State::Undetermined);
    assert_eq!(state(UNANSWERED, case(9_000)), State::Fires);
}

#[test]
fn without_a_positive_event_nothing_is_undetermined() {
    let judgement = World::new(vec![line(0, "r1", "unrelated")]).judge(&pair(UNANSWERED));
    assert_eq!((judgement.findings.len(), judgement.undetermined.len()), (0, 0));
}

#[test]
fn a_near_miss_tells_how_far_it_got() {
    let world = World::new(vec![line(0, "r1", "alpha-start"), line(7_200, "r1", "beta-done")]);
    let root = &world.explain(&pair("sequence = ['a', 'b']\nwithin = '5s'"), "r")[0].root;
    assert_eq!(root.state, State::Quiet);
    assert_eq!(root.notes, ["1 of 2; the second came 7.2 s after the first, limit 5 s"]);
}

#[test]
fn a_hundred_thousand_pairs_under_one_key_are_judged() {
    let pairs =
        (0..100_000).flat_map(|at| [line(2 * at, "r1", "alpha-start"), line(2 * at + 1, "r1", "beta-done")]);
    let cases = [
        ("four", 50_000, "sequence = ['a', 'b', 'a', 'b']\nwithin = '5s'"),
        (
            "both",
            100_000,
            "all = [{ sequence = ['a', 'b'] }, { faster-than = '1s', from = 'a', to = 'b' }, 'a']",
        ),
        ("burst", 100_000, "count = 'a'\nat-least = 1000\nwithin = '10s'"),
        ("values", 100_000, "distinct = 'a'\nof = 'message'\nat-least = 1"),
        ("unanswered", 0, UNANSWERED),
        ("slow", 0, "slower-than = '5ms'\nfrom = 'a'\nto = 'b'"),
    ];
    let bodies: Vec<_> = cases.iter().map(|(id, _, when)| (*id, format!("{PAIR}[when]\n{when}"))).collect();
    let rules: Vec<_> = bodies.iter().map(|(id, body)| (*id, body.as_str())).collect();
    let findings = World::new(pairs.collect()).judge(&catalogue(&rules)).findings;
    for (id, occurrences, _) in cases {
        let found: Vec<u32> =
            findings.iter().filter(|finding| finding.rule == id).map(|finding| finding.occurrences).collect();
        let expected = if occurrences == 0 { vec![] } else { vec![occurrences] };
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn members_of_all_speak_of_the_same_signal() {
    let when =
        "all = [{ sequence = ['a', 'b'], within = '1s' }, { slower-than = '5s', from = 'a', to = 'b' }]";
    let signals = vec![
        line(0, "r1", "alpha-start"),
        line(500, "r1", "beta-done"),
        line(1_000, "r1", "alpha-start"),
        line(9_000, "r1", "beta-done"),
    ];
    let world = World::new(signals);
    let explained = world.explain(&pair(when), "r");
    assert_eq!(explained[0].state, State::Quiet);
    assert_eq!(explained[0].root.notes, ["all 2 hold, but of different signals"]);
}

#[test]
fn signals_without_time_keep_their_order_and_have_no_distance() {
    let signals = || vec![untimed("", "alpha-start"), untimed("", "beta-done")];
    assert_eq!(state("sequence = ['a', 'b']", signals()), State::Fires);
    assert_eq!(state("sequence = ['b', 'a']", signals()), State::Quiet);
    assert_eq!(state("sequence = ['a', 'b']\nwithin = '5s'", signals()), State::Undetermined);
    assert_eq!(state(UNANSWERED, vec![untimed("", "alpha-start")]), State::Undetermined);
}

#[test]
fn signals_of_no_request_are_judged_by_stream() {
    let other = Signal {
        origin: crate::model::Origin { log_stream: Some("other".to_owned()), ..Default::default() },
        ..line(1, "", "beta-done")
    };
    let sequence = "sequence = ['a', 'b']";
    assert_eq!(state(sequence, vec![line(0, "", "alpha-start"), other]), State::Quiet);
    assert_eq!(state(sequence, vec![line(0, "", "alpha-start"), line(1, "", "beta-done")]), State::Fires);
}

#[test]
fn signals_without_the_key_are_counted() {
    let mut keyed = line(0, "r1", "alpha-start");
    keyed.ids.session = Some("s".to_owned());
    let world = World::new(vec![keyed, line(1, "r1", "alpha-start"), line(2, "r1", "alpha-start")]);
    let catalogue = pair("by = 'session'\ncount = 'a'\nat-least = 2");
    let judgement = world.judge(&catalogue);
    assert!(judgement.findings.is_empty());
    assert_eq!(judgement.unkeyed, [("r".to_owned(), 2)]);
    assert_eq!(world.explain(&catalogue, "r")[0].unkeyed, 2);
}

#[test]
fn counts_and_distinct_values_slide() {
    let at =
        |seconds: &[i64]| seconds.iter().map(|at| line(at * 1000, "r1", "alpha-start")).collect::<Vec<_>>();
    let three = "count = 'a'\nat-least = 3\nwithin = '10s'";
    assert_eq!(state(three, at(&[0, 8, 16, 24])), State::Quiet);
    assert_eq!(state(three, at(&[0, 8, 16, 18])), State::Fires);
    let tool = |millis, tool: &str| {
        let mut signal = line(millis, "r1", "alpha-start");
        signal.ids.tool = Some(tool.to_owned());
        signal
    };
    let two = "distinct = 'a'\nof = 'tool'\nat-least = 2\nwithin = '10s'";
    assert_eq!(state(two, vec![tool(0, "x"), tool(1, "x"), tool(20_000, "y")]), State::Quiet);
    assert_eq!(state(two, vec![tool(0, "x"), tool(1, "x"), tool(9_000, "y")]), State::Fires);
}

#[test]
fn only_the_first_seconds_of_a_stream() {
    let when = "first-seconds-of-stream = 10\nof = 'a'";
    let start = line(0, "r9", "boot");
    assert_eq!(state(when, vec![start.clone(), line(9_000, "r1", "alpha-start")]), State::Fires);
    assert_eq!(state(when, vec![start.clone(), line(11_000, "r1", "alpha-start")]), State::Quiet);
    let both = vec![start, line(9_000, "r1", "alpha-start"), line(11_000, "r1", "alpha-start")];
    assert_eq!(state(when, both), State::Quiet);
}

#[test]
fn a_healthy_sibling_is_another_target_of_the_same_resource() {
    let call = |millis, request: &str, tool: &str, resource: &str, outcome| {
        let mut signal = Signal { outcome, ..line(millis, request, "alpha-start") };
        signal.ids.tool = Some(tool.to_owned());
        signal.ids.resource = Some(resource.to_owned());
        signal
    };
    let catalogue = catalogue(&[(
        "r",
        "[events.a]\nmessage = 'alpha-start'\noutcome = 'failed'\n[when]\nhealthy-sibling = 'target'\nof = 'a'",
    )]);
    let failed = call(0, "r1", "orders___list", "gw", Outcome::Failed);
    for (other, expected) in [
        (call(1, "r2", "stock___list", "gw", Outcome::Ok), State::Fires),
        (call(1, "r2", "stock___list", "gw", Outcome::Failed), State::Quiet),
        (call(1, "r2", "orders___get", "gw", Outcome::Ok), State::Undetermined),
        (call(1, "r2", "stock___list", "other-gw", Outcome::Ok), State::Undetermined),
    ] {
        let world = World::new(vec![failed.clone(), other]);
        assert_eq!(world.explain(&catalogue, "r")[0].state, expected);
    }
}

#[test]
fn events_decided_by_the_compact_form_need_no_text() {
    let catalogue = catalogue(&[("r", "[events.slow]\nlayer = 'span'\nduration = '>5s'")]);
    let span = |millis, length| Signal {
        layer: Layer::Span,
        end: Timestamp::from_millis(millis + length),
        ..line(millis, "r1", "")
    };
    assert!(catalogue.prefilter().is_empty());
    let world = World::new(vec![span(0, 4_000), span(10_000, 6_000)]);
    let findings = world.judge(&catalogue).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].first, Timestamp::from_millis(10_000));
}

#[test]
fn equal_findings_collapse_and_different_captures_do_not() {
    let body = "[events.e]\nmessage = 'field (?P<name>\\w+) is wrong'";
    let signals = ["one", "two", "one"]
        .iter()
        .zip(0..)
        .map(|(name, at)| line(at, "r1", &format!("field {name} is wrong")));
    let findings = World::new(signals.collect()).judge(&catalogue(&[("r", body)])).findings;
    let seen: Vec<_> =
        findings.iter().map(|finding| (finding.captures["name"].as_str(), finding.occurrences)).collect();
    assert_eq!(seen, [("one", 2), ("two", 1)]);
    assert_eq!(findings[0].evidence.len(), 2);
    assert_eq!(findings[0].evidence[0].matched.as_deref(), Some("field one is wrong"));
}

#[test]
fn texts_are_filled_and_log_text_cannot_leave_its_word() {
    let place = crate::rules::read::Place { folder: None, layer: None };
    let body = "command = \"aws x --a {name} --b '{name}' --c \\\"{name}\\\" --g {group|GROUP} --r {region}\"\n\
                [events.e]\nmessage = 'value (?P<name>.+) and'\n[events.f]\nmessage = 'group (?P<group>\\S+)'";
    let text = rule_text("r", "{name} in {request_id}, {count} times, {group|no group}", body);
    let rule = crate::rules::read::read_rule("rule.toml", &text, &place).unwrap();
    let catalogue = crate::rules::Catalogue::of(vec![rule]);
    let finding = &World::new(vec![line(0, "r1", "value $(rm -rf ~)'; and")]).judge(&catalogue).findings[0];
    assert_eq!(finding.message, "$(rm -rf ~)'; in r1, 1 times, no group");
    assert_eq!(
        finding.fix[0].command.as_deref(),
        Some(
            r#"aws x --a '$(rm -rf ~)'\'';' --b '$(rm -rf ~)'\'';' --c ""'$(rm -rf ~)'\'';'"" --g GROUP --r REGION"#
        )
    );
}

#[test]
fn the_failing_signal_is_the_primary_evidence_and_a_weak_link_lowers_confidence() {
    let failing = Signal { severity: Severity::Error, ..line(1, "r1", "beta-done") };
    let mut world = World::new(vec![line(0, "r1", "alpha-start"), failing]);
    let catalogue = pair("sequence = ['a', 'b']");
    let finding = world.judge(&catalogue).findings.remove(0);
    assert_eq!(finding.confidence, Confidence::High);
    assert_eq!((finding.evidence[0].signal.0, finding.evidence[0].role), (1, EvidenceRole::Primary));
    let mut links = world.requests[0].signals.to_vec();
    links[0].reason = LinkReason::Stream;
    world.requests[0].signals = links.into();
    assert_eq!(world.judge(&catalogue).findings[0].confidence, Confidence::Medium);
}
