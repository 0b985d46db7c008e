//! Where further telemetry lies, as far as the signals of a case say.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::model::{FixStep, Layer, RequestKey, SignalKey, Whereabouts};

use super::builtin::{Arn, built_in_value, runtime_of_group};
use super::catalogue::Catalogue;
use super::docket::Docket;
use super::scope::Facts;

/// Log streams that are asked for their place: enough to see whether a case has one resource or several.
const MAX_STREAMS: usize = 64;

/// Steps of a fix that are named as checks.
const MAX_CHECKS: usize = 2;

/// Whether a command is one call of the AWS CLI that reads configuration; telemetry is named otherwise.
fn only_reads(command: &str) -> bool {
    let mut words = command.split_whitespace();
    let (program, service, operation) = (words.next(), words.next(), words.next());
    let reads =
        |operation: &str| ["get-", "list-", "describe-"].iter().any(|verb| operation.starts_with(verb));
    program == Some("aws")
        && service != Some("logs")
        && operation.is_some_and(reads)
        && ![" | ", ";", "&", ">", "`", "$(", "\n"].iter().any(|sign| command.contains(sign))
}

/// Everything that the signals of a case name.
#[derive(Debug, Default)]
pub(crate) struct Places {
    regions: BTreeSet<String>,
    gateways: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl Places {
    /// Asks one signal of each layer of each log stream.
    fn find(docket: &Docket<'_>, facts: &Facts) -> Self {
        let mut places = Self::default();
        let mut seen = FxHashSet::default();
        for (brief, at) in docket.briefs.iter().zip(0u32..) {
            let is_new = matches!(brief.layer, Layer::Runtime | Layer::Gateway)
                && seen.insert((brief.stream, brief.layer, brief.resource));
            if !is_new || !docket.is_judged(SignalKey(at)) {
                continue;
            }
            if seen.len() > MAX_STREAMS {
                break;
            }
            let field = |name| facts.of_stream(docket, SignalKey(at), name);
            let resource = field("resource");
            let arn = resource.as_deref().and_then(Arn::parse);
            places.gateways.extend(arn.as_ref().and_then(|arn| arn.id("gateway")));
            places.regions.extend(field("region").or_else(|| Some(arn?.region.to_owned())));
            places.groups.extend(field("log_group").filter(|group| runtime_of_group(group).is_some()));
        }
        places
    }
}

/// The one there is: of several nobody knows which is meant.
fn only(values: &BTreeSet<String>) -> Option<String> {
    values.first().filter(|_| values.len() == 1).cloned()
}

/// Where the telemetry of a request lies, told by `signals`, then by the request, then by what the case has only one of.
pub(crate) fn whereabouts(
    docket: &Docket<'_>,
    facts: &Facts,
    request: Option<RequestKey>,
    signals: &[SignalKey],
) -> Whereabouts {
    let known = |name: &str| built_in_value(name, docket, facts, request, signals);
    let places = facts.places.get_or_init(|| Places::find(docket, facts));
    let group = known("log_group").filter(|group| runtime_of_group(group).is_some());
    let runtime_id = known("runtime_id");
    let only_group = || if runtime_id.is_none() { only(&places.groups) } else { None };
    Whereabouts {
        region: known("region").or_else(|| only(&places.regions)),
        gateway_id: known("gateway_id").or_else(|| only(&places.gateways)),
        runtime_group: group.or_else(only_group),
        runtime_id,
        trace: request.and_then(|key| docket.names.trace(docket.request(key)?.trace)),
        window: None,
    }
}

/// Tells where the telemetry of requests lies.
pub struct Locator<'a> {
    catalogue: &'a Catalogue,
    docket: &'a Docket<'a>,
    facts: Facts,
}

impl<'a> Locator<'a> {
    /// For the requests of a docket.
    pub fn new(catalogue: &'a Catalogue, docket: &'a Docket<'a>) -> Self {
        Self { catalogue, docket, facts: Facts::default() }
    }

    /// Where the telemetry of `request` lies; of the case as a whole without one. The window is left open.
    pub fn of(&self, request: Option<RequestKey>) -> Whereabouts {
        whereabouts(self.docket, &self.facts, request, &[])
    }

    /// The first steps of a rule's fix whose commands only read the configuration, filled in for `request`.
    pub fn checks(&self, rule: &str, request: Option<RequestKey>) -> Vec<FixStep> {
        let Ok(rule) = self.catalogue.rule(rule) else { return Vec::new() };
        let place = self.of(request);
        let value = |name: &str| match name {
            "region" => place.region.clone(),
            "gateway_id" => place.gateway_id.clone(),
            "runtime_id" => place.runtime_id.clone(),
            _ => built_in_value(name, self.docket, &self.facts, request, &[]),
        };
        let steps = rule.meta.fix.iter().zip(&rule.templates.fix);
        let reading = steps.filter(|(step, _)| step.command.as_deref().is_some_and(only_reads));
        let filled = reading.take(MAX_CHECKS).map(|(step, (text, command))| FixStep {
            text: text.fill(&value),
            command: command.as_ref().map(|command| command.fill(&value)),
            source: step.source.clone(),
        });
        filled.collect()
    }
}
