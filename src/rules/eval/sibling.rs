//! `healthy-sibling`: another tool, target or request of the same resource succeeded.

use rustc_hash::FxHashMap;

use crate::model::{Brief, Name, Outcome, Request, SignalKey};
use crate::rules::condition::{EventIndex, Sibling};
use crate::rules::docket::{Docket, Hit};

use super::{Answer, Bench, Missing, Part, Progress, Witness};

/// Signals of a request in which its resource and target are looked for.
const LOOKED_AT: usize = 8;

/// Who a request concerns.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Party {
    /// Resource, or the log stream where no signal names one.
    resource: String,
    tool: Option<String>,
    target: Option<String>,
    /// The request, so that two requests without tool and target differ.
    request: Option<u32>,
}

impl Party {
    /// What a sibling shares with this one.
    fn home(&self, sibling: Sibling) -> String {
        match (sibling, &self.target) {
            (Sibling::ToolOfTarget, Some(target)) => format!("{} {target}", self.resource),
            _ => self.resource.clone(),
        }
    }

    fn value(&self, sibling: Sibling) -> Option<String> {
        match sibling {
            Sibling::Tool | Sibling::ToolOfTarget => self.tool.clone(),
            Sibling::Target => self.target.clone(),
            Sibling::Request => self.request.map(|key| key.to_string()),
        }
    }
}

/// Two requests of a resource with different values suffice to find one that differs from any third.
#[derive(Default)]
struct Pair(Vec<(String, SignalKey)>);

impl Pair {
    fn add(&mut self, value: String, signal: SignalKey) {
        if self.0.len() < 2 && self.0.iter().all(|(known, _)| *known != value) {
            self.0.push((value, signal));
        }
    }

    fn other_than(&self, value: &str) -> Option<SignalKey> {
        self.0.iter().find(|(known, _)| known != value).map(|(_, signal)| *signal)
    }
}

/// Per resource and kind of sibling: values that succeeded, and values that were tried.
#[derive(Default)]
pub(crate) struct Siblings {
    healthy: FxHashMap<(String, u8), Pair>,
    tried: FxHashMap<(String, u8), Pair>,
}

impl Siblings {
    /// One pass over the requests of a case.
    fn find(docket: &Docket<'_>) -> Self {
        let mut found = Self::default();
        for request in docket.requests {
            let (Some(party), Some(first)) = (party_of_request(docket, request), request.signals.first())
            else {
                continue;
            };
            for sibling in [Sibling::Tool, Sibling::Target, Sibling::ToolOfTarget, Sibling::Request] {
                let Some(value) = party.value(sibling) else { continue };
                let key = (party.home(sibling), sibling as u8);
                if request.outcome == Outcome::Ok {
                    found.healthy.entry(key.clone()).or_default().add(value.clone(), first.signal);
                }
                found.tried.entry(key).or_default().add(value, first.signal);
            }
        }
        found
    }
}

fn party_of_request(docket: &Docket<'_>, request: &Request) -> Option<Party> {
    let signals = || request.signals.iter().take(LOOKED_AT).map(|link| link.signal);
    let named =
        |name: fn(&Brief) -> Name| signals().find_map(|signal| docket.text(name(&docket.brief(signal)?)));
    let tool = docket.text(request.tool).or_else(|| named(|brief| brief.tool)).map(str::to_owned);
    Some(Party {
        resource: named(|brief| brief.resource).or_else(|| named(|brief| brief.stream))?.to_owned(),
        target: tool
            .as_deref()
            .and_then(|tool| target(tool, || signals().find_map(|signal| (docket.field)(signal, "target")))),
        tool,
        request: Some(request.key.0),
    })
}

fn party_of_hit(docket: &Docket<'_>, hit: &Hit) -> Option<Party> {
    let from_request = docket.request_of(hit.signal).and_then(|key| docket.request(key));
    let whole = from_request.and_then(|request| party_of_request(docket, request));
    let own = |name: &str| (docket.field)(hit.signal, name);
    let named = |name: fn(&Brief) -> Name| Some(docket.text(name(&docket.brief(hit.signal)?))?.to_owned());
    let whole = whole.as_ref();
    let tool = own("tool").or_else(|| whole?.tool.clone());
    let resource = named(|brief| brief.resource).or_else(|| Some(whole?.resource.clone()));
    Some(Party {
        resource: resource.or_else(|| named(|brief| brief.stream))?,
        target: tool
            .as_deref()
            .and_then(|tool| target(tool, || own("target")))
            .or_else(|| whole?.target.clone()),
        tool,
        request: whole.and_then(|party| party.request),
    })
}

/// A Gateway tool is called `target___tool`.
fn target(tool: &str, field: impl FnOnce() -> Option<String>) -> Option<String> {
    tool.split_once("___").map(|(target, _)| target.to_owned()).or_else(field)
}

impl<'a> Bench<'a, '_> {
    pub(super) fn healthy_sibling(&self, of: EventIndex, sibling: Sibling) -> Answer<'a> {
        let known = self.facts.siblings.get_or_init(|| Siblings::find(self.docket));
        let word = match sibling {
            Sibling::Tool => "tool",
            Sibling::Target => "target",
            Sibling::ToolOfTarget => "tool of the target",
            Sibling::Request => "request",
        };
        let mut healthy = 0;
        let mut witnesses = Vec::new();
        for hit in self.hits(of) {
            let witness = Witness::of(vec![Part { event: of, hit }]);
            let party = party_of_hit(self.docket, hit);
            let Some((party, value)) =
                party.and_then(|party| Some((party.value(sibling)?, party)).map(|(v, p)| (p, v)))
            else {
                witnesses.push(witness.lacking([Missing::Sibling(word)]));
                continue;
            };
            let key = (party.home(sibling), sibling as u8);
            let other = |pairs: &FxHashMap<_, Pair>| pairs.get(&key).and_then(|pair| pair.other_than(&value));
            if let Some(signal) = other(&known.healthy) {
                healthy += 1;
                witnesses.push(Witness { also: vec![signal], ..witness });
            } else if other(&known.tried).is_none() {
                witnesses.push(witness.lacking([Missing::Sibling(word)]));
            }
        }
        Answer::new(witnesses, Progress::Sibling { healthy, of: self.hits(of).len() })
    }
}
