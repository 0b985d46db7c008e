//! The last resort: the same tool at the same time (telemetry §5.2, join 7).

use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{Kind, LinkReason, Name, TimeRange};

use super::Index;
use super::calls::CallKind;
use super::intervals::Intervals;
use super::work::{Work, is_span};

/// How far clocks of the agent and of the Gateway may differ.
const REACH: Duration = Duration::from_secs(2);

/// Ties Gateway calls of another trace to the invocation whose tool span was open, and Gateway rows without
/// any id to its request; both only where a single such span was.
pub(super) fn join(work: &mut Work<'_>) {
    let wanting = wanting(work);
    if wanting.is_empty() {
        return;
    }
    let mut plain = PlainNames::default();
    let mut open: FxHashMap<&str, Intervals> = FxHashMap::default();
    for signal in 0..work.call_of.len() {
        let Some(tool) = agent_tool(work.index, signal, &mut plain) else { continue };
        let (Some(call), Some(range)) = (work.call(signal), work.index.range(signal)) else { continue };
        if work.calls.kind(call) != CallKind::Gateway {
            let reach = TimeRange { start: range.start.minus(REACH), end: range.end.plus(REACH) };
            open.entry(tool).or_default().push(reach, call);
        }
    }
    open.values_mut().for_each(Intervals::seal);
    for signal in wanting {
        let brief = work.index.briefs.at(signal);
        let tool = plain.of(work.index, brief.tool);
        let caller = tool.and_then(|tool| open.get(tool)?.only_at(brief.timestamp?));
        let Some(caller) = caller else { continue };
        match work.call(signal) {
            Some(call) => work.calls.set_parent(call, caller),
            None => work.assign(signal, caller, LinkReason::ToolTime),
        }
    }
}

/// Gateway rows that name a tool and belong to no call, or to one that nobody is known to have made.
fn wanting(work: &mut Work<'_>) -> Vec<usize> {
    let briefs = work.index.briefs;
    (0..briefs.len())
        .filter(|signal| briefs.at(*signal).kind == Kind::GatewayLog && briefs.at(*signal).tool.is_some())
        .filter(|signal| work.call(*signal).is_none_or(|call| work.calls.parent(call).is_none()))
        .collect()
}

/// The tool of an agent's `execute_tool` or `mcp tools/call` span.
fn agent_tool<'a>(index: Index<'a>, signal: usize, plain: &mut PlainNames<'a>) -> Option<&'a str> {
    let brief = index.briefs.at(signal);
    if !is_span(&brief) {
        return None;
    }
    let name = index.span_name(signal)?;
    let named = name.strip_prefix("execute_tool ").or_else(|| name.strip_prefix("mcp tools/call "))?;
    plain.of(index, brief.tool).or_else(|| Some(without_target(named)))
}

/// Tool names without their `target___` prefix, which only one of the two sides may know.
#[derive(Default)]
struct PlainNames<'a>(FxHashMap<Name, &'a str>);

impl<'a> PlainNames<'a> {
    fn of(&mut self, index: Index<'a>, tool: Name) -> Option<&'a str> {
        if let Some(known) = self.0.get(&tool) {
            return Some(known);
        }
        let plain = without_target(index.names.text(tool)?);
        self.0.insert(tool, plain);
        Some(plain)
    }
}

/// A tool's name without the prefix that a Gateway gives it.
pub(super) fn without_target(tool: &str) -> &str {
    tool.split_once("___").map_or(tool, |(_, plain)| plain)
}
