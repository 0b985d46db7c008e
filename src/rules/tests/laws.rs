//! Laws that hold for all inputs.

use proptest::prelude::*;

use crate::model::Signal;
use crate::rules::read::{Place, read_rule};
use crate::rules::{Catalogue, State};

use super::{World, catalogue, line};

/// Rules that use every form.
fn every_form() -> Catalogue {
    let events = "[events.a]\nmessage = 'alpha-start'\n[events.b]\nmessage = 'beta-done'\n[events.c]\nmessage = 'gamma-end'\n[when]\n";
    let forms = [
        "sequence = ['a', 'b', 'c']\nwithin = '9ms'",
        "count = 'a'\nat-least = 3\nwithin = '20ms'",
        "absent = 'b'\nafter = 'a'\nwithin = '5ms'",
        "absent = 'b'\nbefore = 'c'\nwithin = '5ms'",
        "slower-than = '7ms'\nfrom = 'a'\nto = 'b'",
        "by = 'capture'\nall = ['a', { none = ['c'] }]",
        "by = 'stream'\nany = [{ faster-than = '2ms', from = 'a', to = 'c' }, { distinct = 'a', of = 'request_id', at-least = 2 }]",
        "all = [{ first-seconds-of-stream = 0.02, of = 'a' }, { healthy-sibling = 'request', of = 'a' }]",
    ];
    let bodies: Vec<(String, String)> =
        forms.iter().enumerate().map(|(at, form)| (format!("r{at}"), format!("{events}{form}"))).collect();
    let rules: Vec<(&str, &str)> = bodies.iter().map(|(id, body)| (id.as_str(), body.as_str())).collect();
    catalogue(&rules)
}

fn signals() -> impl Strategy<Value = Vec<Signal>> {
    let words = prop::sample::select(vec!["alpha-start", "beta-done", "gamma-end", "noise"]);
    let requests = prop::sample::select(vec!["", "r1", "r2"]);
    prop::collection::btree_map(0i64..120, (words, requests), 0..24)
        .prop_map(|lines| lines.into_iter().map(|(at, (word, request))| line(at, request, word)).collect())
}

fn worst(world: &World, catalogue: &Catalogue) -> State {
    world.explain(catalogue, "r").iter().map(|explained| explained.state).max().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_lines_changes_nothing(signals in signals(), seed in any::<u64>()) {
        let catalogue = every_form();
        let mut shuffled = signals.clone();
        shuffled.sort_by_key(|signal| signal.timestamp.map_or(0, |at| at.0 as u64).wrapping_mul(seed | 1));
        prop_assert_eq!(World::new(signals).judge(&catalogue), World::new(shuffled).judge(&catalogue));
    }

    #[test]
    fn judging_and_explaining_agree(signals in signals()) {
        let catalogue = every_form();
        let world = World::new(signals);
        let judgement = world.judge(&catalogue);
        for rule in catalogue.rules() {
            let state = world.explain(&catalogue, rule.id()).iter().map(|explained| explained.state).max();
            let fired = judgement.findings.iter().any(|finding| finding.rule == rule.id());
            prop_assert_eq!(fired, state == Some(State::Fires), "{}", rule.id());
        }
    }

    /// `all` is the least of its members, `any` the greatest, over every mixture of the three values.
    #[test]
    fn all_and_any_mirror_each_other(values in prop::collection::vec(0usize..3, 1..5)) {
        // One event each, so that the members are independent: seen, or awaited past the end, or never seen.
        let forms = ["{ absent = 'never', after = 'anchor', within = '1h' }", "'never'", "'anchor'"];
        let states = [State::Undetermined, State::Quiet, State::Fires];
        let members: Vec<&str> = values.iter().map(|value| forms[*value]).collect();
        let world = World::new(vec![line(0, "r1", "anchor-line")]);
        let judge = |form: &str| {
            let body = format!(
                "[events.anchor]\nmessage = 'anchor-line'\n[events.never]\nmessage = 'never-line'\n[when]\n\
                 all = ['anchor', {{ {form} = [{}] }}]", members.join(", "));
            worst(&world, &catalogue(&[("r", &body)]))
        };
        let expected = |pick: fn(&mut dyn Iterator<Item = State>) -> Option<State>| {
            pick(&mut values.iter().map(|value| states[*value]))
        };
        prop_assert_eq!(Some(judge("all")), expected(|states| states.min()));
        prop_assert_eq!(Some(judge("any")), expected(|states| states.max()));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}", at in 0usize..400, junk in "[\\[\\]{}='\"a-z0-9.|\\n]{0,12}") {
        let place = Place { folder: Some("r"), layer: Some("runtime") };
        let _ = read_rule("rule.toml", &text, &place);
        let mut whole = super::rule_text("r", "{count}", "[events.a]\nmessage = 'x'\nfield.\"http.status\" = '>=5'\n[when]\nall = ['a']\n");
        let at = at.min(whole.len());
        whole.insert_str(at, &junk);
        if let Err(errors) = read_rule("rule.toml", &whole, &place) {
            prop_assert!(errors.iter().all(|error| !error.to_string().is_empty()));
        }
    }
}
