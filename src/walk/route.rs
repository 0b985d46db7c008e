//! Which steps a request takes at all.

use crate::model::{Kind, Layer, Signal, SignalKey, Stage};

/// The way a request goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Route {
    /// Whether a Gateway took it.
    pub(super) gateway: bool,
    /// Whether it calls a tool or an agent, as opposed to `initialize`, `tools/list`, a ping.
    pub(super) call: bool,
    /// Whether the target is known not to be a Runtime: a Lambda function, an API.
    pub(super) no_runtime: bool,
}

impl Route {
    /// Reads the way from the signals and the tool's name.
    pub(super) fn of(signals: &[(SignalKey, Signal)], tool: Option<&str>) -> Self {
        let gateway = tool.is_some_and(|tool| tool.contains("___"))
            || signals.iter().any(|(_, signal)| is_of_gateway(signal));
        let kinds = signals.iter().find_map(|(_, signal)| signal.field("target.type"));
        let method = signals.iter().find_map(|(_, signal)| method(signal));
        Self {
            gateway,
            call: tool.is_some() || method.is_none_or(|method| method == "tools/call"),
            no_runtime: kinds.is_some_and(|kind| !kind.contains("MCP") && !kind.contains("RUNTIME")),
        }
    }

    /// Where the call enters the service.
    pub(super) fn door(self) -> Stage {
        if self.gateway { Stage::GatewayReceived } else { Stage::RuntimeReceived }
    }

    /// Why a request of this kind does not take `stage`; `None` when it may.
    pub(super) fn skips(self, stage: Stage) -> Option<&'static str> {
        let between = Stage::GatewayReceived <= stage && stage <= Stage::TargetCalled;
        if between && !self.gateway {
            return Some("no Gateway took part");
        }
        if !self.call && stage == Stage::Downstream {
            return Some("not a call of a tool or an agent");
        }
        let behind_door = stage > self.door() && stage < Stage::Response;
        if !self.call && behind_door {
            return Some("not a call of a tool or an agent");
        }
        let at_runtime = matches!(stage, Stage::RuntimeReceived | Stage::Handler | Stage::Downstream);
        (self.no_runtime && at_runtime).then_some("the target is no Runtime")
    }
}

fn is_of_gateway(signal: &Signal) -> bool {
    // An agent's span of its own call to a Gateway is another request's.
    signal.layer == Layer::Gateway
        || (signal.kind == Kind::CloudTrail && signal.name.as_deref() == Some("InvokeGateway"))
        || (signal.layer == Layer::Span
            && signal.name.as_deref().is_some_and(|name| name.starts_with("AgentCore.Gateway.")))
}

/// The MCP method of a signal that begins a request.
fn method(signal: &Signal) -> Option<String> {
    if let Some(method) = signal.field("rpc.method") {
        return Some(method.into_owned());
    }
    let name = signal.name.as_deref()?.strip_prefix("AgentCore.Gateway.")?;
    match name {
        "ListTools" => Some("tools/list".to_owned()),
        "Initialize" => Some("initialize".to_owned()),
        "NotificationsInitialized" => Some("notifications/initialized".to_owned()),
        _ => None,
    }
}
