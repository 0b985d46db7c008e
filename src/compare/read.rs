//! From the signals of a request to its [`Traits`].

use std::collections::{BTreeMap, BTreeSet};

use super::arguments;
use super::traits::{Aspect, Traits, bit};
use super::words;
use crate::model::{Kind, Layer, Severity, Signal, Tool};

/// What is known of a request besides its signals.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Tool, with its `target___` prefix when written so.
    pub tool: Option<&'a str>,
    /// From its first to its last instant, in nanoseconds.
    pub duration: Option<i64>,
    /// Layers that the capture covers for the whole time of the request.
    pub covered: &'a [Layer],
    /// Whether all its signals were read.
    pub is_whole: bool,
    /// Tools as declared.
    pub tools: &'a [Tool],
    /// The wording of a message without its values.
    pub template: fn(&str) -> String,
}

/// Most values of one attribute that are kept: more are no identity any more.
const MAX_VALUES: usize = 4;

/// Stands for the tool's name, so that calls of two tools can be compared.
const TOOL: &str = "{tool}";

/// Fields that say which software took part, and what they are called.
const VERSIONS: &[(&str, &str)] = &[
    ("sdk.version", "OpenTelemetry SDK"),
    ("distro.version", "AWS OpenTelemetry distribution"),
    ("service.version", "service version"),
    ("runtime.version", "Python"),
    ("protocol.version", "MCP protocol"),
    ("server.version", "MCP server"),
    ("client.version", "MCP client"),
    ("user_agent", "user agent"),
    ("model", "model"),
];

/// Fields that say who and where.
const IDENTITIES: &[(&str, &str)] = &[
    ("tool", "tool"),
    ("target", "target"),
    ("rpc.method", "JSON-RPC method"),
    ("resource", "resource"),
    ("endpoint", "endpoint"),
    ("caller", "caller"),
    ("session_id", "session"),
    ("mcp_session_id", "MCP session"),
    ("region", "region"),
    ("account", "account"),
];

/// Headers that carry ids of one request or connection: only that they are sent is compared.
const ID_HEADERS: &[&str] =
    &["traceparent", "tracestate", "baggage", "content-length", "date", "host", "x-amzn-trace-id"];

impl Traits {
    /// What the signals of a request show.
    pub fn of(signals: &[Signal], facts: &Facts<'_>) -> Self {
        let mut traits = Self::default();
        let seen = signals.iter().map(|signal| signal.layer);
        traits.layers = facts.covered.iter().copied().chain(seen).fold(0, |all, layer| all | bit(layer));
        let mut counts: BTreeMap<(Aspect, String), u32> = BTreeMap::new();
        let mut said: BTreeMap<(Aspect, &str), BTreeSet<String>> = BTreeMap::new();
        let mut outcomes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        // Of two who tell of the arguments the caller knows best; ties are ended by content.
        let mut ordered: Vec<&Signal> = signals.iter().collect();
        ordered.sort_by(|a, b| (a.layer, a.timestamp, &a.message).cmp(&(b.layer, b.timestamp, &b.message)));
        for signal in ordered {
            arguments::note_refusal(&signal.message, &mut traits);
            arguments::note(signal, &mut traits);
            headers(signal, &mut traits);
            traits.note(Aspect::Records(signal.layer), signal.kind.word(), "yes");
            for step in [span(signal, facts), log(signal, facts)].into_iter().flatten() {
                *counts.entry(step).or_default() += 1;
            }
            duration(signal, facts, &mut traits);
            statements(signal, &mut said);
            if let (Some(name), Some(outcome)) = (span_name(signal, facts), span_outcome(signal)) {
                outcomes.entry(name).or_default().insert(outcome);
            }
        }
        for (name, outcomes) in outcomes {
            let outcomes: Vec<String> = outcomes.into_iter().take(MAX_VALUES).collect();
            traits.note(Aspect::SpanStatus, name, outcomes.join("; "));
        }
        for ((aspect, name), count) in counts {
            traits.note(aspect, name, times(count));
        }
        for ((aspect, name), values) in said {
            traits.note(aspect, name, values.into_iter().collect::<Vec<_>>().join(", "));
        }
        if let Some(duration) = facts.duration.filter(|duration| *duration >= 0) {
            traits.durations.insert("the request".to_owned(), duration);
        }
        declared(facts, &mut traits);
        if !facts.is_whole {
            traits.layers = 0;
        }
        traits
    }
}

/// How often, in bands, so that one retry more is no difference of its own.
fn times(count: u32) -> &'static str {
    match count {
        1 => "once",
        2..=3 => "2 or 3 times",
        4..=9 => "4 to 9 times",
        _ => "10 times or more",
    }
}

fn is_span(signal: &Signal) -> bool {
    matches!(signal.kind, Kind::Span | Kind::XraySegment | Kind::XraySummary)
}

fn span_name(signal: &Signal, facts: &Facts<'_>) -> Option<String> {
    let name = signal.name.as_deref().filter(|_| is_span(signal))?;
    Some(words::without_ids(&without_tool(name, facts)))
}

