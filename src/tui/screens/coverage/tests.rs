//! The coverage over the samples.

use std::sync::Arc;
use std::time::Duration;

use crate::case::Case;
use crate::model::{Bytes, Gap, Input, LiveSource, Opening, SourceKind, Timestamp};
use crate::tui::live::{Link, LiveState, SourceState};
use crate::tui::message::{Data, Message};
use crate::tui::screens::ScreenId;
use crate::tui::screens::diagnosis::document::{Action, Fold};
use crate::tui::testing::{empty, model, of, press, screen, send, show};
use crate::tui::{Effect, Model, Prepared};

#[test]
fn samples_look_as_they_did() {
    for sample in ["schema-mismatch", "observability-setup"] {
        for size in [(80, 24), (160, 50)] {
            let mut model = model(sample, size);
            show(&mut model, ScreenId::Coverage);
            insta::assert_snapshot!(format!("{sample}_{}x{}", size.0, size.1), screen(&model));
        }
    }
}

#[test]
fn every_command_stands_once_and_is_copied_where_the_pointer_is() {
    let path = "rules/gateway/gateway-silent-reject-no-runtime/match-executing.jsonl";
    let bytes = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut model = of(vec![Input { path: path.to_owned(), bytes: Bytes::new(bytes) }], (80, 24));
    show(&mut model, ScreenId::Coverage);
    let fold = |model: &Model| {
        let items = &model.screens.coverage.reader.document.items;
        items.iter().position(|item| item.action == Action::Unfold(Fold::Wanted))
    };
    let folded = fold(&model).expect("more than a few things would tell more");
    for _ in 0..folded {
        press(&mut model, "tab");
    }
    let few = model.screens.coverage.reader.document.items.len();
    press(&mut model, "enter");
    let items = model.screens.coverage.reader.document.items.clone();
    assert!(items.len() > few && fold(&model) == Some(folded), "{items:?}");
    press(&mut model, "home");
    for (index, item) in items.iter().enumerate() {
        assert!(items[..index].iter().all(|before| before.action != item.action), "{item:?}");
        assert_eq!(model.screens.coverage.reader.action(), Some(&item.action), "{index}");
        let keys = if matches!(item.action, Action::Unfold(_)) { "c y" } else { "c y enter" };
        for key in keys.split(' ') {
            let effects = press(&mut model, key);
            assert!(effects.iter().any(|effect| matches!(effect, Effect::Copy(_))), "{effects:?}");
        }
        press(&mut model, "tab");
    }
    assert_eq!(model.screens.coverage.reader.action(), Some(&items[0].action), "around");
    press(&mut model, "backtab");
    assert_eq!(model.screens.coverage.reader.action(), items.last().map(|item| &item.action));
}

const GROUP: &str = "/aws/bedrock-agentcore/runtimes/agent_one-a1b2c3d4e5-DEFAULT";

fn gap() -> Gap {
    Gap {
        source: GROUP.to_owned(),
        start: Timestamp::parse("2026-11-20T14:05:00Z"),
        reason: "not final yet: late events may still arrive".to_owned(),
        fill: Some(format!(
            "aws logs filter-log-events --log-group-name '{GROUP}' --start-time 1795183500000"
        )),
        ..Gap::default()
    }
}

/// A rule's example whose failure cannot be decided without another log.
fn undecided(size: (u16, u16)) -> Model {
    let path = "rules/gateway/gateway-silent-reject-no-runtime/match-executing.jsonl";
    let bytes = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    of(vec![Input { path: "gateway.jsonl".to_owned(), bytes: Bytes::new(bytes) }], size)
}

#[test]
fn what_to_fetch_next_and_recorded_sources_look_as_they_did() {
    for size in [(80, 24), (160, 50)] {
        let mut model = undecided(size);
        show(&mut model, ScreenId::Coverage);
        press(&mut model, "end");
        insta::assert_snapshot!(format!("fetch_next_{}x{}", size.0, size.1), screen(&model));
    }
}

#[test]
fn a_recorded_capture_says_how_far_it_goes_and_what_fills_its_gaps() {
    let source = LiveSource {
        kind: SourceKind::LogGroup,
        name: GROUP.to_owned(),
        account: Some("111122223333".to_owned()),
        region: "us-east-1".to_owned(),
        path: "capture/001-runtime.jsonl".to_owned(),
        records: 0,
        since: Timestamp::parse("2026-11-20T14:00:00Z"),
        until: None,
        settled: Timestamp::parse("2026-11-20T14:05:00Z"),
        redacted: false,
        gaps: vec![gap()],
    };
    let mut model = empty((80, 24));
    let options = model.shared.options.clone();
    let opening = Opening { sources: vec![source], ..Opening::default() };
    let case = Arc::new(Case::open(Vec::new(), opening, &options));
    let snapshot = Arc::new(case.snapshot(&options));
    send(&mut model, Message::Data(Data::Prepared(Prepared::new(case, snapshot))));
    show(&mut model, ScreenId::Coverage);
    insta::assert_snapshot!("recorded_80x24", screen(&model));
    assert!(press(&mut model, "c").iter().any(|effect| matches!(effect, Effect::Copy(_))));
}

