//! The schema audit of a case: every list of tools it holds against every call in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use serde_json::Value;

use super::Case;
use crate::model::semconv::{TOOL_ARGUMENTS, lookup};
use crate::model::{Kind, ListOrigin, SchemaAudit, Signal, SignalKey};
use crate::schema::{self, Call, Listing, Lists, Misfit, RefusedCall, Seen};

/// What a person knows about the lists that they name, which the lists themselves may not say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditOptions {
    /// Paths of inputs whose lists a server wrote.
    pub servers: Vec<String>,
    /// Paths of inputs whose lists a Gateway wrote.
    pub gateways: Vec<String>,
    /// Name of the Gateway target in front of the server.
    pub target: Option<String>,
}

/// Bytes without which a record is of no interest here, and for what.
const NEEDLES: [(&str, u8); 9] = [
    ("inputSchema", LIST),
    ("tools/call", CALL),
    (TOOL_ARGUMENTS, CALL),
    ("has invalid type", REFUSAL),
    ("Input should be a valid", REFUSAL),
    ("Input validation error", REFUSAL),
    ("is not defined in the schema", REFUSAL),
    ("toolSpec.name", REFUSAL),
    ("An internal error occurred", REFUSAL),
];
/// Records that are read in full at a time.
const CHUNK: usize = 256;
const LIST: u8 = 1;
const CALL: u8 = 1 << 1;
const REFUSAL: u8 = 1 << 2;

static SCANNER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(NEEDLES.iter().map(|(needle, _)| needle)).ok());

impl Case {
    /// Audits the tools of every `tools/list` answer in the case.
    pub fn audit(&self) -> SchemaAudit {
        self.audit_as(&AuditOptions::default())
    }

    /// [`audit`](Self::audit) with what a person knows besides.
    pub fn audit_as(&self, options: &AuditOptions) -> SchemaAudit {
        let marks: Vec<(SignalKey, u8)> = (0..self.index.briefs.len() as u32)
            .into_par_iter()
            .map(|position| (SignalKey(position), self.marks(SignalKey(position))))
            .filter(|(_, marks)| *marks != 0)
            .collect();
        let marked = |mark: u8| -> Vec<SignalKey> {
            marks.iter().filter(|(_, marks)| marks & mark != 0).map(|(key, _)| *key).collect()
        };
        let lists = self.lists(&marked(LIST), options);
        let misfits = if lists.is_empty() { Vec::new() } else { self.misfits(&lists, &marked(CALL)) };
        let seen = Seen { misfits, refused: self.refused(&marked(REFUSAL)) };
        schema::audit(&lists, &seen, &|key| self.place(key))
    }

    fn marks(&self, key: SignalKey) -> u8 {
        let Some(scanner) = SCANNER.as_ref() else { return 0 };
        let text = self.index.text(key);
        scanner.find_iter(text.as_ref()).fold(0, |marks, found| marks | NEEDLES[found.pattern().as_usize()].1)
    }

    fn place(&self, key: SignalKey) -> String {
        let origin = self.signal(key).origin;
        format!("{}:{}", origin.path, origin.line)
    }

    fn lists(&self, keys: &[SignalKey], options: &AuditOptions) -> Lists {
        // In order of the inputs, so that pages and bare tools follow each other as they were written.
        let mut keys = keys.to_vec();
        keys.sort_by_key(|key| self.index.input_order(*key));
        let mut known: HashMap<String, Arc<Vec<Value>>> = HashMap::new();
        let mut broken: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        let mut listings = Vec::new();
        for keys in keys.chunks(CHUNK) {
            let read: Vec<(String, u32, Vec<Listing>)> = keys
                .par_iter()
                .map(|key| {
                    let signal = self.signal(*key);
                    let found = listings_of(*key, &signal, options);
                    (signal.origin.path, signal.origin.line, found)
                })
                .collect();
            for (key, (path, line, mut found)) in keys.iter().zip(read) {
                if found.is_empty() && declares(&self.index.text(*key)) {
                    broken.entry(path).or_insert((line, 0)).1 += 1;
                }
                for listing in &mut found {
                    let tools = &mut listing.found.tools;
                    let shared = known.entry(Value::from(tools.as_slice()).to_string());
                    *tools = Arc::clone(shared.or_insert_with(|| Arc::clone(tools)));
                }
                listings.extend(found);
            }
        }
        let named = options.servers.iter().chain(&options.gateways);
        let without: Vec<&String> = named
            .filter(|path| {
                !listings.iter().any(|listing| is_of(&listing.path, path))
                    && !broken.contains_key(path.as_str())
            })
            .collect();
        let mut lists = Lists::read(listings, options.target.as_deref());
        for (path, (line, count)) in broken {
            lists.note_unreadable(format!(
                "{path}:{line}: {count} records mention an inputSchema and are no readable list of tools"
            ));
        }
        for path in without {
            lists.note_unreadable(format!("{path}: holds no list of tools"));
        }
        lists
    }

