//! SARIF 2.1.0, for code-scanning views and SARIF viewers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Invocation, Location, Message, MultiformatMessageString, Notification,
    PhysicalLocation, PropertyBag, Region, ReportingConfiguration, ReportingDescriptor,
    Result as SarifResult, ResultLevel, Run, Sarif, Tool, ToolComponent,
};

use super::document::{Document, Evidence, Finding, Issue};
use super::expect::Comparison;
use super::rule::RuleText;
use crate::model::Level;
use crate::text::SafeText;

/// Where the schema is published.
const SCHEMA_URI: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability.html";

/// Writes one run with one result per finding.
pub(super) fn write(
    document: &Document,
    comparison: Option<&Comparison>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut results: Vec<_> =
        document.findings.iter().map(|finding| result(finding, document, comparison)).collect();
    let missing = comparison.map(|known| known.missing.as_slice()).unwrap_or_default();
    results.extend(missing.iter().map(|expected| {
        SarifResult::builder()
            .rule_id(expected.rule.to_string())
            .message(message(&expected.message))
            .baseline_state(json!("absent"))
            .build()
    }));
    let run = Run::builder()
        .tool(Tool::builder().driver(driver(document)).build())
        .invocations(vec![invocation(document)])
        .results(results)
        .column_kind(json!("unicodeCodePoints"))
        .build();
    let sarif = Sarif::builder().schema(SCHEMA_URI).version(json!("2.1.0")).runs(vec![run]).build();
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    out.write_all(b"\n")
}

fn driver(document: &Document) -> ToolComponent {
    let rules: Vec<_> = document.rules.iter().map(|(id, rule)| descriptor(id, rule)).collect();
    ToolComponent::builder()
        .name(document.tool.name)
        .semantic_version(document.tool.version.clone())
        .information_uri(HOME)
        .rules(rules)
        .build()
}

fn descriptor(id: &SafeText, rule: &RuleText) -> ReportingDescriptor {
    let level = ReportingConfiguration::builder().level(json!(level(rule.severity))).build();
    let properties = PropertyBag::builder().tags(vec![rule.layer.to_string()]).build();
    let mut descriptor = ReportingDescriptor::builder()
        .id(id.to_string())
        .short_description(plain(&rule.title))
        .full_description(plain(&rule.cause))
        .help(help(rule))
        .default_configuration(level)
        .properties(properties)
        .build();
    descriptor.help_uri = rule.references.iter().map(ToString::to_string).find(|url| is_uri(url));
    descriptor
}

/// The whole advice, as text and as Markdown.
fn help(rule: &RuleText) -> MultiformatMessageString {
    let mut text = format!("Cause: {}\nImpact: {}\n", rule.cause, rule.impact);
    let mut markdown = format!("**Cause.** {}\n\n**Impact.** {}\n\n", rule.cause, rule.impact);
    for (index, step) in rule.fix.iter().enumerate() {
        let line = format!("{}. {step}\n", index + 1);
        text.push_str(&line);
        markdown.push_str(&line);
    }
    text.extend(["Verify: ", rule.verify.as_str(), "\n"]);
    markdown.extend(["\n**Verify.** ", rule.verify.as_str(), "\n"]);
    for (advice, why) in &rule.not {
        text.extend(["Does not help: ", advice.as_str(), " ", why.as_str(), "\n"]);
        markdown.extend(["\n**Does not help.** ", advice.as_str(), " ", why.as_str(), "\n"]);
    }
    MultiformatMessageString::builder().text(text).markdown(markdown).build()
}

fn result(finding: &Finding, document: &Document, comparison: Option<&Comparison>) -> SarifResult {
    let (first, related) =
        finding.evidence.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
    let print = BTreeMap::from([("agentcoreTriage/v1".to_owned(), hash(&finding.fingerprint))]);
    let mut result = SarifResult::builder()
        .rule_id(finding.rule.to_string())
        .level(level(finding.severity))
        .message(message(&finding.message))
        .locations(first.into_iter().map(|piece| location(piece, None)).collect::<Vec<_>>())
        .related_locations(
            related.iter().zip(1..).map(|(piece, id)| location(piece, Some(id))).collect::<Vec<_>>(),
        )
        .partial_fingerprints(print)
        .occurrence_count(i64::from(finding.occurrences.max(1)))
        .properties(properties(finding))
        .build();
    result.rule_index = document.rules.get_index_of(&finding.rule).map(|index| index as i64);
    result.baseline_state = comparison
        .map(|known| json!(if known.accepted.contains(&finding.fingerprint) { "unchanged" } else { "new" }));
    result
}

