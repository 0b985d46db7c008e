//! Refusals about what no list declares: the refusal itself says the type.

use super::declare::{Declared, Form, Leaf};
use super::evidence::Orphan;
use super::findings::{finding, hit};
use super::{advise, refusal};
use crate::model::{Level, ListOrigin, SchemaFinding, SchemaRisk, SignalKey};

/// A refusal about what no list declares: the refusal itself says the type.
pub(super) fn refused(
    tool: &str,
    path: &str,
    orphan: &Orphan,
    place: &dyn Fn(SignalKey) -> String,
) -> SchemaFinding {
    let nullable = orphan.expected.iter().any(|word| word == "null");
    let risk = if nullable { SchemaRisk::Untyped } else { SchemaRisk::SentAsString };
    let first = orphan.calls.shown().first().map(|(_, signal)| place(*signal)).unwrap_or_default();
    let mut found = finding(risk, Level::Error, &first);
    found.tool = (!tool.is_empty()).then(|| tool.to_owned());
    found.parameter = Some(path.to_owned());
    let who = if orphan.by_gateway { "the Gateway's" } else { "the server's" };
    found.declared =
        format!("{} (by {who} refusal; no tools/list here declares it)", orphan.expected.join(" or "));
    found.message = format!(
        "Callers sent a value of type {} and were refused{}.",
        orphan.found,
        if nullable {
            "; that null would pass shows an optional parameter, whose schema keeps no `type`"
        } else {
            ""
        }
    );
    let leaf = Leaf {
        steps: vec![path.rsplit('.').next().unwrap_or(path).to_owned()],
        path: path.to_owned(),
        form: refusal::wanted(&orphan.expected).map_or(Form::Untyped, Form::Plain),
        words: String::new(),
        required: false,
        default: None,
        is_inside_reference: false,
    };
    let unknown = Declared {
        name: tool.to_owned(),
        leaves: Vec::new(),
        is_python: false,
        is_closed: false,
        unsupported: Vec::new(),
        left_out: None,
    };
    found.recommended = advise::plain(&unknown, ListOrigin::Server, &leaf, None);
    found.source = Some(advise::FLAT_PARAMETERS.to_owned());
    found.command = Some(advise::synchronize());
    found.not = Some(advise::not_strings());
    hit(&mut found, &orphan.calls);
    found
}