    fn misfits(&self, lists: &Lists, keys: &[SignalKey]) -> Vec<Misfit> {
        keys.par_iter().flat_map_iter(|key| self.misfits_of(lists, *key)).collect()
    }

    fn misfits_of(&self, lists: &Lists, key: SignalKey) -> Vec<Misfit> {
        let signal = self.signal(key);
        let request = self.request_of(key);
        let call =
            |tool, arguments, dump| lists.misfits(&Call { request, signal: key, tool, arguments, dump });
        let body = &signal.body;
        if let Some(sent) =
            body.get("request").filter(|sent| sent.get("method").is_some_and(|name| name == "tools/call"))
        {
            let Some(tool) = lookup(sent, "params.name").and_then(Value::as_str) else { return Vec::new() };
            let Some(arguments) = lookup(sent, "params.arguments") else { return Vec::new() };
            return call(tool, arguments, dump(&signal));
        }
        let Some(tool) = &signal.ids.tool else { return Vec::new() };
        let Some(text) = signal.body.get("attributes").and_then(|all| lookup(all, TOOL_ARGUMENTS)?.as_str())
        else {
            return Vec::new();
        };
        let Ok(arguments) = serde_json::from_str::<Value>(text) else { return Vec::new() };
        call(tool, &arguments, None)
    }

    fn refused(&self, keys: &[SignalKey]) -> Vec<RefusedCall> {
        let refused = keys.par_iter().filter_map(|key| {
            let signal = self.signal(*key);
            let refusals = schema::refusals(&signal.message);
            let request = self.request_of(*key);
            let known = || {
                let request = self.requests().get(request?.index())?;
                self.names().text(request.tool).map(str::to_owned)
            };
            let tool = signal.ids.tool.clone().or_else(known);
            (!refusals.is_empty()).then_some(RefusedCall { request, signal: *key, tool, refusals })
        });
        refused.collect()
    }
}

/// The lists that a signal carries.
fn listings_of(key: SignalKey, signal: &Signal, options: &AuditOptions) -> Vec<Listing> {
    let mut found = schema::find(&signal.body);
    if found.is_empty() {
        found = schema::find(&Value::from(signal.message.as_str()));
    }
    let path = &signal.origin.path;
    let origin = if options.servers.iter().any(|named| is_of(path, named)) {
        Some(ListOrigin::Server)
    } else if options.gateways.iter().any(|named| is_of(path, named)) {
        Some(ListOrigin::Gateway)
    } else {
        (signal.kind == Kind::GatewayLog).then_some(ListOrigin::Gateway)
    };
    let asked = signal.body.get("request");
    let cursor = asked.map(|sent| lookup(sent, "params.cursor").and_then(Value::as_str).map(str::to_owned));
    let listing = |found| Listing {
        path: path.clone(),
        line: signal.origin.line,
        signal: key,
        origin,
        cursor: cursor.clone(),
        found,
    };
    found.into_iter().map(listing).collect()
}

/// Whether an input is the one that was named, or was found inside it.
fn is_of(path: &str, named: &str) -> bool {
    path.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with('!'))
}

/// Whether a text declares a schema, as JSON, rather than speaking of one.
fn declares(text: &str) -> bool {
    text.match_indices("inputSchema").any(|(at, word)| {
        let rest = text[at + word.len()..].trim_start_matches(['\\', '"', ' ']);
        rest.starts_with(':') && text[..at].ends_with('"')
    })
}

/// The text of a request that a Gateway printed as a map; `None` where it is JSON.
fn dump(signal: &Signal) -> Option<&str> {
    if signal.kind != Kind::GatewayLog {
        return None;
    }
    let row = signal.body.get("body").filter(|body| body.is_object()).unwrap_or(&signal.body);
    let text = row.get("requestBody")?.as_str()?;
    serde_json::from_str::<Value>(text).is_err().then_some(text)
}
