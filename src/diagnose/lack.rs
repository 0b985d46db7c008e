//! Which telemetry would decide, and how to fetch it.

use std::time::Duration;

use rustc_hash::FxHashSet;

use crate::model::{Layer, Request, RequestKey, RuleMeta, TimeRange, Whereabouts};

use super::Dossier;

/// How far around a request to look: clocks differ, and log events are written late.
const AROUND: Duration = Duration::from_mins(1);

/// Sources named per hypothesis: the most telling ones.
const MAX_SOURCES: usize = 2;

/// What one diagnosis lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lack {
    /// A sentence, with the command.
    pub(super) text: String,
    pub(super) command: Option<String>,
}

/// Sources as one diagnosis sees them.
pub(super) struct Sources<'a> {
    dossier: &'a Dossier<'a>,
    request: Option<&'a Request>,
    /// Layers that recorded something of the request.
    own: FxHashSet<Layer>,
    place: Whereabouts,
}

impl<'a> Sources<'a> {
    /// Of a request, or of the capture.
    pub(super) fn new(dossier: &'a Dossier<'a>, request: Option<RequestKey>) -> Self {
        let request = request.and_then(|key| dossier.requests.get(key.index()));
        let links = request.into_iter().flat_map(|request| &request.signals);
        let own = links.filter_map(|link| Some(dossier.briefs.get(link.signal.index())?.layer)).collect();
        let window = request.and_then(|request| request.window).or(dossier.coverage.range);
        let window = window
            .map(|window| TimeRange { start: window.start.minus(AROUND), end: window.end.plus(AROUND) });
        let place = Whereabouts { window, ..(dossier.locate)(request.map(|request| request.key)) };
        Self { dossier, request, own, place }
    }

    /// What would show that a rule's cause is there, or that it is not.
    pub(super) fn of_rule(&self, rule: &RuleMeta) -> Vec<Lack> {
        let telemetry = rule.shown_in.iter().take(MAX_SOURCES).map(|layer| self.lack(*layer));
        let request = self.request.map(|request| request.key);
        let checks = (self.dossier.checks)(&rule.id, request).into_iter().filter_map(|step| {
            let text = step.text.trim_end_matches([' ', '.', ':', '…']);
            let command = step.command?;
            Some(Lack { text: format!("{text}: {command}"), command: Some(command) })
        });
        telemetry.chain(checks).collect()
    }

    /// Sources that hold nothing of the request.
    pub(super) fn absent(&self) -> Vec<Lack> {
        let has_gateway =
            self.place.gateway_id.is_some() || self.dossier.coverage.layer(Layer::Gateway).is_some();
        [Layer::Gateway, Layer::Runtime, Layer::Span, Layer::Client]
            .into_iter()
            .filter(|layer| !self.own.contains(layer) && (*layer != Layer::Gateway || has_gateway))
            .map(|layer| self.lack(layer))
            .collect()
    }

    fn lack(&self, layer: Layer) -> Lack {
        let command = self.place.command(layer);
        let how = match &command {
            Some(command) => format!("; fetch it: {command}"),
            None => "; add what the caller saw: its log, or a HAR of the exchange".to_owned(),
        };
        Lack { text: format!("{}{how}", self.state(layer)), command }
    }

    fn state(&self, layer: Layer) -> String {
        let name = name(layer);
        let window = self.request.and_then(|request| request.window);
        let covered = self.dossier.coverage.layer(layer);
        let Some(covered) = covered else { return format!("No {name} in this capture") };
        match (covered.range, window) {
            (Some(range), Some(window)) if range.end < window.start => {
                format!("The {name} ends at {}, before the request", range.end)
            }
            (Some(range), Some(window)) if range.start > window.end => {
                format!("The {name} begins at {}, after the request", range.start)
            }
            _ if self.request.is_some() && !self.own.contains(&layer) => {
                format!("No record of the {name} is tied to this request")
            }
            _ => format!("The {name} in this capture does not show the cause; a complete one would"),
        }
    }
}

/// What a layer records, in words.
fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::Client => "record of the caller",
        Layer::Gateway => "Gateway log",
        Layer::Runtime => "Runtime log",
        Layer::Span => "trace",
        Layer::Memory => "Memory log",
        Layer::Identity => "Identity log",
        Layer::Tool => "log of the built-in tool",
        Layer::Control => "CloudTrail event",
        Layer::Unknown => "text of unknown origin",
    }
}

/// Sentences and commands apart, each once.
pub(super) fn told(lacks: Vec<Lack>) -> (Vec<String>, Vec<String>) {
    let mut texts = Vec::new();
    let mut commands = Vec::new();
    for lack in lacks {
        if !texts.contains(&lack.text) {
            texts.push(lack.text);
        }
        commands.extend(lack.command.filter(|command| !commands.contains(command)));
    }
    (texts, commands)
}