fn span(signal: &Signal, facts: &Facts<'_>) -> Option<(Aspect, String)> {
    span_name(signal, facts).map(|name| (Aspect::Span, name))
}

/// What a span says of how it ended; `None` when it says nothing.
fn span_outcome(signal: &Signal) -> Option<String> {
    let status = signal.field("http.status").map(|code| format!("HTTP {code}"));
    let code =
        signal.field("status.code").filter(|code| code != "UNSET").map(|code| format!("status {code}"));
    let error = signal.field("error.type").map(std::borrow::Cow::into_owned);
    let parts: Vec<String> =
        [status, code, error].into_iter().flatten().filter_map(|part| words::statement(&part)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The wording of a log event.
fn log(signal: &Signal, facts: &Facts<'_>) -> Option<(Aspect, String)> {
    let is_log = !is_span(signal) && signal.layer != Layer::Client && !signal.message.is_empty();
    if !is_log {
        return None;
    }
    if signal.kind == Kind::AccessLog {
        let status = signal.field("http.status").unwrap_or_default();
        let line = format!("{} {status}", signal.name.as_deref().unwrap_or("access"));
        return Some((Aspect::Log(signal.layer), words::without_ids(&line)));
    }
    let wording = words::without_ids(&(facts.template)(&without_tool(&signal.message, facts)));
    let level =
        if signal.severity >= Severity::Warn { format!("[{}] ", signal.severity) } else { String::new() };
    (!wording.is_empty()).then(|| (Aspect::Log(signal.layer), format!("{level}{wording}")))
}

/// The tool's name, with and without its target, is the same step whatever the tool.
fn without_tool(text: &str, facts: &Facts<'_>) -> String {
    let Some(tool) = facts.tool else { return text.to_owned() };
    let plain = tool.split_once("___").map_or(tool, |(_, plain)| plain);
    words::replace_word(&words::replace_word(text, tool, TOOL), plain, TOOL)
}

fn duration(signal: &Signal, facts: &Facts<'_>, traits: &mut Traits) {
    let Some(duration) = signal.duration().filter(|duration| *duration >= 0) else { return };
    let name = span_name(signal, facts).map(|name| format!("span {name}"));
    let exchange = || (signal.kind == Kind::HttpExchange).then(|| "the client's exchange".to_owned());
    if let Some(name) = name.or_else(exchange) {
        let longest = traits.durations.entry(name).or_default();
        *longest = duration.max(*longest);
    }
}

fn headers(signal: &Signal, traits: &mut Traits) {
    let Some(text) = signal.field("http.request.headers") else { return };
    let Ok(serde_json::Value::Object(headers)) = serde_json::from_str(&text) else { return };
    traits.saw_headers = true;
    for (name, value) in &headers {
        let name = words::without_ids(&name.to_ascii_lowercase());
        traits.note(Aspect::Header, name.as_str(), "sent");
        let is_comparable = !ID_HEADERS.contains(&name.as_str()) && !name.contains("-id");
        if let Some(value) =
            value.as_str().filter(|_| is_comparable).and_then(|text| words::value(&name, text))
        {
            traits.note(Aspect::HeaderValue, name, value);
        }
    }
}

/// Notes versions and identities, every value that some signal states.
fn statements(signal: &Signal, said: &mut BTreeMap<(Aspect, &'static str), BTreeSet<String>>) {
    let lists = [(Aspect::Version, VERSIONS), (Aspect::Identity, IDENTITIES)];
    for (aspect, (field, name)) in
        lists.iter().flat_map(|(aspect, list)| list.iter().map(move |row| (*aspect, row)))
    {
        let Some(value) = signal.field(field).and_then(|text| words::statement(&text)) else { continue };
        // A request that never reached its runtime lacks the runtime's name, not the Gateway's.
        let name = match *name {
            "resource" if value.contains(":runtime/") => "runtime",
            "resource" if value.contains(":gateway/") => "gateway",
            name => name,
        };
        let values = said.entry((aspect, name)).or_default();
        if values.len() < MAX_VALUES {
            values.insert(value);
        }
    }
    let python = signal.field("code.file").and_then(|path| words::python_of_path(&path));
    if let Some(python) = python {
        said.entry((Aspect::Version, "Python")).or_default().insert(python);
    }
    if signal.layer == Layer::Runtime
        && let Some(stream) = signal.origin.log_stream.as_deref().and_then(words::statement)
    {
        said.entry((Aspect::Identity, "log stream of the runtime")).or_default().insert(stream);
    }
}

/// Holds the arguments against the tool's declaration.
fn declared(facts: &Facts<'_>, traits: &mut Traits) {
    let Some(name) = facts.tool else { return };
    let plain = name.split_once("___").map_or(name, |(_, plain)| plain);
    let named = |name: &str| facts.tools.iter().find(|tool| tool.name == name);
    let tool = named(name).or_else(|| named(plain));
    if let Some(tool) = tool {
        arguments::note_declared(tool, traits);
    }
}
