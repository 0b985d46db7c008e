//! Placeholders that every rule may use: where their values are found.

use std::borrow::Cow;

use crate::model::{Layer, Request, RequestKey, SignalKey};

use super::docket::Docket;
use super::scope::Facts;

/// Evidence, and further signals of its request, in which a value is looked for.
const LOOKED_AT: usize = 3;

/// Rows of the Gateway about a request in which its target is looked for; the second or third names it.
const GATEWAY_ROWS: usize = 12;

/// The value of a built-in placeholder (but `count`), from the evidence first, then from its request.
pub(crate) fn built_in_value(
    name: &str,
    docket: &Docket<'_>,
    facts: &Facts,
    request: Option<RequestKey>,
    shown: &[SignalKey],
) -> Option<String> {
    let request = request.and_then(|key| docket.request(key));
    let links = request.iter().flat_map(|request| request.signals.iter().take(LOOKED_AT));
    let signals: Vec<SignalKey> =
        shown.iter().take(LOOKED_AT).copied().chain(links.map(|link| link.signal)).collect();
    let field = |name: &str| signals.iter().find_map(|signal| (docket.field)(*signal, name));
    let shared =
        |name: &'static str| signals.iter().find_map(|signal| facts.of_stream(docket, *signal, name));
    let arn = |part: fn(&Arn<'_>) -> Option<String>| part(&Arn::parse(&shared("resource")?)?);
    match name {
        "region" => shared("region").or_else(|| arn(|arn| Some(arn.region.to_owned()))),
        "account" => shared("account").or_else(|| arn(|arn| Some(arn.account.to_owned()))),
        "gateway_id" => arn(|arn| arn.id("gateway")),
        "runtime_id" => arn(|arn| arn.id("runtime")).or_else(|| runtime_of_group(&shared("log_group")?)),
        "trace_id" => {
            let id = request.and_then(|request| docket.names.trace(request.trace));
            id.map(|id| id.to_string()).or_else(|| field(name))
        }
        "request_id" => id(docket, request.map(|request| request.request)).or_else(|| field(name)),
        "session_id" => id(docket, request.map(|request| request.session)).or_else(|| field(name)),
        "tool" => interned(docket, request.map(|request| request.tool)).or_else(|| field(name)),
        "target" => field(name).or_else(|| {
            let tool = interned(docket, request.map(|request| request.tool)).or_else(|| field("tool"))?;
            Some(tool.split_once("___")?.0.to_owned())
        }),
        "target_id" => target_of(docket, request?),
        "log_group" => shared("log_group"),
        "log_stream" => shared("log_stream"),
        _ => None,
    }
}

/// The id of the target that the Gateway chose for a request.
fn target_of(docket: &Docket<'_>, request: &Request) -> Option<String> {
    let is_gateway =
        |signal: SignalKey| docket.brief(signal).is_some_and(|brief| brief.layer == Layer::Gateway);
    let rows = request.signals.iter().map(|link| link.signal).filter(|signal| is_gateway(*signal));
    rows.take(GATEWAY_ROWS).find_map(|row| target_named(&(docket.field)(row, "message")?))
}

/// The id at the end of `Executing tool NAME from target ID` and of its like
/// (<https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-gateway-metrics.html>).
fn target_named(row: &str) -> Option<String> {
    let (before, id) = row.lines().next()?.rsplit_once(" from target ")?;
    let id = id.trim_end_matches(['.', ' ']);
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_id && before.contains("tool")).then(|| id.to_owned())
}

fn interned(docket: &Docket<'_>, name: Option<crate::model::Name>) -> Option<String> {
    docket.text(name?).map(str::to_owned)
}

fn id(docket: &Docket<'_>, id: Option<crate::model::IdName>) -> Option<String> {
    docket.names.id(id?).map(Cow::into_owned)
}

/// `arn:partition:service:region:account:kind/id…`.
pub(crate) struct Arn<'a> {
    pub(crate) region: &'a str,
    account: &'a str,
    rest: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let _ = parts.next().filter(|arn| *arn == "arn")?;
        let (_partition, _service) = (parts.next()?, parts.next()?);
        let (region, account, rest) = (parts.next()?, parts.next()?, parts.next()?);
        (!region.is_empty() && !account.is_empty()).then_some(Self { region, account, rest })
    }

    /// The id after `kind/`.
    pub(crate) fn id(&self, kind: &str) -> Option<String> {
        let id = self.rest.strip_prefix(kind)?.strip_prefix('/')?;
        Some(id.split(['/', ':']).next().unwrap_or(id).to_owned())
    }
}

/// The runtime's id in `/aws/bedrock-agentcore/runtimes/<id>-<endpoint>`. Ids end in ten characters after their last
/// hyphen, so an endpoint follows only when another hyphen does.
pub(crate) fn runtime_of_group(group: &str) -> Option<String> {
    let name = group.strip_prefix("/aws/bedrock-agentcore/runtimes/")?;
    let name = name.split('/').next()?;
    let is_suffix = |text: &str| text.len() == 10 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut end = 0;
    for part in name.split('-') {
        end += part.len();
        if end > part.len() && is_suffix(part) {
            return Some(name[..end].to_owned());
        }
        end += 1;
    }
    Some(name.rsplit_once('-').map_or(name, |(id, _)| id).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_gateway_names_the_target_at_its_end() {
        let named = |row: &str| target_named(row);
        for row in [
            "Executing tool trail___lookup_events from target ME2UI4BINR",
            "Processing request for tool a___b from target ME2UI4BINR\nmore",
            "An error occurred while executing tool: a___b from target ME2UI4BINR.",
        ] {
            assert_eq!(named(row).as_deref(), Some("ME2UI4BINR"), "{row}");
        }
        for row in ["", "from target X", "tool a from target ", "the tool moved away from target its own aim"]
        {
            assert_eq!(named(row), None, "{row}");
        }
    }
}
