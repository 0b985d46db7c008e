//! A JSON Schema as a flat list of parameters, each with its form. References are followed within the document,
//! cycles and depth are bounded.

use serde_json::{Map, Value};

/// Deepest parameter that is listed.
const MAX_DEPTH: usize = 12;
/// Parameters listed per tool.
const MAX_LEAVES: usize = 400;
/// Members of a union that are looked at.
const MAX_MEMBERS: usize = 16;
/// Longest name of a property that is kept, in characters.
const MAX_NAME: usize = 128;
/// Longest default that is kept, in characters.
const MAX_DEFAULT: usize = 200;
/// Properties of a referenced model that the advice spells out.
const MAX_FLAT: usize = 8;
/// Stands for the items of an array in a path.
pub(super) const ITEMS: &str = "[]";
/// Ends the words of a declaration whose `type` is a list.
pub(super) const TYPE_LIST: &str = "(list of types)";
/// What the API's schema model has.
/// <https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_SchemaDefinition.html>
const API_KEYWORDS: [&str; 5] = ["type", "properties", "required", "items", "description"];

/// A type of JSON Schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JsonType {
    String,
    Integer,
    Number,
    Boolean,
    Object,
    Array,
    Null,
}

impl JsonType {
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::Array,
            "null" => Self::Null,
            _ => return None,
        })
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Null => "null",
        }
    }
}

/// How a parameter is declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// One plain type.
    Plain(JsonType),
    /// By `$ref`, alone or within a union, with the properties of what it names.
    Reference(Vec<(String, Option<JsonType>)>),
    /// `anyOf`, `oneOf` or a list of types.
    Union(Vec<JsonType>),
    /// Without any type.
    Untyped,
}

/// One parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Leaf {
    /// Property names from the arguments object, [`ITEMS`] for an array's items.
    pub(super) steps: Vec<String>,
    /// The same, dotted.
    pub(super) path: String,
    pub(super) form: Form,
    /// The declaration in words.
    pub(super) words: String,
    pub(super) required: bool,
    pub(super) default: Option<Value>,
    /// Whether a parameter above it is declared by reference.
    pub(super) is_inside_reference: bool,
}

impl Leaf {
    /// The types that a value may have, when they are known and a string is none of them.
    pub(super) fn refuses_strings(&self) -> Option<&[JsonType]> {
        let types = match &self.form {
            Form::Plain(plain) => std::slice::from_ref(plain),
            Form::Union(members) => members,
            Form::Reference(_) | Form::Untyped => return None,
        };
        (!types.is_empty() && !types.contains(&JsonType::String)).then_some(types)
    }
}

/// A tool with its parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) leaves: Vec<Leaf>,
    /// Whether the server is written in Python with pydantic: `FastMCP` gives each property a title.
    pub(super) is_python: bool,
    /// `additionalProperties: false` without a `_meta` property.
    pub(super) is_closed: bool,
    /// Paths with the keywords there that the API's schema model does not have.
    pub(super) unsupported: Vec<(String, Vec<String>)>,
    /// What of it was not read, in words.
    pub(super) left_out: Option<&'static str>,
}

impl Declared {
    /// Reads an entry of a list; `None` when it has no name.
    pub(super) fn read(tool: &Value) -> Option<Self> {
        let name = tool.get("name")?.as_str()?;
        let schema = tool.get("inputSchema").unwrap_or(&Value::Null);
        // Bedrock wraps a schema in `json`.
        let schema = schema.get("json").filter(|_| schema.get("type").is_none()).unwrap_or(schema);
        let mut reader = Reader { root: schema, leaves: Vec::new(), unsupported: Vec::new(), left_out: None };
        if schema.is_object() {
            reader.note_unsupported(schema, "");
            reader.properties(schema, &mut Vec::new(), &mut Vec::new(), false);
        } else {
            reader.left_out = Some("its inputSchema is no object");
        }
        let is_false = |value: &Value| *value == Value::Bool(false) || value.as_str() == Some("false");
        Some(Self {
            name: name.to_owned(),
            is_python: is_python(tool, schema),
            is_closed: schema.get("additionalProperties").is_some_and(is_false)
                && schema.pointer("/properties/_meta").is_none(),
            leaves: reader.leaves,
            unsupported: reader.unsupported,
            left_out: reader.left_out,
        })
    }
}

fn is_python(tool: &Value, schema: &Value) -> bool {
    let title = schema.get("title").and_then(Value::as_str).unwrap_or_default();
    let first = schema.get("properties").and_then(Value::as_object).and_then(|map| map.values().next());
    title.ends_with("Arguments")
        || first.is_some_and(|property| property.get("title").is_some())
        || tool.pointer("/_meta/fastmcp").or(tool.pointer("/_meta/_fastmcp")).is_some()
}

