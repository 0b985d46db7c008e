//! `rules new`: a commented rule with examples, to be changed.

use std::path::PathBuf;

use super::error::suggest;
use super::rule::LAYERS;

/// Files of a new rule: path relative to the rule directory, and content. The rule loads and its examples pass as they
/// are.
///
/// # Errors
/// Says what is wrong with `id` or `layer`.
pub fn scaffold(id: &str, layer: &str) -> Result<Vec<(PathBuf, String)>, String> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(format!("`{id}` is no rule id: use lower-case letters, digits and hyphens"));
    }
    if !LAYERS.contains(&layer) {
        return Err(format!("unknown layer `{layer}`: {}", suggest(layer, LAYERS.iter().copied())));
    }
    let folder = PathBuf::from(layer).join(id);
    let fill = |text: &str| text.replace("@ID@", id).replace("@LAYER@", layer);
    Ok(vec![
        (folder.join("rule.toml"), fill(RULE)),
        (folder.join("match.log"), fill(MATCH)),
        (folder.join("near-miss.log"), fill(NEAR_MISS)),
    ])
}

const RULE: &str = include_str!("scaffold/rule.toml");
const MATCH: &str = include_str!("scaffold/match.log");
const NEAR_MISS: &str = include_str!("scaffold/near-miss.log");
