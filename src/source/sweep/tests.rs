use proptest::prelude::*;

use super::*;

const BASE: i64 = 1_790_000_000;
const PAGE: usize = 7;

fn at(seconds: i64) -> Timestamp {
    Timestamp((BASE + seconds) * 1_000_000_000)
}

/// A log group: events with the second at which they become visible.
struct Group(Vec<(i64, i64)>);

impl Group {
    fn fetch(&self, range: TimeRange, now: i64) -> Vec<(usize, Timestamp)> {
        let visible = self.0.iter().enumerate().filter(|(_, (_, shown))| *shown <= now);
        let asked = visible.filter(|(_, (time, _))| range.contains(at(*time)));
        asked.map(|(id, (time, _))| (id, at(*time))).collect()
    }
}

fn window(until: Option<i64>, settle: bool) -> Window {
    Window { since: at(0), until: until.map(at), settle }
}

fn sweep(until: Option<i64>) -> Sweep {
    Sweep::new(window(until, true), at(0), at(0))
}

/// Runs one round; it fails after `fault` pages. Returns the new events that were handed over, or `None` at the end.
fn round(sweep: &mut Sweep, group: &Group, now: i64, fault: Option<usize>) -> Option<Vec<usize>> {
    let range = sweep.begin(at(now))?;
    let events = group.fetch(range, now);
    let mut new = Vec::new();
    for (number, page) in events.chunks(PAGE).enumerate() {
        if fault == Some(number) || !sweep.page() {
            return Some(new);
        }
        new.extend(
            page.iter().filter_map(|(id, at)| sweep.is_new(&id.to_string(), *at, None).then_some(*id)),
        );
    }
    sweep.end_round();
    Some(new)
}

fn run(sweep: &mut Sweep, group: &Group, seconds: impl IntoIterator<Item = i64>) -> Vec<usize> {
    let mut got = Vec::new();
    for now in seconds {
        while let Some(new) = round(sweep, group, now, None) {
            got.extend(new);
            if !sweep.is_behind(at(now)) {
                break;
            }
        }
    }
    got
}

#[test]
fn an_old_window_needs_one_round() {
    let group = Group(vec![(5, 6), (60, 61)]);
    let mut sweep = sweep(Some(60));
    assert_eq!(run(&mut sweep, &group, [7_200]), [0, 1]);
    assert!(sweep.is_done());
    assert_eq!(sweep.tally().repeated, 0);
}

#[test]
fn a_window_that_just_ended_is_repeated_until_it_settles() {
    let group = Group(vec![(5, 6), (50, 140)]);
    let mut sweep = sweep(Some(60));
    assert_eq!(run(&mut sweep, &group, [61]), [0]);
    assert!(!sweep.is_done());
    assert_eq!(run(&mut sweep, &group, [120, 150, 181, 183]), [1]);
    assert!(sweep.is_done());
    let mut once = Sweep::new(window(Some(60), false), at(0), at(0));
    assert_eq!(run(&mut once, &group, [61]), [0]);
    assert!(once.is_done() && once.cursor().settled < at(60), "what is not final is not called so");
}

#[test]
fn news_in_the_second_look_calls_for_a_third() {
    let group = Group(vec![(10, 11), (20, 150)]);
    let mut sweep = sweep(Some(60));
    run(&mut sweep, &group, [61, 185]);
    assert_eq!(sweep.cursor().settled, at(20));
    run(&mut sweep, &group, [187]);
    assert!(sweep.is_done());
}

#[test]
fn what_an_earlier_run_wrote_is_not_written_again() {
    let group = Group(vec![(5, 6), (7, 8)]);
    let mut sweep = sweep(Some(60));
    sweep.recall("0", at(5));
    assert_eq!(run(&mut sweep, &group, [7_200]), [1]);
}

#[test]
fn a_long_backfill_moves_on_window_by_window() {
    let group = Group((0..2_000).map(|n| (n * 40, n * 40)).collect());
    let mut sweep = sweep(Some(80_000));
    let mut settled = Vec::new();
    while round(&mut sweep, &group, 90_000, None).is_some() {
        settled.push(sweep.cursor().settled);
    }
    assert_eq!(sweep.tally().events, 2_000);
    assert!(settled.len() > 4 && settled.is_sorted(), "{settled:?}");
    assert_eq!(sweep.seen.len(), 0, "nothing is remembered of what is rechecked");
}

#[test]
fn a_stretch_with_too_many_pages_is_cut_up() {
    let group = Group((0..2_000).map(|n| (n % 3_000, n)).collect());
    let mut sweep = sweep(Some(3_000));
    let got = run(&mut sweep, &group, [90_000]);
    assert_eq!(got.len(), 2_000);
    assert!(sweep.stretch < FIRST && sweep.is_done());
}

#[test]
fn a_busy_group_is_not_fetched_over_and_over() {
    // 100 events a second with seven to a page: the newest stretch overlaps by little.
    let group = Group((0..60_000).map(|n| (n / 100, n / 100 + 1)).collect());
    let mut sweep = sweep(None);
    let got = run(&mut sweep, &group, (2..600).step_by(2));
    assert!(got.len() > 59_000, "{}", got.len());
    assert!(sweep.tally().repeated < 8 * 60_000, "{}", sweep.tally().repeated);
    assert!(sweep.cursor().settled >= at(450));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Everything that becomes visible within the reach is delivered, and delivered once, whichever rounds fail.
    #[test]
    fn nothing_lost_and_nothing_twice(
        events in prop::collection::vec((0_i64..600, 0_i64..850), 0..120),
        step in 1_i64..45,
        faults in prop::collection::vec(prop::option::weighted(0.3, 0_usize..4), 1..40),
    ) {
        let group = Group(events.iter().map(|(time, late)| (*time, time + late)).collect());
        let mut sweep = sweep(None);
        let mut got = Vec::new();
        let mut faults = faults.into_iter();
        for now in (0..2_400).step_by(step as usize) {
            let fault = faults.next().flatten();
            got.extend(round(&mut sweep, &group, now, fault).unwrap());
        }
        got.sort_unstable();
        prop_assert_eq!(got, (0..events.len()).collect::<Vec<_>>());
    }

    /// Settled means settled: what turns up later behind the mark is counted as late, and never lies before what a look
    /// two minutes later had covered.
    #[test]
    fn settled_is_monotonic_and_cautious(
        events in prop::collection::vec((0_i64..300, 0_i64..119), 0..60),
        steps in prop::collection::vec(1_i64..100, 1..60),
    ) {
        let group = Group(events.iter().map(|(time, late)| (*time, time + late)).collect());
        let mut sweep = sweep(None);
        let mut now = 0;
        let mut before = sweep.cursor();
        for step in steps {
            now += step;
            run(&mut sweep, &group, [now]);
            let cursor = sweep.cursor();
            prop_assert!(cursor.settled >= before.settled && cursor.rechecked >= before.rechecked);
            prop_assert!(cursor.rechecked <= cursor.settled && cursor.settled <= cursor.fetched_to);
            prop_assert!(cursor.settled <= at(now).minus(SETTLE).max(at(0)));
            prop_assert_eq!(sweep.tally().late, 0, "nothing here comes after two minutes");
            before = cursor;
        }
    }
}