struct Reader<'s> {
    root: &'s Value,
    leaves: Vec<Leaf>,
    unsupported: Vec<(String, Vec<String>)>,
    left_out: Option<&'static str>,
}

/// What a declaration comes down to.
struct Shape<'s> {
    form: Form,
    words: String,
    /// Where further parameters are declared, and the reference that led there.
    inside: Option<(&'s Value, Option<&'s str>)>,
}

impl<'s> Reader<'s> {
    /// Lists the properties of an object. `via` are the references on the way, against cycles.
    fn properties(&mut self, schema: &'s Value, at: &mut Vec<String>, via: &mut Vec<&'s str>, inside: bool) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| {
            required
                .is_some_and(|names| names.iter().take(MAX_LEAVES).any(|other| other.as_str() == Some(name)))
        };
        for (name, property) in properties {
            at.push(name.chars().take(MAX_NAME).collect());
            self.leaf(property, is_required(name), at, via, inside);
            at.pop();
            if self.leaves.len() >= MAX_LEAVES {
                self.left_out = Some("it has more parameters than are listed");
                return;
            }
        }
    }

    fn leaf(
        &mut self,
        schema: &'s Value,
        required: bool,
        at: &mut Vec<String>,
        via: &mut Vec<&'s str>,
        inside: bool,
    ) {
        let shape = self.shape(schema);
        let is_reference = matches!(shape.form, Form::Reference(_));
        let leaf = Leaf {
            steps: at.clone(),
            path: dotted(at),
            form: shape.form,
            words: shape.words,
            required,
            default: schema.get("default").cloned(),
            is_inside_reference: inside,
        };
        self.note_unsupported(schema, &leaf.path);
        self.leaves.push(leaf);
        let Some((target, reference)) = shape.inside else { return };
        if at.len() >= MAX_DEPTH {
            self.left_out = Some("its parameters are nested deeper than is listed");
            return;
        }
        if let Some(reference) = reference {
            if via.contains(&reference) {
                return;
            }
            via.push(reference);
        }
        self.properties(target, at, via, inside || is_reference);
        self.items(target, at, via, inside || is_reference);
        if reference.is_some() {
            via.pop();
        }
    }

    /// The items of an array, unless plain strings.
    fn items(&mut self, schema: &'s Value, at: &mut Vec<String>, via: &mut Vec<&'s str>, inside: bool) {
        let Some(items) = schema.get("items").filter(|items| items.is_object()) else { return };
        let is_plain_string = items.get("type").and_then(Value::as_str) == Some("string");
        if is_plain_string || self.leaves.len() >= MAX_LEAVES {
            return;
        }
        at.push(ITEMS.to_owned());
        self.leaf(items, false, at, via, inside);
        at.pop();
    }

    fn shape(&self, schema: &'s Value) -> Shape<'s> {
        let Some(map) = schema.as_object() else {
            return Shape { form: Form::Untyped, words: "no type".to_owned(), inside: None };
        };
        if let Some(reference) = reference(map) {
            return self.referenced(reference, "($ref)");
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            if let Some(members) = map.get(keyword).and_then(Value::as_array) {
                return self.union(members, keyword);
            }
        }
        match map.get("type") {
            Some(Value::String(word)) => match JsonType::from_word(word) {
                Some(plain) => Shape {
                    form: Form::Plain(plain),
                    words: plain_words(plain, map),
                    inside: Some((schema, None)),
                },
                None => Shape {
                    form: Form::Untyped,
                    words: format!("unknown type '{}'", word.chars().take(MAX_NAME).collect::<String>()),
                    inside: None,
                },
            },
            Some(Value::Array(types)) => {
                let types: Vec<JsonType> = types
                    .iter()
                    .take(MAX_MEMBERS)
                    .filter_map(|word| JsonType::from_word(word.as_str()?))
                    .collect();
                let words: Vec<&str> = types.iter().map(|member| member.word()).collect();
                let words = format!("{} {TYPE_LIST}", words.join(" or "));
                Shape { form: Form::Union(types), words, inside: Some((schema, None)) }
            }
            _ => {
                let words = match map.get("enum").and_then(Value::as_array) {
                    Some(values) => format!("no type, one of {}", values.len()),
                    None => "no type".to_owned(),
                };
                Shape { form: Form::Untyped, words, inside: Some((schema, None)) }
            }
        }
    }

    fn referenced(&self, reference: &'s str, how: &str) -> Shape<'s> {
        let target = self.resolve(reference);
        let flat = target.and_then(|target| target.get("properties")).and_then(Value::as_object);
        let flat = flat.into_iter().flatten().take(MAX_FLAT).map(|(name, property)| {
            let plain = property.get("type").and_then(Value::as_str).and_then(JsonType::from_word);
            (name.chars().take(MAX_NAME).collect(), plain)
        });
        let name: String = reference.rsplit('/').next().unwrap_or_default().chars().take(MAX_NAME).collect();
        Shape {
            form: Form::Reference(flat.collect()),
            words: format!("{name} {how}"),
            inside: target.map(|target| (target, Some(reference))),
        }
    }

    fn union(&self, members: &'s [Value], keyword: &str) -> Shape<'s> {
        let members = &members[..members.len().min(MAX_MEMBERS)];
        let described: Vec<Shape> = members
            .iter()
            .map(|member| match member.as_object().and_then(reference) {
                Some(name) => self.referenced(name, "$ref"),
                None => Self::member(member),
            })
            .collect();
        let words: Vec<&str> = described.iter().map(|shape| shape.words.as_str()).collect();
        let words = format!("{} ({keyword})", words.join(" or "));
        let mut types = Vec::new();
        let mut inside = None;
        for shape in described {
            inside = inside.or(shape.inside);
            match shape.form {
                Form::Reference(flat) => return Shape { form: Form::Reference(flat), words, inside },
                Form::Plain(plain) => types.push(plain),
                // A member without a type accepts anything, so nothing is known to be refused.
                _ => return Shape { form: Form::Untyped, words, inside },
            }
        }
        Shape { form: Form::Union(types), words, inside }
    }

    /// A member of a union, unions inside it left aside.
    fn member(schema: &'s Value) -> Shape<'s> {
        let plain = schema.get("type").and_then(Value::as_str).and_then(JsonType::from_word);
        match (plain, schema.as_object()) {
            (Some(plain), Some(map)) => Shape {
                form: Form::Plain(plain),
                words: plain_words(plain, map),
                inside: (plain == JsonType::Object || plain == JsonType::Array).then_some((schema, None)),
            },
            _ => Shape { form: Form::Untyped, words: "no type".to_owned(), inside: None },
        }
    }

    /// What `#/$defs/Name` names; only places in the same document.
    fn resolve(&self, reference: &str) -> Option<&'s Value> {
        self.root.pointer(reference.strip_prefix('#')?).filter(|target| target.is_object())
    }

    fn note_unsupported(&mut self, schema: &Value, path: &str) {
        let keywords = schema.as_object().into_iter().flatten().map(|(keyword, _)| keyword);
        let other = keywords.filter(|keyword| !API_KEYWORDS.contains(&keyword.as_str()));
        let other: Vec<String> =
            other.take(MAX_MEMBERS).map(|word| word.chars().take(MAX_NAME).collect()).collect();
        if !other.is_empty() {
            self.unsupported.push((path.to_owned(), other));
        }
    }
}

fn dotted(steps: &[String]) -> String {
    let mut path = String::new();
    for step in steps {
        if step != ITEMS && !path.is_empty() {
            path.push('.');
        }
        path.push_str(step);
    }
    path
}

fn reference(map: &Map<String, Value>) -> Option<&str> {
    map.get("$ref").and_then(Value::as_str)
}

/// `array of integer`, `object`, `string, one of 3`.
fn plain_words(plain: JsonType, map: &Map<String, Value>) -> String {
    let mut words = plain.word().to_owned();
    if plain == JsonType::Array
        && let Some(items) = map.get("items").and_then(Value::as_object)
    {
        let of = items.get("type").and_then(Value::as_str).and_then(JsonType::from_word).map(JsonType::word);
        let name = reference(items).and_then(|name| name.rsplit('/').next());
        if let Some(name) = name {
            words.push_str(" of ");
            words.extend(name.chars().take(MAX_NAME));
            words.push_str(" ($ref)");
        } else if let Some(of) = of {
            words.push_str(" of ");
            words.push_str(of);
        }
    }
    if let Some(values) = map.get("enum").and_then(Value::as_array) {
        words = format!("{words}, one of {}", values.len());
    }
    words
}

/// A default as JSON text.
pub(super) fn default_text(default: &Value) -> String {
    let text = default.to_string();
    if text.chars().nth(MAX_DEFAULT).is_none() {
        return text;
    }
    text.chars().take(MAX_DEFAULT).chain(['…']).collect()
}
