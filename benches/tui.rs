//! From key to drawn frame: percentiles for each screen over keys chosen by a fixed sequence, without and with data
//! coming in.
//!
//! `cargo bench --bench tui -- 100000 1000000` measures with so many signals each; a third as many requests. Criterion
//! tells means, and what a person notices is the slowest key, so this measures for itself.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use agentcore_triage::case::{Baseline, Case, Options, Pace, Search, Snapshot};
use agentcore_triage::model::{Bytes, Input, RequestKey};
use agentcore_triage::rules::Catalogue;
use agentcore_triage::text::Door;
use agentcore_triage::tui::keys::Keymap;
use agentcore_triage::tui::message::{Hits, Progress};
use agentcore_triage::tui::screens::ScreenId;
use agentcore_triage::tui::session::Session;
use agentcore_triage::tui::theme::Look;
use agentcore_triage::tui::time::Zone;
use agentcore_triage::tui::{Data, Effect, Message, Model, Prepared, Settings, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Signals when the command line names no number.
const SIGNALS: u64 = 30_000;
/// Signals of one call.
const PER_CALL: u64 = 3;
/// Signals a second that come in.
const RATE: f64 = 5_000.0;
/// Keys for each screen; data come in once in [`PER_DATA`] keys.
const KEYS: usize = 400;
const PER_DATA: usize = 20;
/// A screen's keys end after this time, so that slow answers do not make a run endless.
const PATIENCE: Duration = Duration::from_secs(40);
const START: u64 = 1_768_867_200_000;
/// What everyone does most.
const MOVES: [&str; 9] = ["down", "down", "up", "pagedown", "pageup", "home", "end", "]", "["];

/// One call in three records: a Gateway row, a line of the SDK and its OpenTelemetry copy.
fn call(number: u64, out: &mut String) {
    let at = START + number * 5;
    let (trace, span) = (format!("{:032x}", number + 1), format!("{:016x}", number + 1));
    let request = format!("00000000-0000-4000-a000-{number:012}");
    let is_error = number.is_multiple_of(50);
    let (level, tool) = (if is_error { "ERROR" } else { "INFO" }, number % 40);
    let _ = writeln!(
        out,
        r#"{{"resource_arn":"arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/gw-a1","event_timestamp":{at},"body":{{"isError":{is_error},"log":"Executing tool orders___get{tool} from target A1B2","id":"{number}"}},"account_id":"111122223333","request_id":"{request}","trace_id":"{trace}","span_id":"{span}"}}"#
    );
    let clock = format!(
        "2026-01-20T{:02}:{:02}:{:02}.{:03}Z",
        number / 720_000 % 24,
        number / 12_000 % 60,
        number / 200 % 60,
        number * 5 % 1000
    );
    let _ = writeln!(
        out,
        r#"{{"timestamp":"{clock}","level":"{level}","message":"processing order {number}","logger":"bedrock_agentcore.app","requestId":"{request}","sessionId":"session-{}"}}"#,
        number / 20
    );
    let _ = writeln!(
        out,
        r#"{{"resource":{{"attributes":{{"service.name":"agent.DEFAULT"}}}},"scope":{{"name":"shop.orders"}},"timeUnixNano":{at}000000,"severityText":"{level}","body":"processing order {number}","attributes":{{"code.line.number":624}},"traceId":"{trace}","spanId":"{span}"}}"#
    );
}

/// What is pressed on a screen besides moving: keys one after the other, as a person would.
fn phrases(screen: ScreenId) -> &'static [&'static str] {
    match screen {
        ScreenId::Requests => &[
            "s",
            "s",
            "s",
            "S",
            "b",
            "b",
            "space",
            "space",
            "z",
            "f",
            ", .",
            "< >",
            "a",
            "\\ \\",
            "/ s t a t u s : f a i l e d enter",
            "/ ctrl-u l a y e r : g a t e w a y enter",
            "/ ctrl-u enter",
        ],
        ScreenId::Logs => &[
            "n",
            "N",
            "space",
            "r r",
            "m",
            "}",
            "' '",
            "c",
            "v",
            "t",
            "H",
            ", .",
            "< >",
            "a",
            "f",
            "\\ \\",
            "s o r d e r space 7 7 7 enter",
            "s ctrl-u e r r o r enter",
            "esc",
            "/ ctrl-u l a y e r : r u n t i m e enter",
            "/ ctrl-u o r d e r enter",
            "/ ctrl-u enter",
        ],
        ScreenId::Timeline => &["+", "-", "0", "left", "right", "space", "C", "E", "n", "N", "s"],
        ScreenId::Signal => &["space", "z", ".", ",", "v", "w", "m"],
        _ => &["enter", "space", "z", "n", "N", "s"],
    }
}

