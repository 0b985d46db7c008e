//! CloudTrail events of AgentCore's data plane and control plane (telemetry §3.7).

use serde_json::Value;

use super::{json, json_rpc};
use crate::model::semconv::lookup;
use crate::model::{Ids, Kind, Layer, Outcome, Severity, Signal};

/// Reads one event.
pub(super) fn read(mut record: Value) -> Signal {
    let request = lookup(&record, "requestParameters.body").and_then(json_rpc::body);
    let response = lookup(&record, "responseElements.body").and_then(json_rpc::body);
    let mut ids = Ids {
        request: json::text(&record, &["requestID"]),
        session: json::text(&record, &["requestParameters.runtimeSessionId", "requestParameters.sessionId"]),
        trace: json::trace(&record, &["requestParameters.traceId"]),
        resource: json::text(
            &record,
            &["resources.0.ARN", "resources.0.arn", "requestParameters.agentRuntimeArn"],
        ),
        ..Ids::default()
    };
    if let Some(request) = &request {
        json_rpc::note_request(&mut ids, request);
    }
    if ids.target.is_none() {
        ids.target = json::text(&record, &["additionalEventData.targetId"]);
    }

    let code = json::text(&record, &["errorCode"]);
    let stated = json::text(&record, &["errorMessage"]);
    let mut message = json::exception_line(code.as_deref(), stated.as_deref());
    let status = json::integer(&record, "responseElements.statusCode");
    let mut outcome = response.as_ref().map_or(Outcome::Unknown, json_rpc::outcome);
    if let Some(response) = &response {
        json::push_line(&mut message, &json_rpc::error_text(response));
    }
    if code.is_some() || status.is_some_and(|status| status >= 400) {
        outcome = Outcome::Failed;
    }
    for (key, tree) in [("request", request), ("response", response)] {
        if let Some(tree) = tree {
            json::add(&mut record, key, tree);
        }
    }
    Signal {
        kind: Kind::CloudTrail,
        layer: Layer::Control,
        timestamp: record.get("eventTime").and_then(json::time),
        severity: if outcome == Outcome::Failed { Severity::Error } else { Severity::Unset },
        outcome,
        message,
        name: json::text(&record, &["eventName"]),
        logger: json::text(&record, &["eventSource"]),
        ids,
        body: record,
        ..Signal::default()
    }
}
