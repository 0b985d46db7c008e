//! The law of collecting: whatever order Live Tail and the sweep come in, whichever calls fail and whenever the program is
//! killed, every event is in the capture once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::collection::{Collection, standing};
use super::event::LogEvent;
use super::news::{News, Progress, Told};
use super::resume;
use super::standing::TailState;
use crate::model::Timestamp;
use crate::source::recording::{Kind, Origin, Recorded, Recorder};
use crate::source::sweep::{Sweep, Window};

const BASE: i64 = 1_790_000_000;
const PAGE: usize = 5;

fn at(seconds: i64) -> Timestamp {
    Timestamp((BASE + seconds) * 1_000_000_000)
}

/// An event: when it happens, how much later a search finds it, whether Live Tail shows it, and its text, which others may
/// have, too.
type Event = (i64, i64, bool, u8);

/// What happens in one step: how long it takes, which page of its round fails, whether Live Tail comes first, whether there
/// is a commit, and whether the program is killed thereafter.
type Step = (i64, Option<usize>, bool, bool, bool);

struct Run {
    recorder: Recorder,
    collection: Collection,
    sweep: Sweep,
}

impl Run {
    fn begin(mut recorder: Recorder) -> Self {
        let recorded = Recorded {
            kind: Kind::LogGroup,
            name: "/aws/x".to_owned(),
            origin: Origin::default(),
            pattern: None,
            file: String::new(),
            bytes: 0,
            records: 0,
            since: Some(at(0)),
            until: None,
            settled: None,
            rechecked: None,
            gaps: Vec::new(),
            traces: None,
        };
        let place = recorder.source(recorded).unwrap();
        let window = Window { since: at(0), until: None, settle: true };
        let known = resume::group(&recorder, place, window, true, None).unwrap();
        let mut collection = Collection::default();
        let standing = standing(&recorder.manifest().sources[place], None, TailState::Starting);
        collection.add(Some(place), standing, known.early, None);
        let mut run = Self { recorder, collection, sweep: known.sweep };
        run.take(News::Tail(vec![0], Told::Started), 0);
        run
    }

    fn take(&mut self, news: News, now: i64) {
        self.collection.take(news, &mut self.recorder, at(now));
    }

    /// A round, of which a page may fail.
    fn sweep(&mut self, events: &[Event], now: i64, fault: Option<usize>) {
        let Some(range) = self.sweep.begin(at(now)) else { return };
        let found = events
            .iter()
            .enumerate()
            .filter(|(_, (time, late, ..))| range.contains(at(*time)) && time + late <= now);
        let found: Vec<_> = found.collect();
        for (number, page) in found.chunks(PAGE).enumerate() {
            if fault == Some(number) {
                return;
            }
            self.sweep.page();
            let new =
                page.iter().filter(|(id, (time, ..))| self.sweep.is_new(&id.to_string(), at(*time), None));
            let new = new.map(|(id, event)| log_event(Some(id.to_string()), **event)).collect();
            self.collection.take(News::Page(0, new), &mut self.recorder, at(now));
        }
        self.sweep.end_round();
        let progress =
            Progress { cursor: self.sweep.cursor(), tally: self.sweep.tally(), is_shortened: false };
        self.take(News::Round(0, progress), now);
    }

    /// What Live Tail shows of the time between two steps.
    fn tail(&mut self, events: &[Event], before: i64, now: i64) {
        let shown =
            events.iter().filter(|(time, _, is_shown, _)| *is_shown && before < *time && *time <= now);
        let shown: Vec<LogEvent> = shown.map(|event| log_event(None, *event)).collect();
        self.take(News::Tail(vec![0], Told::Events(0, shown)), now);
    }

    fn commit(&mut self, now: i64) {
        self.collection.commit(&mut self.recorder, at(now)).unwrap();
    }
}

fn log_event(id: Option<String>, (time, _, _, text): Event) -> LogEvent {
    LogEvent { id, at: at(time), ingested: None, stream: "s".to_owned(), message: text.to_string() }
}

fn written(folder: &Path) -> BTreeMap<(i64, String), usize> {
    let text = fs::read_to_string(folder.join("001-aws-x.jsonl")).unwrap();
    let mut counts = BTreeMap::new();
    for event in text.lines().filter_map(|line| LogEvent::read(line.as_bytes())) {
        *counts.entry((event.at.0, event.message)).or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_event_is_written_once(
        events in prop::collection::vec((0_i64..120, 0_i64..400, any::<bool>(), 0_u8..2), 0..60),
        steps in prop::collection::vec(
            (1_i64..20, prop::option::weighted(0.2, 0_usize..3), any::<bool>(), prop::bool::weighted(0.4), prop::bool::weighted(0.2)),
            1..30,
        ),
    ) {
        let steps: Vec<Step> = steps;
        let folder = tempfile::tempdir().unwrap();
        let mut run = Run::begin(Recorder::create(folder.path(), "t".to_owned(), true).unwrap());
        run.commit(0);
        let mut now = 0;
        for (time, fault, is_tail_first, is_committed, is_killed) in steps {
            let before = now;
            now += time;
            if is_tail_first {
                run.tail(&events, before, now);
            }
            run.sweep(&events, now, fault);
            if !is_tail_first {
                run.tail(&events, before, now);
            }
            if is_committed {
                run.commit(now);
            }
            if is_killed {
                drop(run);
                run = Run::begin(Recorder::resume(folder.path()).unwrap());
            }
        }
        for late in (now..now + 2_000).step_by(15) {
            run.sweep(&events, late, None);
        }
        run.commit(now + 2_000);
        let mut expected: BTreeMap<(i64, String), usize> = BTreeMap::new();
        for (time, _, _, text) in &events {
            *expected.entry((at(*time).0, text.to_string())).or_default() += 1;
        }
        prop_assert_eq!(written(folder.path()), expected);
    }
}
