//! What surrounds a request: surveyed once per case, so that a walk costs its own signals only.

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{
    Briefs, IdName, Kind, Layer, Name, Names, Outcome, Owners, Request, RequestKey, SignalKey, TimeRange,
};

/// How soon a repeated call counts as a retry. Agents retry within seconds, people within a minute or two.
const RETRY_WITHIN: Duration = Duration::from_mins(2);
/// Neighbours looked at on each side.
const MAX_NEIGHBOURS: usize = 4;
/// Prefix of the Gateway's CLIENT spans.
const TARGET_SPAN: &str = "AgentCore.Gateway.InvokeTool.";

/// What other requests of one Gateway target show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetFacts {
    /// Requests in which the Runtime left records.
    pub with_runtime: u32,
    /// Requests that succeeded and in which it left none.
    pub ok_without_runtime: u32,
    /// Requests in which the Gateway left the span of its call.
    pub with_call_span: u32,
    /// Whether every record of a Runtime in the case is of calls that no Gateway made: another Runtime's, as it seems.
    pub foreign_runtime: bool,
}

/// The survey of a case.
#[derive(Debug, Default)]
pub struct Around {
    targets: FxHashMap<String, TargetFacts>,
    /// Requests of any target with the span of the Gateway's call.
    with_call_span: u32,
    /// Requests through a Gateway, and others, in which a Runtime left records.
    served: (u32, u32),
    /// Records of a Runtime that belong to no request and have a time, in order.
    loose: Vec<SignalKey>,
    /// Whether there are such records without a time, which may be of any.
    has_untimed: bool,
    /// Requests by tool, of those without one by session; each in order of start.
    by_call: FxHashMap<(Name, IdName), Vec<RequestKey>>,
}

impl Around {
    /// Surveys a case: linear in its signals.
    pub fn survey(briefs: &Briefs, names: &Names, requests: &[Request], request_of: &Owners) -> Self {
        let mut around = Self::default();
        for (position, brief) in briefs.iter().enumerate() {
            if brief.layer == Layer::Runtime
                && brief.kind != Kind::Emf
                && request_of.get(SignalKey(position as u32)).is_none()
            {
                match brief.timestamp {
                    Some(_) => around.loose.push(SignalKey(position as u32)),
                    None => around.has_untimed = true,
                }
            }
        }
        for request in requests {
            if let Some(call) = call_key(request) {
                around.by_call.entry(call).or_default().push(request.key);
            }
            let links = request.signals.iter().filter_map(|link| briefs.get(link.signal.index()));
            let Some(target) = target(names, request) else {
                let mut layers = links.map(|brief| brief.layer);
                around.served.1 += u32::from(layers.any(|layer| layer == Layer::Runtime));
                continue;
            };
            let (mut runtime, mut call_span) = (false, false);
            for brief in links {
                let name = names.text(brief.name);
                runtime |= brief.layer == Layer::Runtime || name.is_some_and(is_runtime_span);
                call_span |= name.is_some_and(|name| name.starts_with(TARGET_SPAN));
            }
            let facts = around.targets.entry(target.to_owned()).or_default();
            facts.with_runtime += u32::from(runtime);
            facts.ok_without_runtime += u32::from(!runtime && request.outcome == Outcome::Ok);
            facts.with_call_span += u32::from(call_span);
            around.with_call_span += u32::from(call_span);
            around.served.0 += u32::from(runtime);
        }
        around
    }

    /// What the requests of this request's target show; all zero for a request without one.
    pub fn target(&self, names: &Names, request: &Request) -> TargetFacts {
        let facts = target(names, request).and_then(|target| self.targets.get(target)).copied();
        let foreign_runtime = facts.is_some() && self.served.0 == 0 && self.served.1 > 0;
        TargetFacts { foreign_runtime, ..facts.unwrap_or_default() }
    }

    /// Whether some request of the case shows the span of the Gateway's call to a target.
    pub fn shows_call_spans(&self) -> bool {
        self.with_call_span > 0
    }

    /// Records of a Runtime in `window` that belong to no request, at most `limit`; and whether there are, or
    /// may be, more.
    pub fn loose(&self, briefs: &Briefs, window: TimeRange, limit: usize) -> (&[SignalKey], bool) {
        let time = |key: &SignalKey| briefs.get(key.index()).and_then(|brief| brief.timestamp);
        let from = self.loose.partition_point(|key| time(key).is_some_and(|at| at < window.start));
        let length = self.loose[from..].partition_point(|key| time(key).is_some_and(|at| at <= window.end));
        let kept = length.min(limit);
        (&self.loose[from..from + kept], length > kept || self.has_untimed)
    }

    /// Requests that may be the same call made again, in order: same tool (or same session, without a tool), and
    /// close in time.
    pub fn neighbours<'a>(&'a self, requests: &'a [Request], of: &Request) -> Vec<&'a Request> {
        let Some(all) = call_key(of).and_then(|call| self.by_call.get(&call)) else { return Vec::new() };
        let at = all.partition_point(|key| *key < of.key);
        let before = all[..at].iter().rev().take(MAX_NEIGHBOURS);
        let after = all[at..].iter().filter(|key| **key != of.key).take(MAX_NEIGHBOURS);
        let mut near: Vec<&Request> = before
            .chain(after)
            .filter_map(|key| requests.get(key.index()))
            .filter(|other| close_in_time(of, other))
            .collect();
        near.sort_by_key(|request| request.key);
        near
    }
}

fn close_in_time(one: &Request, other: &Request) -> bool {
    let (Some(one), Some(other)) = (one.window, other.window) else { return false };
    let (first, second) = if one.start <= other.start { (one, other) } else { (other, one) };
    second.start >= first.start && second.start <= first.end.plus(RETRY_WITHIN)
}

fn call_key(request: &Request) -> Option<(Name, IdName)> {
    match (request.tool.is_some(), request.session.is_some()) {
        (true, _) => Some((request.tool, IdName::NONE)),
        (false, true) => Some((Name::NONE, request.session)),
        _ => None,
    }
}

/// The name of the Gateway target, the part of the tool's name before `___`.
fn target<'n>(names: &'n Names, request: &Request) -> Option<&'n str> {
    names.text(request.tool)?.split_once("___").map(|(target, _)| target)
}

fn is_runtime_span(name: &str) -> bool {
    name.starts_with("AgentCore.Runtime.") || name.starts_with("POST /mcp") || name == "POST /invocations"
}
