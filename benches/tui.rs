//! From key to drawn frame: percentiles for each screen over keys chosen by a fixed sequence.
//!
//! `cargo bench --bench tui -- 1000000` measures with so many signals; a third as many requests. Criterion tells
//! means, and what a person notices is the slowest key, so this measures for itself.

use std::fmt::{self, Write as _};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agentcore_triage::case::{Baseline, Case, Options};
use agentcore_triage::model::{Bytes, Input, RequestKey};
use agentcore_triage::rules::Catalogue;
use agentcore_triage::text::Door;
use agentcore_triage::tui::keys::Keymap;
use agentcore_triage::tui::message::{Hits, Progress};
use agentcore_triage::tui::screens::ScreenId;
use agentcore_triage::tui::session::Session;
use agentcore_triage::tui::theme::Look;
use agentcore_triage::tui::time::Zone;
use agentcore_triage::tui::{Data, Effect, Message, Model, Settings, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Signals when the command line names no number.
const SIGNALS: u64 = 30_000;
/// Signals of one call.
const PER_CALL: u64 = 3;
const KEYS: usize = 400;
const START: u64 = 1_768_867_200_000;
const MOVES: &str = "up down left right pageup pagedown home end ] [";

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

/// Times of one kind of message.
#[derive(Default)]
struct Times(Vec<Duration>);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        write!(
            f,
            "{:>5} × p50 {:8.2} ms  p99 {:8.2} ms  max {:8.2} ms",
            sorted.len(),
            at(50),
            at(99),
            at(100)
        )
    }
}

struct Bench {
    model: Model,
    terminal: Terminal<TestBackend>,
    case: Arc<Case>,
    /// What the answering thread sent, each with its frame.
    answers: Times,
}

impl Bench {
    /// One message and its frame; then the answers to what it asked, which come from another thread.
    fn send(&mut self, message: Message) -> Duration {
        let (time, mut effects) = self.step(message);
        while let Some(effect) = effects.pop() {
            if let Some(data) = self.answer(&effect) {
                let (time, more) = self.step(Message::Data(data));
                self.answers.0.push(time);
                effects.extend(more);
            }
        }
        time
    }

    #[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn step(&mut self, message: Message) -> (Duration, Vec<Effect>) {
        let started = Instant::now();
        let effects = update(&mut self.model, message, Duration::ZERO);
        let Ok(_) = self.terminal.draw(|frame| view(&self.model, frame));
        (started.elapsed(), effects)
    }

    fn answer(&self, effect: &Effect) -> Option<Data> {
        let case = &self.case;
        Some(match effect {
            Effect::Search { id, filter } => {
                let search = case.search(filter);
                let signals: Vec<_> = search.stretches().flat_map(|stretch| search.among(stretch)).collect();
                let mut requests: Vec<RequestKey> =
                    signals.iter().filter_map(|key| case.request_of(*key)).collect();
                requests.sort_unstable();
                requests.dedup();
                Data::Hits { id: *id, hits: Arc::new(Hits { signals, requests, is_complete: true }) }
            }
            Effect::Find { id, needle, stretch } => {
                Data::Found { id: *id, signals: needle.among(case, stretch.clone()) }
            }
            Effect::Walk(key) => Data::Walk(Arc::new(case.walk(*key))),
            Effect::Compare { failing, .. } => {
                Data::Comparison(Arc::new(case.compare(*failing, &Baseline::Automatic, &[])))
            }
            Effect::Audit => Data::Audit(Arc::new(case.audit())),
            _ => return None,
        })
    }

    fn key(&mut self, key: &str) -> Duration {
        key.parse().map_or(Duration::ZERO, |chord| self.send(Message::Key(chord)))
    }

    /// The slowest keys of one screen, by name.
    fn screen(&mut self, screen: ScreenId, out: &mut dyn io::Write) -> io::Result<()> {
        let keys: Vec<&str> = MOVES.split(' ').chain(own(screen).split_whitespace()).collect();
        let (mut times, mut slowest) = (Times::default(), (Duration::ZERO, ""));
        self.answers.0.clear();
        let shown = self.send(Message::Show(screen));
        let mut state = 1_u64;
        for _ in 0..KEYS {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = keys[(state >> 33) as usize % keys.len()];
            let time = self.key(key);
            times.0.push(time);
            slowest = slowest.max((time, key));
            if self.model.screen != screen {
                self.send(Message::Show(screen));
            }
        }
        writeln!(
            out,
            "{:<10} keys    {times}  slowest {:?}; first shown {shown:.1?}",
            screen.word(),
            slowest.1
        )?;
        writeln!(out, "{:<10} answers {}", "", self.answers)
    }
}

/// Keys of a screen that do work for each row.
fn own(screen: ScreenId) -> &'static str {
    match screen {
        ScreenId::Requests => "s S b space z f , . < > a \\",
        ScreenId::Logs => "n N f space r m } ' c v t H , . < > a \\",
        ScreenId::Signal => "space z . , v w m",
        _ => "enter space z n N s",
    }
}

fn bench(signals: u64, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    (0..signals.div_ceil(PER_CALL)).for_each(|number| call(number, &mut text));
    let catalogue = Catalogue::builtin().unwrap_or_default();
    let options = Arc::new(Options { catalogue, lateness: Duration::ZERO, filter: None });
    let input = Input { path: "bench.jsonl".to_owned(), bytes: Bytes::new(text) };
    let case = Arc::new(Case::open(vec![input], Vec::new(), &options));
    let snapshot = Arc::new(case.snapshot(&options));
    writeln!(out, "{} signals, {} requests", case.briefs().len(), case.requests().len())?;
    let model = Model::new(Settings {
        size: (160, 50),
        look: Look::default(),
        zone: Zone::Utc,
        keymap: Keymap::default(),
        door: Door { redact: true },
        options,
        session: Session::default(),
        capture: "bench".into(),
    });
    let Ok(terminal) = Terminal::new(TestBackend::new(160, 50));
    let mut bench = Bench { model, terminal, case: case.clone(), answers: Times::default() };
    bench.send(Message::Data(Data::Progress(Progress { is_done: true, ..Progress::default() })));
    let mut data = Times::default();
    for _ in 0..5 {
        data.0.push(bench.send(Message::Data(Data::Case { case: case.clone(), snapshot: snapshot.clone() })));
    }
    writeln!(out, "new data           {data}")?;
    for screen in ScreenId::ALL {
        bench.screen(*screen, out)?;
    }
    bench.send(Message::Show(ScreenId::Requests));
    bench.answers.0.clear();
    let mut typed = Times::default();
    for key in "/ l a y e r : g a t e w a y enter \\ \\ down s b".split(' ') {
        typed.0.push(bench.key(key));
    }
    writeln!(out, "filter     keys    {typed}")?;
    writeln!(out, "           answers {}", bench.answers)
}

fn main() -> io::Result<()> {
    let asked = std::env::args().find_map(|argument| argument.parse().ok());
    bench(asked.unwrap_or(SIGNALS), &mut io::stdout().lock())
}
