//! OTLP/JSON: spans and log records below the resource and scope they share.

use super::builder::Builder;
use super::scan::{Step, value_end};
use crate::model::{Context, Escape, Format, Hint};

/// The keys of one signal, outermost first.
struct Levels {
    resources: &'static [u8],
    scopes: &'static [u8],
    items: &'static [u8],
    hint: Hint,
}

const SPANS: Levels =
    Levels { resources: b"resourceSpans", scopes: b"scopeSpans", items: b"spans", hint: Hint::OtlpSpan };
const LOGS: Levels =
    Levels { resources: b"resourceLogs", scopes: b"scopeLogs", items: b"logRecords", hint: Hint::OtlpLog };

impl<'a> Builder<'a> {
    /// One `ExportTraceServiceRequest` or `ExportLogsServiceRequest`.
    pub(super) fn otlp(&mut self, start: usize) -> Step<usize> {
        self.tally.note(Format::OtlpJson);
        self.each_member(start, |builder, key, at| {
            let Some(levels) = [&SPANS, &LOGS].into_iter().find(|levels| levels.resources == key) else {
                return Ok(None);
            };
            builder.each_element(at, |builder, at| builder.resource(levels, at)).map(Some)
        })
    }

    fn resource(&mut self, levels: &'static Levels, start: usize) -> Step<usize> {
        let each = |builder: &mut Self, resource: Option<&'a [u8]>, at: usize| {
            builder.each_element(at, |builder, at| builder.scope(levels, resource, at))
        };
        self.shared(start, b"resource", levels.scopes, each)
    }

    fn scope(&mut self, levels: &'static Levels, resource: Option<&'a [u8]>, start: usize) -> Step<usize> {
        self.shared(start, b"scope", levels.items, |builder, scope, at| {
            let inherited = inherited(resource, scope);
            let context =
                builder.new_context(Context { hint: Some(levels.hint), inherited, ..Context::default() });
            builder.each_element(at, |builder, at| {
                let end = value_end(builder.bytes, at)?;
                builder.push(at..end, Escape::None, None, context);
                Ok(end)
            })
        })
    }

    /// Walks the object at `start`, whose member `common` belongs to all elements of its member `list`. Writers
    /// put `common` first; when they do not, the list waits.
    fn shared(
        &mut self,
        start: usize,
        common: &[u8],
        list: &[u8],
        mut each: impl FnMut(&mut Self, Option<&'a [u8]>, usize) -> Step<usize>,
    ) -> Step<usize> {
        let bytes = self.bytes;
        let mut seen = None;
        let mut waiting = Vec::new();
        let end = self.each_member(start, |builder, key, at| {
            if key == common {
                let end = value_end(bytes, at)?;
                seen = Some(&bytes[at..end]);
                Ok(Some(end))
            } else if key == list && seen.is_some() {
                each(builder, seen, at).map(Some)
            } else {
                if key == list {
                    waiting.push(at);
                }
                Ok(None)
            }
        });
        for at in waiting {
            each(self, seen, at)?;
        }
        end
    }
}

/// The enclosing parts as one object.
fn inherited(resource: Option<&[u8]>, scope: Option<&[u8]>) -> Option<String> {
    let part = |name: &str, value: Option<&[u8]>| {
        value.map(|value| format!("\"{name}\":{}", String::from_utf8_lossy(value)))
    };
    let parts: Vec<_> = [part("resource", resource), part("scope", scope)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{{{}}}", parts.join(",")))
}
