//! What one request shows, attribute by attribute, and where an absence says something.

use std::collections::BTreeMap;

use crate::model::{FeatureKind, Layer};

/// What kind of statement an attribute is. In order of what comes first among equally good separators: what was sent,
/// with what, by whom; then what came of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Aspect {
    /// An argument whose type is not the one the schema wants.
    Mismatch,
    /// JSON type of an argument, among the requests that give it.
    Type,
    /// An argument is given.
    Given,
    /// Value of an argument, among the requests that give it.
    Value,
    /// A header is sent.
    Header,
    /// Value of a header.
    HeaderValue,
    /// Version of a piece of software.
    Version,
    /// Who and where.
    Identity,
    /// Records of a kind, written by a layer.
    Records(Layer),
    /// A span of a name.
    Span,
    /// What a span says of its outcome.
    SpanStatus,
    /// A log event of a wording.
    Log(Layer),
    /// Duration of a span or of the request, as a band.
    Timing,
}

/// An attribute that requests may have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Attribute {
    pub(super) aspect: Aspect,
    /// Parameter path, header, span name, wording.
    pub(super) name: String,
}

impl Attribute {
    /// The kind that outputs show.
    pub(super) fn kind(&self) -> FeatureKind {
        match self.aspect {
            Aspect::Mismatch => FeatureKind::Schema,
            Aspect::Type | Aspect::Given | Aspect::Value => FeatureKind::Parameter,
            Aspect::Header | Aspect::HeaderValue => FeatureKind::Header,
            Aspect::Version => FeatureKind::Version,
            Aspect::Identity => FeatureKind::Identity,
            Aspect::Records(_) => FeatureKind::Step,
            Aspect::Span | Aspect::SpanStatus | Aspect::Log(_) => FeatureKind::Span,
            Aspect::Timing => FeatureKind::Timing,
        }
    }

    /// How outputs name it.
    pub(super) fn label(&self) -> String {
        let name = &self.name;
        match self.aspect {
            Aspect::Mismatch => format!("{name}: type sent and type wanted"),
            Aspect::Type => format!("{name}: type"),
            Aspect::Given => format!("{name}: given"),
            Aspect::Value | Aspect::HeaderValue => format!("{name}: value"),
            Aspect::Header | Aspect::Version | Aspect::Identity => name.clone(),
            Aspect::Records(layer) => format!("{name} records of layer {layer}"),
            Aspect::Span => format!("span {name}"),
            Aspect::SpanStatus => format!("span {name}: outcome"),
            Aspect::Log(layer) => format!("{layer} log: {name}"),
            Aspect::Timing => format!("duration of {name}"),
        }
    }

    /// Whether each request may have a value of its own, as ids have.
    pub(super) fn may_be_unique(&self) -> bool {
        matches!(self.aspect, Aspect::Value | Aspect::HeaderValue | Aspect::Identity | Aspect::Version)
    }
}

/// What is known of an attribute in one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading<'t> {
    /// It has the attribute.
    Is(&'t str),
    /// It has not: whoever would tell of it did tell of the request.
    Absent,
    /// The capture cannot show it.
    Unknown,
}

/// What one request shows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Traits {
    pub(super) values: BTreeMap<Attribute, String>,
    /// Longest duration per span name, in nanoseconds.
    pub(super) durations: BTreeMap<String, i64>,
    pub(super) saw_arguments: bool,
    pub(super) saw_headers: bool,
    /// Layers that would show the request if it had reached them, one bit each.
    pub(super) layers: u32,
}

/// Most attributes of one aspect that are kept of a request: a bound on memory where every key is a new one.
const MAX_PER_ASPECT: usize = 96;

impl Traits {
    /// Keeps the first value said of an attribute.
    pub(super) fn note(&mut self, aspect: Aspect, name: impl Into<String>, value: impl Into<String>) {
        let attribute = Attribute { aspect, name: name.into() };
        if !self.values.contains_key(&attribute) && self.has_room(aspect) {
            self.values.insert(attribute, value.into());
        }
    }

    fn has_room(&self, aspect: Aspect) -> bool {
        let first = Attribute { aspect, name: String::new() };
        let own = self.values.range(first..).take_while(|(attribute, _)| attribute.aspect == aspect);
        own.count() < MAX_PER_ASPECT
    }

    /// What is known of an attribute.
    pub(super) fn read(&self, attribute: &Attribute) -> Reading<'_> {
        if let Some(value) = self.values.get(attribute) {
            return Reading::Is(value);
        }
        let would_show = match attribute.aspect {
            Aspect::Mismatch | Aspect::Given => self.saw_arguments,
            Aspect::Header => self.saw_headers,
            Aspect::Records(layer) | Aspect::Log(layer) => self.sees(layer),
            Aspect::Span => self.sees(Layer::Span),
            _ => false,
        };
        if would_show { Reading::Absent } else { Reading::Unknown }
    }

    fn sees(&self, layer: Layer) -> bool {
        self.layers & bit(layer) != 0
    }
}

/// A layer in [`Traits::layers`].
pub(super) fn bit(layer: Layer) -> u32 {
    1 << layer as u32
}
