//! Tool names: the Gateway's prefix, and what Bedrock's Converse takes.

use super::advise;
use super::declare::Declared;
use super::findings::{hit, named};
use super::list_audit::ListAudit;
use crate::model::{Level, ListOrigin, SchemaRisk};

/// Stands between the target's name and the tool's own name.
pub(super) const SEPARATOR: &str = "___";
/// Longest tool name of Converse, in characters.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html>
pub(super) const MAX_NAME: usize = 64;
/// How the Gateway's own tools start (semantic search); they have no target.
const BUILT_IN: &str = "x_amz_bedrock_agentcore";

/// The target and the tool's own name.
pub(super) fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once(SEPARATOR) {
        Some((target, tool)) if !target.is_empty() && !tool.is_empty() => (Some(target), tool),
        _ => (None, name),
    }
}

/// Whether these are names as a Gateway lists them.
pub(super) fn are_prefixed<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut prefixed = false;
    for name in names {
        if split(name).0.is_some() {
            prefixed = true;
        } else if !name.starts_with(BUILT_IN) {
            return false;
        }
    }
    prefixed
}

/// The longest target name with which `tool` stays within [`MAX_NAME`].
pub(super) fn room(tool: &str) -> usize {
    MAX_NAME.saturating_sub(SEPARATOR.len() + tool.chars().count())
}

/// Characters that Converse refuses in a tool name, each once.
pub(super) fn refused_characters(name: &str) -> Vec<char> {
    let mut refused: Vec<char> =
        name.chars().filter(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).collect();
    refused.sort_unstable();
    refused.dedup();
    refused
}

impl ListAudit<'_> {
    /// Judges a tool's name: its length behind the prefix, its characters.
    pub(super) fn name(&mut self, tool: &Declared) {
        let full = match (&self.list.target, self.list.origin) {
            (Some(target), ListOrigin::Server | ListOrigin::Target) => {
                format!("{target}{SEPARATOR}{}", tool.name)
            }
            _ => tool.name.clone(),
        };
        let length = full.chars().count();
        let is_open = self.list.target.is_none() && self.list.origin != ListOrigin::Gateway;
        let no_room = is_open && room(&tool.name) == 0;
        if length > MAX_NAME || no_room {
            let calls = &self.evidence.name_length;
            let level = if calls.is_empty() { Level::Warning } else { Level::Error };
            let (target, own) = split(&full);
            let room = room(own);
            let advice = match (target, room) {
                (_, 0) => format!("a tool name of at most {} characters", MAX_NAME - SEPARATOR.len() - 1),
                (Some(_), _) => format!("a target name of at most {room} characters, or a shorter tool name"),
                (None, _) => format!("a tool name of at most {MAX_NAME} characters"),
            };
            self.add(SchemaRisk::NameTooLong, level, Some(&tool.name), |found| {
                found.declared = format!("{full} ({length} characters)");
                found.message = "Converse takes tool names of at most 64 characters, the target's prefix included, and refuses the whole request when one is longer.".into();
                found.recommended = advice;
                found.source = Some(advise::TOOL_NAME.to_owned());
                hit(found, calls);
            });
        }
        let characters = refused_characters(&tool.name);
        if !characters.is_empty() {
            let calls = &self.evidence.name_characters;
            let level = if calls.is_empty() { Level::Warning } else { Level::Error };
            let characters: Vec<String> = characters.iter().map(|c| format!("{c:?}")).collect();
            self.add(SchemaRisk::NameCharacters, level, Some(&tool.name), |found| {
                found.declared = named(&characters);
                found.message = "Converse takes only letters, digits, underscore and hyphen in tool names and refuses the whole request otherwise.".into();
                found.recommended = "a name of letters, digits, underscores and hyphens".into();
                found.source = Some(advise::TOOL_NAME.to_owned());
                hit(found, calls);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_needs_both_sides() {
        assert_eq!(split("trail___lookup_events"), (Some("trail"), "lookup_events"));
        assert_eq!(split("___x"), (None, "___x"));
        assert!(are_prefixed(["a___b", "x_amz_bedrock_agentcore_search"].into_iter()));
        assert!(!are_prefixed(["a___b", "c"].into_iter()));
        assert_eq!((room("lookup_events"), room(&"x".repeat(70))), (48, 0));
        assert_eq!(refused_characters("a.b/c.d-e_f"), ['.', '/']);
    }
}
