//! What refusals say: which argument was refused, by whom, and what was expected.

use std::sync::LazyLock;

use regex::Regex;

use super::declare::JsonType;

/// One thing that an error text says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// An argument has the wrong type.
    Type {
        /// Its dotted path.
        path: String,
        /// The type of what was sent, as written.
        found: String,
        /// The types that would pass, as JSON Schema calls them.
        expected: Vec<String>,
        /// Whether a Gateway says so; the server itself otherwise.
        by_gateway: bool,
    },
    /// A value, of an argument that is not named, has the wrong type.
    Value {
        /// The value as written.
        value: String,
    },
    /// `_meta` is not allowed.
    Meta,
    /// Converse refuses a tool name for its length.
    NameLength,
    /// Converse refuses a tool name for its characters.
    NameCharacters,
    /// The Gateway's error that names no reason.
    Internal,
}

/// Refusals that are read from one text.
const MAX_REFUSALS: usize = 100;

struct Patterns {
    gateway: Regex,
    pydantic: Regex,
    json_schema: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    Some(Patterns {
        gateway: Regex::new(
            r"Field '/?(?P<field>[^'\r\n]+)' has invalid type: (?:\$(?P<path>[^\s:]*): )?(?P<found>\w+) found, (?P<expected>\w+) expected",
        )
        .ok()?,
        // The field, then on its own line what is wrong with it.
        pydantic: Regex::new(
            r"(?m)^(?P<field>[A-Za-z_][\w.]*)\r?\n[ \t]+Input should be a valid (?P<expected>integer|number|boolean|list|dictionary|string)\b[^\n]*input_type=(?P<found>\w+)",
        )
        .ok()?,
        json_schema: Regex::new(r"Input validation error: '(?P<value>[^'\r\n]*)' is not of type ").ok()?,
    })
});

/// Reads an error text: of a Gateway (networknt's grammar), of pydantic or jsonschema in a server, of Converse.
pub fn refusals(text: &str) -> Vec<Refusal> {
    let mut found: Vec<Refusal> = Vec::new();
    if let Some(patterns) = PATTERNS.as_ref() {
        for refused in patterns.gateway.captures_iter(text).take(MAX_REFUSALS) {
            let path = refused.name("path").map_or(&refused["field"], |path| path.as_str());
            note_type(&mut found, dotted(path), &refused["found"], &refused["expected"], true);
        }
        for refused in patterns.pydantic.captures_iter(text).take(MAX_REFUSALS) {
            let expected = match &refused["expected"] {
                "list" => "array",
                "dictionary" => "object",
                other => other,
            };
            let kind = match &refused["found"] {
                "str" => "string",
                "int" => "integer",
                "float" => "number",
                "bool" => "boolean",
                "dict" => "object",
                "list" => "array",
                "NoneType" => "null",
                other => other,
            };
            note_type(&mut found, dotted(&refused["field"]), kind, expected, false);
        }
        let values = patterns.json_schema.captures_iter(text).take(MAX_REFUSALS);
        found.extend(values.map(|refused| Refusal::Value { value: refused["value"].to_owned() }));
    }
    for (needle, refusal) in [
        ("property '_meta' is not defined in the schema", Refusal::Meta),
        (
            "toolSpec.name' failed to satisfy constraint: Member must have length less than or equal to 64",
            Refusal::NameLength,
        ),
        (
            "toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern",
            Refusal::NameCharacters,
        ),
        ("An internal error occurred. Please retry later", Refusal::Internal),
    ] {
        if text.contains(needle) {
            found.push(refusal);
        }
    }
    found
}

/// Two lines for one field (`integer expected`, `null expected`) are one refusal.
fn note_type(found: &mut Vec<Refusal>, path: String, kind: &str, wanted: &str, gateway: bool) {
    for known in found.iter_mut() {
        if let Refusal::Type { path: same, expected, by_gateway, .. } = known
            && *same == path
            && *by_gateway == gateway
        {
            if !expected.iter().any(|known| known == wanted) {
                expected.push(wanted.to_owned());
            }
            return;
        }
    }
    found.push(Refusal::Type {
        path,
        found: kind.to_owned(),
        expected: vec![wanted.to_owned()],
        by_gateway: gateway,
    });
}

/// `$.a.b[0]`, `/a/b/0` and `a.b.0` as `a.b[]`.
fn dotted(path: &str) -> String {
    let mut dotted = String::new();
    for step in path.trim_start_matches('$').split(['.', '/', '[']).filter(|step| !step.is_empty()) {
        let step = step.trim_end_matches(']');
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            dotted.push_str("[]");
            continue;
        }
        if !dotted.is_empty() {
            dotted.push('.');
        }
        dotted.push_str(step);
    }
    dotted
}

/// The first expected type that is not null.
pub(super) fn wanted(expected: &[String]) -> Option<JsonType> {
    expected.iter().filter_map(|word| JsonType::from_word(word)).find(|kind| *kind != JsonType::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_refusal(path: &str, found: &str, expected: &[&str], by_gateway: bool) -> Refusal {
        let expected = expected.iter().map(|&word| word.to_owned()).collect();
        Refusal::Type { path: path.to_owned(), found: found.to_owned(), expected, by_gateway }
    }

    #[test]
    fn both_lines_about_an_optional_parameter_are_one_refusal() {
        let text = "JsonSchemaException - Parameter validation failed: Invalid request parameters:\n\
            - Field 'max_results' has invalid type: $.max_results: string found, integer expected\n\
            - Field 'max_results' has invalid type: $.max_results: string found, null expected";
        assert_eq!(refusals(text), [type_refusal("max_results", "string", &["integer", "null"], true)]);
    }

    #[test]
    fn paths_of_every_writer_read_alike() {
        let gateway = "Field '/items/0/amount_cents' has invalid type: string found, integer expected";
        assert_eq!(refusals(gateway), [type_refusal("items[].amount_cents", "string", &["integer"], true)]);
        let server = "1 validation error for call[stock_level]\nwarehouse\n  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='two', input_type=str]";
        assert_eq!(refusals(server), [type_refusal("warehouse", "string", &["integer"], false)]);
        assert_eq!(dotted("$.a.b[0]"), "a.b[]");
    }

    #[test]
    fn other_texts_say_nothing() {
        assert_eq!(refusals("Missing required field(s): 'environment'"), []);
        let converse = "Value 'x' at 'toolConfig.tools.2.member.toolSpec.name' failed to satisfy constraint: Member must have length less than or equal to 64";
        assert_eq!(refusals(converse), [Refusal::NameLength]);
    }
}
