//! Tool and target names as the Gateway writes them.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Ids;

/// Stands between the target's name and the tool's own name.
const SEPARATOR: &str = "___";

static FROM_TARGET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:[Ee]xecuting tool:?|request for tool:?) (?P<tool>[A-Za-z0-9_.-]+) from target (?P<id>[A-Za-z0-9_-]+)")
        .ok()
});

/// Notes a tool, and the target that its name states.
pub(super) fn note(ids: &mut Ids, tool: &str) {
    if tool.is_empty() {
        return;
    }
    ids.tool = Some(tool.to_owned());
    if let Some((target, _)) = tool.split_once(SEPARATOR) {
        ids.target = Some(target.to_owned());
    }
}

/// Reads `Executing tool <target>___<tool> from target <ID>` and its variants. The target's name, where the tool
/// carries it, wins over the 10-character id, because request rows know only the name.
pub(super) fn note_from_log(ids: &mut Ids, log: &str) {
    let Some(found) = FROM_TARGET.as_ref().and_then(|pattern| pattern.captures(log)) else {
        return;
    };
    note(ids, &found["tool"]);
    if ids.target.is_none() {
        ids.target = Some(found["id"].to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_every_generation_name_tool_and_target() {
        for log in [
            "Executing tool LambdaUsingSDK___check_warranty from target ME2UI4BINR",
            "Processing request for tool LambdaUsingSDK___check_warranty from target ME2UI4BINR",
            "An error occurred while executing tool: LambdaUsingSDK___check_warranty from target ME2UI4BINR",
        ] {
            let mut ids = Ids::default();
            note_from_log(&mut ids, log);
            assert_eq!(ids.tool.as_deref(), Some("LambdaUsingSDK___check_warranty"), "{log}");
            assert_eq!(ids.target.as_deref(), Some("LambdaUsingSDK"), "{log}");
        }
        let mut ids = Ids::default();
        note_from_log(&mut ids, "Executing tool search from target ME2UI4BINR");
        assert_eq!(ids.target.as_deref(), Some("ME2UI4BINR"));
    }
}
