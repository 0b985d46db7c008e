//! The audit as a tree: lists, their tools, the parameters of these, each with what is wrong with it.

use std::collections::BTreeMap;

use crate::model::{Level, Parameter, SchemaAudit, SchemaFinding, Tool, ToolList};
use crate::tui::widgets::{Node, Tree};

/// Trees with more nodes begin with the tools folded that nothing is wrong with.
const MAX_UNFOLDED: usize = 40;

/// What a row stands for, by places in the audit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// A list.
    List(usize),
    /// Findings that no list holds: of refused calls.
    Loose,
    /// A tool of a list.
    Tool(usize, usize),
    /// A parameter of a tool of a list.
    Parameter(usize, usize, usize),
    /// A finding about something that no list declares.
    Finding(usize),
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    pub(super) place: Place,
    /// Places of the findings about it, worst first.
    pub(super) findings: Vec<usize>,
    /// The worst level here and below.
    pub(super) worst: Option<Level>,
}

/// What a finding is about: its list, tool and parameter.
type About<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// The rows of `audit`; with `only_problems` those with a finding and the ones above them.
pub(super) fn tree(audit: &SchemaAudit, only_problems: bool) -> Tree<Item> {
    let mut left: BTreeMap<About<'_>, Vec<usize>> = BTreeMap::new();
    for (place, finding) in audit.findings.iter().enumerate() {
        let about = (finding.list.as_str(), finding.tool.as_deref(), finding.parameter.as_deref());
        left.entry(about).or_default().push(place);
    }
    let mut builder = Builder { audit, left, nodes: Vec::new() };
    for (place, list) in audit.lists.iter().enumerate() {
        builder.list(place, list);
    }
    builder.loose();
    let mut nodes = builder.nodes;
    mark(&mut nodes);
    if only_problems {
        nodes.retain(|node| node.item.worst.is_some());
    }
    let is_large = nodes.len() > MAX_UNFOLDED;
    let mut tree = Tree::new(nodes);
    if is_large {
        tree.fold_where(|node| node.depth > 0 && node.item.worst.is_none());
    }
    tree
}

struct Builder<'a> {
    audit: &'a SchemaAudit,
    /// Findings that no row has yet.
    left: BTreeMap<About<'a>, Vec<usize>>,
    nodes: Vec<Node<Item>>,
}

impl<'a> Builder<'a> {
    fn push(&mut self, depth: u16, place: Place, findings: Vec<usize>) {
        let levels = findings.iter().filter_map(|at| self.audit.findings.get(*at));
        let worst = levels.map(|finding| finding.level).max();
        self.nodes.push(Node { depth, item: Item { place, findings, worst } });
    }

    fn take(&mut self, about: About<'a>) -> Vec<usize> {
        self.left.remove(&about).unwrap_or_default()
    }

    fn list(&mut self, place: usize, list: &'a ToolList) {
        let findings = self.take((&list.label, None, None));
        self.push(0, Place::List(place), findings);
        for (at, tool) in list.tools.iter().enumerate() {
            let findings = self.take((&list.label, Some(&tool.name), None));
            self.push(1, Place::Tool(place, at), findings);
            let depths = depths(tool);
            for (index, parameter) in tool.parameters.iter().enumerate() {
                let findings = self.take((&list.label, Some(&tool.name), Some(&parameter.path)));
                self.push(2 + depths[index], Place::Parameter(place, at, index), findings);
            }
        }
    }

    fn loose(&mut self) {
        let mut left: Vec<usize> = std::mem::take(&mut self.left).into_values().flatten().collect();
        left.sort_unstable();
        if !left.is_empty() {
            self.push(0, Place::Loose, Vec::new());
        }
        for place in left {
            self.push(1, Place::Finding(place), vec![place]);
        }
    }
}

/// How deep each parameter stands below another one of its tool.
fn depths(tool: &Tool) -> Vec<u16> {
    let mut above: Vec<&Parameter> = Vec::new();
    let mut depths = Vec::with_capacity(tool.parameters.len());
    for parameter in &tool.parameters {
        while above.last().is_some_and(|parent| !is_below(parameter, parent)) {
            above.pop();
        }
        depths.push(u16::try_from(above.len()).unwrap_or(u16::MAX));
        above.push(parameter);
    }
    depths
}

