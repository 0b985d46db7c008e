//! Where the telemetry of each layer lies, and the AWS CLI command that reads it.

use std::fmt::Write as _;

use super::shell::shell_word;
use super::{Layer, TimeRange, TraceId};

/// What a capture says of where further telemetry of a request lies. Unknown parts become placeholders.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Whereabouts {
    /// Region.
    pub region: Option<String>,
    /// Id of the Gateway.
    pub gateway_id: Option<String>,
    /// Id of the agent runtime.
    pub runtime_id: Option<String>,
    /// Log group of the runtime's endpoint, where a record names it.
    pub runtime_group: Option<String>,
    /// The request's trace.
    pub trace: Option<TraceId>,
    /// The time to look at.
    pub window: Option<TimeRange>,
}

impl Whereabouts {
    /// The command that reads what `layer` recorded in the window: read-only, one line, quoted for a shell. `None`
    /// where no service keeps it.
    ///
    /// Log groups as in the developer guide, `observability-configure` and `observability-gateway-metrics`.
    pub fn command(&self, layer: Layer) -> Option<String> {
        let vended =
            |kind: &str, id: &str| format!("/aws/vendedlogs/bedrock-agentcore/{kind}/APPLICATION_LOGS/{id}");
        let known = |id: &Option<String>, placeholder: &str| id.clone().unwrap_or(placeholder.to_owned());
        let group = match layer {
            Layer::Runtime => self.runtime_log_group(),
            Layer::Gateway => vended("gateway", &known(&self.gateway_id, "GATEWAY_ID")),
            Layer::Memory => vended("memory", "MEMORY_ID"),
            Layer::Identity => vended("workload-identity", "WORKLOAD_IDENTITY_ID"),
            Layer::Span => "aws/spans".to_owned(),
            Layer::Control => {
                return Some(format!("aws cloudtrail lookup-events{}{}", self.dates(), self.region()));
            }
            Layer::Client | Layer::Tool | Layer::Unknown => return None,
        };
        let mut command = format!("aws logs filter-log-events --log-group-name {}", shell_word(&group));
        if let (Layer::Span, Some(trace)) = (layer, self.trace) {
            let _ = write!(command, " --filter-pattern '{{ $.traceId = \"{trace}\" }}'");
        }
        command.push_str(&self.millis());
        command.push_str(&self.region());
        Some(command)
    }

    fn runtime_log_group(&self) -> String {
        match (&self.runtime_group, &self.runtime_id) {
            (Some(group), _) => group.clone(),
            (None, Some(id)) => format!("/aws/bedrock-agentcore/runtimes/{id}-DEFAULT"),
            (None, None) => "/aws/bedrock-agentcore/runtimes/RUNTIME_ID-DEFAULT".to_owned(),
        }
    }

    fn region(&self) -> String {
        format!(" --region {}", self.region.as_deref().map_or("REGION".to_owned(), shell_word))
    }

    /// CloudWatch Logs takes milliseconds; the last one is begun, not over.
    fn millis(&self) -> String {
        self.window.map_or_else(
            || " --start-time START_MS --end-time END_MS".to_owned(),
            |window| {
                let (start, end) =
                    (window.start.0.div_euclid(1_000_000), window.end.0.div_euclid(1_000_000) + 1);
                format!(" --start-time {start} --end-time {end}")
            },
        )
    }

    fn dates(&self) -> String {
        self.window.map_or_else(
            || " --start-time START --end-time END".to_owned(),
            |window| format!(" --start-time {} --end-time {}", window.start, window.end),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    /// `scripts/check-commands.py` holds the same lines against the AWS service models.
    const CHECKED: &str = include_str!("../../scripts/fetch-commands.txt");

    fn commands(whereabouts: &Whereabouts) -> impl Iterator<Item = String> {
        Layer::ALL.iter().filter_map(|layer| whereabouts.command(*layer))
    }

    #[test]
    fn every_command_is_one_that_the_service_models_were_asked_about() {
        let known = Whereabouts {
            region: Some("us-east-1".to_owned()),
            gateway_id: Some("ops-gateway-k7w2pd9xq4".to_owned()),
            runtime_id: Some("trail_mcp_server-Vq3kZr8TnB".to_owned()),
            runtime_group: None,
            trace: TraceId::parse(b"6b008bfe9f6ffd2a9f28dfd335d05c1f"),
            window: Some(TimeRange { start: Timestamp(1_500_000_000), end: Timestamp(31_000_000_000) }),
        };
        let lines: Vec<String> = commands(&Whereabouts::default()).chain(commands(&known)).collect();
        assert_eq!(CHECKED.lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn hostile_names_stay_one_word() {
        let hostile = Whereabouts { gateway_id: Some("g'; rm -rf ~\n".to_owned()), ..Whereabouts::default() };
        let command = hostile.command(Layer::Gateway).unwrap_or_default();
        assert_eq!(command.lines().count(), 1);
        assert!(command.contains(r"/g'\''; rm -rf ~'$'\n'''"), "{command}");
    }
}
