//! What there is to pick: commands, filters, places, requests to compare with, exports.

use crate::model::{Outcome, Request, RequestKey};
use crate::tui::keys::Context;
use crate::tui::message::{self, Ask, AskLine, ExportKind};
use crate::tui::model::{Model, Shared};
use crate::tui::places::{Place, Places};
use crate::tui::screens::{ScreenMessage, compare};

use super::picker::{Item, State};

/// Every action of the key table that works here.
pub(super) fn commands(model: &Model) -> State {
    let here = [Context::Screen(model.screen), Context::Global];
    let entries = model.keymap.entries().iter().filter(|entry| here.contains(&entry.context));
    let actions = entries.map(|entry| Item {
        label: entry.words.to_owned(),
        detail: entry.keys.first().map(ToString::to_string).unwrap_or_default(),
        message: entry.message.clone(),
    });
    let saved = model.session.saved.iter().map(|filter| Item {
        label: format!("filter {filter}"),
        detail: "saved".into(),
        message: message::Message::SetFilter(filter.clone()),
    });
    State::new("Commands", actions.chain(saved).collect())
}

/// Saved expressions, then those used before, newest first.
pub(super) fn filters(model: &Model) -> State {
    let (session, active) = (&model.session, &model.shared.filter);
    let earlier = session.history.iter().rev().filter(|text| !session.saved.contains(text));
    let item = |text: &String, origin: &str| {
        let state = match (*text == active.text, active.is_on) {
            (true, true) => ", on",
            (true, false) => ", off",
            (false, _) => "",
        };
        let label = model.shared.line(text, 500).to_string();
        Item {
            label,
            detail: format!("{origin}{state}"),
            message: message::Message::PickFilter(text.clone()),
        }
    };
    let saved = session.saved.iter().map(|text| item(text, "saved"));
    State::new("Filters", saved.chain(earlier.map(|text| item(text, "earlier"))).collect())
}

/// Requests, tools, sessions and rules.
pub(super) fn places(shared: &Shared) -> State {
    State::many("Jump", Places::new(shared), go)
}

/// Healthy requests to compare with, those of the selected request's tool first.
pub(super) fn healthy(shared: &Shared) -> State {
    let requests = &shared.snapshot().requests;
    let tool = shared.request.and_then(|key| requests.get(key.index())).map(|request| request.tool);
    let healthy = requests.iter().filter(|request| request.outcome == Outcome::Ok);
    let (mut keys, others): (Vec<&Request>, Vec<&Request>) =
        healthy.partition(|request| Some(request.tool) == tool);
    keys.extend(others);
    let keys = keys.into_iter().map(|request| request.key).collect();
    State::many("Compare with", Places::of(shared, keys), |places, at, shared| {
        let beside = compare::Message::Beside(Some(known_again(places, at, shared)?));
        Some(message::Message::Screen(ScreenMessage::Compare(beside)))
    })
}

/// The key that a request has now: there may be new data.
fn known_again(places: &Places, at: u32, shared: &Shared) -> Option<RequestKey> {
    let Place::Request(request) = places.place(at)? else { return None };
    shared.snapshot().find(&places.snapshot().handle(request.key)?)
}

/// What goes to a place.
fn go(places: &Places, at: u32, shared: &Shared) -> Option<message::Message> {
    let quoted = |field: &str, name: &str| {
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        message::Message::SetFilter(format!("{field}:\"{name}\""))
    };
    Some(match places.place(at)? {
        Place::Request(_) => message::Message::SelectRequest(known_again(places, at, shared)?),
        Place::Tool(tool) => quoted("tool", tool),
        Place::Session(session) => quoted("session", &session),
        Place::Rule(rule) => message::Message::SetFilter(format!("rule:{rule}")),
    })
}

/// What can be exported; the name of the file is asked for next.
pub(super) fn exports() -> State {
    let item = |label: &str, initial: &str, then: fn(String) -> message::Message| Item {
        label: label.to_owned(),
        detail: String::new(),
        message: message::Message::Ask(Ask::Line(AskLine {
            title: "Write to",
            initial: initial.to_owned(),
            then,
            live: false,
        })),
    };
    let items = vec![
        item("root-cause report (.md or .html)", "triage-report.md", |path| {
            message::Message::Export(ExportKind::Report, path.into())
        }),
        item("signals of the selected request as a capture, to share", "request.jsonl", |path| {
            message::Message::Export(ExportKind::Capture, path.into())
        }),
        item("findings, to accept them with --expect", "expected.json", |path| {
            message::Message::Export(ExportKind::Expectation, path.into())
        }),
    ];
    State::new("Export", items)
}