fn is_below(parameter: &Parameter, parent: &Parameter) -> bool {
    parameter.path.strip_prefix(parent.path.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Gives each row the worst level of those below it.
fn mark(nodes: &mut [Node<Item>]) {
    let mut below: Vec<Option<Level>> = Vec::new();
    for node in nodes.iter_mut().rev() {
        let depth = usize::from(node.depth);
        if below.len() <= depth + 1 {
            below.resize(depth + 2, None);
        }
        let worst = below.drain(depth + 1..).flatten().max();
        node.item.worst = node.item.worst.max(worst);
        below[depth] = below[depth].max(node.item.worst);
    }
}

/// What a row is called.
pub(super) fn name(audit: &SchemaAudit, place: Place) -> String {
    let list = |at: usize| audit.lists.get(at);
    let tool = |at: usize, tool: usize| list(at).and_then(|list| list.tools.get(tool));
    match place {
        Place::List(at) => list(at).map(|list| list.label.clone()),
        Place::Loose => Some("refused calls".to_owned()),
        Place::Tool(at, of) => tool(at, of).map(|tool| tool.name.clone()),
        Place::Parameter(at, of, index) => {
            tool(at, of).and_then(|tool| tool.parameters.get(index)).map(|parameter| parameter.path.clone())
        }
        Place::Finding(at) => audit.findings.get(at).map(about),
    }
    .unwrap_or_default()
}

/// A row by its name from the tool down, as `tool.parameter`.
pub(super) fn path(audit: &SchemaAudit, place: Place) -> String {
    match place {
        Place::Parameter(at, tool, _) => {
            format!("{}.{}", name(audit, Place::Tool(at, tool)), name(audit, place))
        }
        _ => name(audit, place),
    }
}

/// What a finding is about, as `tool.parameter`.
pub(super) fn about(finding: &SchemaFinding) -> String {
    let tool = finding.tool.as_deref().unwrap_or("the list as a whole");
    match &finding.parameter {
        Some(parameter) => format!("{tool}.{parameter}"),
        None => tool.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ListOrigin, SchemaRisk};

    fn parameter(path: &str) -> Parameter {
        Parameter { path: path.into(), declared: "integer".into(), required: false, default: None }
    }

    fn finding(list: &str, tool: Option<&str>, parameter: Option<&str>, level: Level) -> SchemaFinding {
        SchemaFinding {
            risk: SchemaRisk::Untyped,
            level,
            tool: tool.map(str::to_owned),
            parameter: parameter.map(str::to_owned),
            declared: String::new(),
            message: String::new(),
            recommended: String::new(),
            command: None,
            not: None,
            source: None,
            list: list.into(),
            calls: Vec::new(),
            hits: 0,
        }
    }

    fn audit() -> SchemaAudit {
        let tool = |name: &str, paths: &[&str]| Tool {
            name: name.into(),
            parameters: paths.iter().map(|path| parameter(path)).collect(),
        };
        let list = ToolList {
            label: "a.json:1".into(),
            signal: None,
            origin: ListOrigin::Server,
            seen: 1,
            target_room: None,
            tools: vec![tool("one", &["a", "a.b", "a.b[]", "ab"]), tool("two", &[])],
        };
        let findings = vec![
            finding("gone.log:3", Some("three"), Some("x"), Level::Error),
            finding("a.json:1", Some("one"), Some("a.b"), Level::Warning),
            finding("a.json:1", None, None, Level::Info),
        ];
        SchemaAudit { lists: vec![list], findings, unreadable: Vec::new() }
    }

    #[test]
    fn every_finding_has_a_row_and_marks_those_above() {
        let audit = audit();
        let tree = tree(&audit, false);
        let rows: Vec<String> = (0..tree.len())
            .filter_map(|row| tree.row(row))
            .map(|node| {
                let worst = node.item.worst.map(Level::word).unwrap_or_default();
                format!("{} {} {worst}", node.depth, name(&audit, node.item.place))
            })
            .collect();
        assert_eq!(
            rows,
            [
                "0 a.json:1 warning",
                "1 one warning",
                "2 a warning",
                "3 a.b warning",
                "4 a.b[] ",
                "2 ab ",
                "1 two ",
                "0 refused calls error",
                "1 three.x error"
            ]
        );
        let only = super::tree(&audit, true);
        assert_eq!(only.len(), 6);
    }
}
