//! The root-cause report: Markdown to paste into an issue or a post-mortem as it is, and the same as one HTML page.
//!
//! Each section is a function from the [`Report`] to the [`Page`]; the order of the sections is the order below.

mod causes;
mod comparison;
mod evidence;
mod fixes;
mod html;
mod opening;
mod others;
mod page;
mod provenance;
mod reasoning;
mod sequence;
mod story;
mod timeline;
mod words;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::document::{Document, Finding, Request};
use super::markup;
use super::rule::RuleText;
use super::schema::{SchemaDocument, write_markdown};
use super::summary;
use crate::case::{Baseline, Case, Snapshot};
use crate::model::{Comparison, Level, REPORT_TITLE, RequestKey, Role, SignalKey, Walk};
use crate::text::{Door, SafeText};

use page::Page;
use sequence::Diagram;
use story::Cause;

/// Longest one-line text, in characters.
const LINE: usize = 2_000;

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The case, for single requests and signals.
    pub case: &'a Case,
    /// What it concluded.
    pub snapshot: &'a Snapshot,
    /// With what the failed request is compared.
    pub baseline: Baseline<'a>,
}

/// Writes the report as Markdown.
pub fn markdown(
    material: Material<'_>,
    door: Door,
    tool_version: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(Report::new(material, door, tool_version).markdown().as_bytes())
}

/// Writes the report as one self-contained HTML page.
pub fn html(material: Material<'_>, door: Door, tool_version: &str, out: &mut dyn Write) -> io::Result<()> {
    let report = Report::new(material, door, tool_version);
    let diagram = report.diagram().map(|diagram| diagram.svg());
    out.write_all(html::page(&report.markdown(), diagram.as_deref()).as_bytes())
}

/// Where the most telling request of each root cause stopped, in one sentence: `(rule, verdict)`.
pub fn stops(case: &Case, snapshot: &Snapshot) -> Vec<(String, String)> {
    let causes = story::causes(snapshot).into_iter().take(causes::CAUSES);
    let stop = |cause: Cause| {
        let key = story::most_telling(&cause.requests, case)?;
        Some((cause.rule, case.walk(key).verdict))
    };
    causes.filter_map(stop).collect()
}

/// Everything the sections draw on.
struct Report<'a> {
    case: &'a Case,
    snapshot: &'a Snapshot,
    door: Door,
    /// Findings, diagnoses and rules, through the door.
    document: Document,
    causes: Vec<Cause>,
    /// Failed requests whose cause is unknown.
    open: Vec<RequestKey>,
    /// The failed request that is shown in detail.
    focus: Option<RequestKey>,
    /// The ways of the focus and of the most telling request of each cause that is told in full, through the layers.
    walks: BTreeMap<RequestKey, Walk>,
    /// The focus beside a healthy request.
    comparison: Option<Comparison>,
}

impl<'a> Report<'a> {
    fn new(material: Material<'a>, door: Door, tool_version: &str) -> Self {
        let Material { case, snapshot, baseline } = material;
        let causes = story::causes(snapshot);
        let open = story::unexplained_requests(snapshot);
        let telling = causes.iter().find(|cause| !cause.requests.is_empty());
        let alike = telling.map_or(&open, |cause| &cause.requests);
        let focus = story::most_telling(alike, case);
        let shown = causes.iter().take(causes::CAUSES);
        let walked = shown.filter_map(|cause| story::most_telling(&cause.requests, case)).chain(focus);
        let walks = walked.map(|key| (key, case.walk(key))).collect();
        let comparison = focus.map(|key| case.compare(key, &baseline, alike));
        let document = Document::new(snapshot, door, tool_version);
        Self { case, snapshot, door, document, causes, open, focus, walks, comparison }
    }

    /// What is wrong with the tools' schemas, where the capture tells of any.
    fn schema_audit(&self, page: &mut Page) {
        let audit = self.case.audit();
        if audit.lists.is_empty() && audit.findings.is_empty() && audit.unreadable.is_empty() {
            return;
        }
        let document = SchemaDocument::new(&audit, self.case, self.door, &self.document.tool.version);
        let mut section = Vec::new();
        if write_markdown(&document, &mut section).is_ok() {
            page.heading(2, "Schema audit");
            page.markdown(&String::from_utf8_lossy(&section));
        }
    }

    /// The way of the focus through the layers, to be drawn.
    fn diagram(&self) -> Option<Diagram> {
        let key = self.focus?;
        Diagram::new(self, self.snapshot.requests.get(key.index())?, self.walks.get(&key)?)
    }

    fn markdown(&self) -> String {
        let mut page = Page::default();
        page.heading(1, &format!("{REPORT_TITLE}: {}", opening::title(self)));
        opening::summary(self, &mut page);
        opening::impact(self, &mut page);
        causes::section(self, &mut page);
        timeline::section(self, &mut page);
        evidence::section(self, &mut page);
        comparison::section(self, &mut page);
        reasoning::section(self, &mut page);
        fixes::section(self, &mut page);
        others::findings(self, &mut page);
        others::unexplained(self, &mut page);
        self.schema_audit(&mut page);
        provenance::coverage(self, &mut page);
        provenance::making(self, &mut page);
        page.finish()
    }

    fn line(&self, text: &str) -> SafeText {
        self.door.line(text, LINE)
    }

    /// Text as code.
    fn code(&self, text: &str) -> String {
        markup::code(self.line(text).as_str())
    }

    /// What a rule says about itself.
    fn rule(&self, id: &str) -> Option<&RuleText> {
        self.document.rules.get(&self.line(id))
    }

    /// A rule's title, or its id when nothing is known of it.
    fn title(&self, id: &str) -> String {
        self.rule(id).map_or_else(|| self.code(id), |rule| markup::prose(rule.title.as_str()))
    }

    /// The findings of a rule, with their place in the snapshot.
    fn findings_of(&self, id: &str) -> impl Iterator<Item = (usize, &Finding)> {
        let id = self.line(id);
        self.document.findings.iter().enumerate().filter(move |(_, finding)| finding.rule == id)
    }

    /// Where failed requests have no known cause: what was seen of the failure, one finding for each rule.
    fn symptoms(&self) -> Vec<&Finding> {
        let groups = if self.open.is_empty() { Vec::new() } else { summary::ranked(&self.document) };
        let first = groups.into_iter().filter_map(|group| group.first().copied());
        let is_open = |finding: &&Finding| {
            finding.role == Role::Symptom
                && finding.severity > Level::Info
                && !summary::is_explained(&self.document, &finding.rule)
        };
        first.filter(is_open).take(3).collect()
    }

    /// What a finding's condition matched in a signal.
    fn matched(&self, key: SignalKey) -> Option<&str> {
        let evidence = self.snapshot.findings.iter().flat_map(|finding| &finding.evidence);
        evidence.filter(|piece| piece.signal == key).find_map(|piece| piece.matched.as_deref())
    }

    /// A request as the check document has it.
    fn request(&self, key: RequestKey) -> Option<Request> {
        super::document::request(self.snapshot, key, self.door)
    }
}