/// Times of one kind of message, each with what it was.
#[derive(Default)]
struct Times(Vec<(Duration, String)>);

impl Times {
    fn add(&mut self, time: Duration, what: &str) {
        self.0.push((time, what.to_owned()));
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(rank).map_or(0.0, |(time, _)| time.as_secs_f64() * 1e3)
        };
        let slowest = sorted.last().map_or("", |(_, what)| what);
        write!(f, "{:>6} {:>8.2} {:>8.2} {:>8.2}  {slowest}", sorted.len(), at(50), at(99), at(100))
    }
}

struct Bench {
    model: Model,
    terminal: Terminal<TestBackend>,
    /// What is known, and what is known a little later.
    known: [(Arc<Case>, Arc<Snapshot>, Prepared); 2],
    now: usize,
    /// Slow answers that were given before.
    given: BTreeMap<(usize, &'static str, RequestKey), Data>,
    keys: Times,
    answers: Times,
    data: Times,
}

#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// How long this thread has waited for a processor that others had, where the system tells: such waits say nothing of
/// the program.
fn waited() -> Duration {
    let status = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = status.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(waited.unwrap_or_default())
}

impl Bench {
    /// One message and its frame; then the answers to what it asked, which come from another thread.
    fn send(&mut self, message: Message) -> Duration {
        let (time, mut effects) = self.step(message);
        while let Some(effect) = effects.pop() {
            for data in self.answer(effect) {
                let what = match data {
                    Data::Hits { .. } => "hits",
                    Data::Found { .. } => "found",
                    Data::Counted { .. } => "counted",
                    _ => "other",
                };
                let (time, more) = self.step(Message::Data(data));
                self.answers.add(time, what);
                effects.extend(more);
            }
        }
        time
    }

    fn step(&mut self, message: Message) -> (Duration, Vec<Effect>) {
        let (waited, started) = (waited(), now());
        let effects = update(&mut self.model, message, Duration::ZERO);
        let Ok(_) = self.terminal.draw(|frame| view(&self.model, frame));
        let time = started.elapsed();
        (time.saturating_sub(self::waited().saturating_sub(waited)), effects)
    }

    fn answer(&mut self, effect: Effect) -> Vec<Data> {
        let case = Arc::clone(&self.known[self.now].0);
        let mut once = |kind, key, make: &dyn Fn() -> Data| {
            vec![self.given.entry((self.now, kind, key)).or_insert_with(make).clone()]
        };
        match effect {
            Effect::Search { id, filter } => hits(&case, id, &case.search(&filter)),
            Effect::Count { filter, stretch } => {
                let signals = case.search(&filter).among(stretch);
                let mut requests: Vec<_> = signals.iter().filter_map(|key| case.request_of(*key)).collect();
                requests.sort_unstable();
                requests.dedup();
                vec![Data::Counted { filter, signals: signals.len() as u64, requests }]
            }
            Effect::Find { id, needle, stretch } => {
                vec![Data::Found { id, signals: needle.among(&case, stretch) }]
            }
            Effect::Rank { id, typed, places, stretch } => {
                vec![Data::Ranked { id, found: places.among(&typed, stretch) }]
            }
            Effect::Walk(key) => once("walk", key, &|| Data::Walk(Arc::new(case.walk(key)))),
            Effect::Compare { failing, .. } => once("compare", failing, &|| {
                Data::Comparison(Arc::new(case.compare(failing, &Baseline::Automatic, &[])))
            }),
            Effect::Audit => once("audit", RequestKey(0), &|| Data::Audit(Arc::new(case.audit()))),
            _ => Vec::new(),
        }
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let Ok(chord) = key.parse() else { continue };
            let time = self.send(Message::Key(chord));
            self.keys.add(time, key);
        }
    }

    /// What is known a little later, or that what is known now was enough.
    fn more(&mut self) {
        self.now = 1 - self.now;
        let prepared = self.known[self.now].2.clone();
        let time = self.send(Message::Data(Data::Prepared(prepared)));
        self.data.add(time, "");
    }

