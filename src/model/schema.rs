//! What a schema audit finds in the tools of a server or a Gateway.

use super::signal::words;
use super::{Level, RequestKey, SignalKey, WrongAdvice};

words! {
    /// Why a declaration will fail at a Gateway or with a model that sends strings.
    SchemaRisk {
        /// `$ref` or `$defs`: a Gateway's schema model cannot hold them.
        Reference = "reference",
        /// `anyOf` with null, or any union: no `type` survives.
        Untyped = "untyped",
        /// A number, boolean, object or array that a caller in this capture sent as a string.
        SentAsString = "sent-as-string",
        /// `additionalProperties: false` refuses `_meta` and other additions.
        Closed = "closed",
        /// A keyword that the inline schema of a Gateway target cannot hold.
        UnsupportedKeyword = "unsupported-keyword",
        /// The name is too long once it is prefixed with `target___`.
        NameTooLong = "name-too-long",
        /// The name has characters that Bedrock's Converse refuses.
        NameCharacters = "name-characters",
        /// The Gateway's cached schema is not the server's.
        Drift = "drift",
        /// A type other than string that models often send as a string; nobody did so in this capture.
        Fragile = "fragile",
    }
}

words! {
    /// Who wrote a list of tools.
    ListOrigin {
        /// The MCP server itself: names without a prefix.
        Server = "server",
        /// A Gateway: names have the `target___` prefix, schemas are what it cached.
        Gateway = "gateway",
        /// The inline payload of a Gateway target's configuration.
        Target = "target",
    }
}

/// A `tools/list` answer, or the part of a configuration that stands for one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToolList {
    /// Where it was read: path and line, or a file's name.
    pub label: String,
    /// The signal, when it was part of a capture.
    pub signal: Option<SignalKey>,
    /// Who wrote it.
    pub origin: ListOrigin,
    /// How many answers of the input said exactly this.
    pub seen: u32,
    /// The longest name, in characters, that a target may have so that every prefixed tool name stays within
    /// Converse's 64; 0 when none fits. `None` where names have their prefix already.
    pub target_room: Option<usize>,
    /// Its tools, in order of name.
    pub tools: Vec<Tool>,
}

/// A tool as declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tool {
    /// Name as written.
    pub name: String,
    /// Parameters in order of name; nested ones with a dotted path, behind the one they belong to.
    pub parameters: Vec<Parameter>,
}

/// One parameter of a tool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Dotted path from the arguments object; `[]` stands for the items of an array.
    pub path: String,
    /// The declared type in words: `integer`, `array of string`, `integer or null (anyOf)`, `no type`.
    pub declared: String,
    /// Whether it must be given.
    pub required: bool,
    /// The default as JSON text.
    pub default: Option<String>,
}

/// One risk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemaFinding {
    /// Which.
    pub risk: SchemaRisk,
    /// How bad: `error` when calls of this capture failed by it, or AWS is sure to refuse it.
    pub level: Level,
    /// Tool name as written; `None` when the list as a whole is concerned.
    pub tool: Option<String>,
    /// Path of the parameter; `None` when the tool as a whole is concerned.
    pub parameter: Option<String>,
    /// What is declared, in words.
    pub declared: String,
    /// What happens because of it, in one sentence.
    pub message: String,
    /// The declaration to use instead: Python where the server is written with `FastMCP`, else JSON Schema.
    pub recommended: String,
    /// The command that belongs to the fix.
    pub command: Option<String>,
    /// Advice on this that circulates and is wrong.
    pub not: Option<WrongAdvice>,
    /// Public source of the claim; `None` is said openly.
    pub source: Option<String>,
    /// Label of the list it was found in; of the refusal, when the capture holds no list.
    pub list: String,
    /// Calls in the capture that hit it: `(request, signal)`, at most [`MAX_EVIDENCE`](super::MAX_EVIDENCE).
    pub calls: Vec<(Option<RequestKey>, SignalKey)>,
    /// How many calls hit it.
    pub hits: u32,
}

/// What the audit found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SchemaAudit {
    /// Every list, in order of label.
    pub lists: Vec<ToolList>,
    /// Worst first, then by tool and parameter.
    pub findings: Vec<SchemaFinding>,
    /// What could not be read as a list of tools, or not in full, in words.
    pub unreadable: Vec<String>,
}
