//! Tool names: the Gateway's prefix, and what Bedrock's Converse takes.

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