fn properties(finding: &Finding) -> PropertyBag {
    let mut more = BTreeMap::from([
        ("role".to_owned(), json!(finding.role)),
        ("confidence".to_owned(), json!(finding.confidence)),
    ]);
    if let Some(request) = &finding.request {
        more.insert("request".to_owned(), json!(request));
    }
    let fix: Vec<Value> = finding.fix.iter().map(|step| json!(step)).collect();
    more.insert("fix".to_owned(), Value::Array(fix));
    PropertyBag::builder().additional_properties(more).build()
}

fn location(piece: &Evidence, id: Option<i64>) -> Location {
    let snippet = ArtifactContent::builder().text(piece.excerpt.to_string()).build();
    let mut region = Region::builder().build();
    // A region needs a place to start; without one the excerpt stands in the message alone.
    if let Some(line) = piece.line {
        region.start_line = Some(i64::from(line));
        region.snippet = Some(snippet);
    }
    let mut location = Location::builder().message(message(&piece.excerpt)).build();
    location.id = id;
    if let Some(path) = piece.path.as_ref() {
        let file = ArtifactLocation::builder().uri(uri(path.as_str())).build();
        let mut place = PhysicalLocation::builder().artifact_location(file).build();
        place.region = piece.line.map(|_| region);
        location.physical_location = Some(place);
    }
    location
}

/// Inputs that could not be read in full: the run says so itself.
fn invocation(document: &Document) -> Invocation {
    let issues: Vec<_> = document.inputs.iter().flat_map(|input| &input.issues).collect();
    let successful = !issues.iter().any(|issue| issue.fatal);
    Invocation::builder()
        .execution_successful(successful)
        .tool_execution_notifications(issues.into_iter().map(notification).collect::<Vec<_>>())
        .build()
}

fn notification(issue: &Issue) -> Notification {
    let file = ArtifactLocation::builder().uri(uri(issue.path.as_str())).build();
    let mut place = PhysicalLocation::builder().artifact_location(file).build();
    let line = issue.line.filter(|line| *line > 0);
    place.region = line.map(|line| Region::builder().start_line(i64::from(line)).build());
    Notification::builder()
        .level(json!(if issue.fatal { "error" } else { "warning" }))
        .message(message(&issue.message))
        .locations(vec![Location::builder().physical_location(place).build()])
        .build()
}

fn level(level: Level) -> ResultLevel {
    match level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Info => ResultLevel::Note,
    }
}

/// Message text in which `[` is no link and `{` no placeholder (SARIF §3.11.5 and §3.11.6).
fn message(text: &SafeText) -> Message {
    let mut escaped = String::with_capacity(text.as_str().len());
    for c in text.as_str().chars() {
        match c {
            '\\' | '[' | ']' => escaped.extend(['\\', c]),
            '{' | '}' => escaped.extend([c, c]),
            _ => escaped.push(c),
        }
    }
    Message::builder().text(escaped).build()
}

fn plain(text: &SafeText) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text.to_string()).build()
}

fn is_uri(text: &str) -> bool {
    text.starts_with("https://")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte))
}

/// A path as a relative URI reference (RFC 3986): separators kept, anything unusual percent-encoded.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// FNV-1a, 64 bits, hex: the same on every machine and in every version.
fn hash(text: &str) -> String {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("logs/a b:1%.json"), "logs/a%20b%3A1%25.json");
        assert_eq!(uri("dir\\é.log"), "dir/%C3%A9.log");
    }

    #[test]
    fn a_fingerprint_hash_never_changes() {
        assert_eq!(hash("a"), "af63dc4c8601ec8c");
    }
}