fn source(link: Link) -> SourceState {
    SourceState {
        name: GROUP.to_owned(),
        region: "us-east-1".to_owned(),
        link,
        lag: Some(Duration::from_secs(3)),
        per_second: 12.5,
        events: 4211,
        sampled_seconds: 0,
        late: 0,
        throttled: 0,
        faults: 0,
        last_error: None,
        retry_in: None,
        gaps: Vec::new(),
        notes: Vec::new(),
    }
}

fn live() -> LiveState {
    let troubled = SourceState {
        name: "aws/spans".to_owned(),
        lag: Some(Duration::from_secs(190)),
        sampled_seconds: 12,
        late: 2,
        throttled: 1,
        faults: 3,
        last_error: Some((
            Duration::from_millis(800),
            "the AWS credentials have expired; log in again: aws sso login".to_owned(),
        )),
        retry_in: Some(Duration::from_secs(4)),
        gaps: vec![gap()],
        notes: vec!["Live Tail is refused: 10 sessions are open already".to_owned()],
        ..source(Link::Expired)
    };
    LiveState {
        sources: vec![source(Link::Live), troubled],
        notes: vec!["agent_one: runtime agent_one-a1b2c3d4e5 in us-east-1".to_owned()],
        ..LiveState::default()
    }
}

#[test]
fn live_sources_look_as_they_did() {
    for size in [(80, 24), (160, 50)] {
        let mut model = model("schema-mismatch", size);
        show(&mut model, ScreenId::Coverage);
        send(&mut model, Message::Data(Data::Live(Arc::new(live()))));
        insta::assert_snapshot!(format!("live_{}x{}", size.0, size.1), screen(&model));
    }
}

#[test]
fn the_status_line_says_the_worst_state() {
    let mut model = model("schema-mismatch", (100, 30));
    let mut status = |state: LiveState| {
        send(&mut model, Message::Data(Data::Live(Arc::new(state))));
        let line = screen(&model).lines().rev().nth(1).unwrap_or_default().to_owned();
        line.strip_suffix("capture").unwrap_or(&line).trim_end().to_owned()
    };
    assert!(status(LiveState::default()).ends_with("connecting"));
    assert!(status(live()).ends_with("credentials expired (1 of 2 sources)"));
    let all = |link| LiveState { sources: vec![source(link)], ..LiveState::default() };
    for link in Link::ALL {
        assert!(status(all(*link)).ends_with(link.word()));
    }
    let failed =
        LiveState { errors: vec!["no credentials".to_owned()], is_over: true, ..LiveState::default() };
    assert!(status(failed).ends_with("live sources failed: see Coverage"));
}

/// A capture of so many files, the last of them cut off.
fn many(count: usize) -> Vec<Input> {
    let input = |at: usize| {
        let end = if at + 1 == count { "{\"timestamp\":17951833" } else { "" };
        let text = format!("{{\"timestamp\":1795183320000,\"message\":\"line {at}\"}}\n{end}");
        Input { path: format!("logs/{at:05}.jsonl"), bytes: Bytes::new(text.into_bytes()) }
    };
    (0..count).map(input).collect()
}

#[test]
fn thousands_of_inputs_are_folded_and_written_when_they_are_seen() {
    let mut model = of(many(3_000), (120, 36));
    show(&mut model, ScreenId::Coverage);
    let folded = screen(&model);
    assert!(folded.contains("3000 inputs, ") && folded.contains("2990 more inputs"), "{folded}");
    let troubled =
        folded.lines().position(|line| line.contains("logs/02999.jsonl")).expect("the one cut off");
    assert!(
        troubled < folded.lines().position(|line| line.contains("logs/00000.jsonl")).unwrap(),
        "{folded}"
    );
    press(&mut model, "end enter end");
    let unfolded = screen(&model);
    assert!(unfolded.contains("logs/02998.jsonl") && !unfolded.contains("logs/00000.jsonl"), "{unfolded}");
    let written = |row: &&crate::tui::screens::diagnosis::document::Row| !row.is_empty();
    assert!(model.screens.coverage.reader.document.rows.iter().filter(written).count() < 60);
    press(&mut model, "home end enter");
    assert!(screen(&model).contains("2990 more inputs"), "folded again");
}