    /// Keys of one screen; with `grows` data come in between.
    fn screen(&mut self, screen: ScreenId, grows: bool, out: &mut dyn Write) -> io::Result<()> {
        (self.keys, self.answers, self.data) = Default::default();
        let started = now();
        let shown = self.send(Message::Show(screen));
        self.keys.add(shown, "shown");
        let own = phrases(screen);
        let mut state = 1_u64;
        for number in 0..KEYS {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = (state >> 33) as usize;
            let keys = if random.is_multiple_of(2) {
                MOVES[random / 2 % MOVES.len()]
            } else {
                own[random / 2 % own.len()]
            };
            self.press(keys);
            if self.model.screen != screen {
                self.send(Message::Show(screen));
            }
            if grows && number % PER_DATA == 0 {
                self.more();
            }
            if started.elapsed() > PATIENCE {
                break;
            }
        }
        for (kind, times) in [("keys", &self.keys), ("answers", &self.answers), ("new data", &self.data)] {
            if !times.0.is_empty() {
                let flow = if grows { "growing" } else { "" };
                writeln!(out, "{:<10} {flow:<8} {kind:<9}{times}", screen.word())?;
            }
        }
        out.flush()
    }
}

/// Told when there are any, then each time they have doubled.
fn hits(case: &Case, id: u64, search: &Search<'_>) -> Vec<Data> {
    let (mut told, mut hits) = (Vec::new(), Hits::default());
    let mut tell = |hits: &mut Hits| {
        hits.requests = hits.signals.iter().filter_map(|key| case.request_of(*key)).collect();
        hits.requests.sort_unstable();
        hits.requests.dedup();
        told.push(Data::Hits { id, hits: Arc::new(hits.clone()) });
    };
    let mut enough = 0;
    for stretch in search.stretches() {
        hits.signals.extend(search.among(stretch));
        if hits.signals.len() > enough {
            enough = hits.signals.len() * 2;
            tell(&mut hits);
        }
    }
    hits.is_complete = true;
    tell(&mut hits);
    told
}

/// Megabytes that the process holds in memory; 0 where that cannot be told.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1e3
}

fn bench(signals: u64, out: &mut dyn Write) -> io::Result<()> {
    let catalogue = Catalogue::builtin().unwrap_or_default();
    let options = Arc::new(Options { catalogue, lateness: Duration::ZERO, filter: None });
    let mut text = String::new();
    (0..signals.div_ceil(PER_CALL)).for_each(|number| call(number, &mut text));
    let seam = text.len();
    let open = |bytes: Bytes| {
        let started = now();
        let case =
            Arc::new(Case::open(vec![Input { path: "bench.jsonl".to_owned(), bytes }], Vec::new(), &options));
        let snapshot = Arc::new(case.snapshot(&options));
        (case, snapshot, started.elapsed())
    };
    let cost = open(Bytes::new(text.clone())).2;
    let mut pace = Pace::default();
    pace.made(Duration::ZERO, cost);
    let more = (pace.wait(Duration::ZERO, false).as_secs_f64() * RATE) as u64;
    (signals / PER_CALL..(signals + more).div_ceil(PER_CALL)).for_each(|number| call(number, &mut text));
    let bytes = Bytes::new(text);
    let mut prepare = |bytes| {
        let (case, snapshot, opened) = open(bytes);
        let started = now();
        let prepared = Prepared::new(case.clone(), snapshot.clone());
        writeln!(
            out,
            "{} signals, {} requests: opened in {opened:.1?}, prepared in {:.1?}",
            case.briefs().len(),
            case.requests().len(),
            started.elapsed()
        )?;
        io::Result::Ok((case, snapshot, prepared))
    };
    let known = [prepare(bytes.head(seam))?, prepare(bytes)?];
    let model = Model::new(Settings {
        size: (160, 50),
        look: Look::default(),
        zone: Zone::Utc,
        keymap: Keymap::default(),
        mouse: true,
        door: Door { redact: true },
        options,
        session: Session::default(),
        capture: "bench".into(),
    });
    let Ok(terminal) = Terminal::new(TestBackend::new(160, 50));
    let (keys, answers, data) = Default::default();
    let given = BTreeMap::new();
    let mut bench = Bench { model, terminal, known, now: 1, given, keys, answers, data };
    bench.send(Message::Data(Data::Progress(Progress { is_done: true, ..Progress::default() })));
    let before = memory();
    bench.more();
    writeln!(out, "{:<29}{:>6} {:>8} {:>8} {:>8}  slowest", "milliseconds", "count", "p50", "p99", "max")?;
    for grows in [false, true] {
        for screen in ScreenId::ALL {
            bench.screen(*screen, grows, out)?;
        }
    }
    writeln!(
        out,
        "the process holds {:.0} MB, {:.0} MB more than before the first key",
        memory(),
        memory() - before
    )
}

fn main() -> io::Result<()> {
    let mut asked: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if asked.is_empty() {
        asked.push(SIGNALS);
    }
    asked.into_iter().try_for_each(|signals| bench(signals, &mut io::stdout().lock()))
}
