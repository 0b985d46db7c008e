//! Python tracebacks: which exception counts, and where boxes and chains hide it.

/// A line of a traceback without the frame of an `ExceptionGroup` box.
struct Line<'t> {
    /// Column of the box's bar; `None` outside a box.
    bar: Option<usize>,
    /// What stands behind the bar.
    text: &'t str,
}

/// Whether a text is, or starts with, a traceback.
pub(super) fn starts(text: &str) -> bool {
    let first = text.trim_start();
    first.starts_with("Traceback (most recent call last)")
        || first.starts_with("+ Exception Group Traceback")
        || first.starts_with("Exception Group Traceback")
}

/// The exception a traceback is about, as type and first line of its message: of a chain the one printed last,
/// of an `ExceptionGroup` the innermost sub-exception (the first of those that lie equally deep).
pub(super) fn exception(text: &str) -> Option<(String, String)> {
    let (mut last, mut deepest) = (None, None::<(usize, (String, String))>);
    let (mut in_trace, mut behind_frame) = (false, false);
    for raw in text.lines() {
        let line = unbox(raw);
        if line.text.contains("Traceback (most recent call last)") {
            (in_trace, behind_frame) = (true, false);
            continue;
        }
        let is_frame = line.text.starts_with("  ") || line.text.starts_with('\t');
        if is_frame && line.text.trim_start().starts_with("File \"") {
            (in_trace, behind_frame) = (true, true);
            continue;
        }
        if is_frame && !(behind_frame && is_last_word(line.text)) {
            continue;
        }
        if !in_trace {
            continue;
        }
        if let Some(found) = parse(line.text.trim_start()) {
            match line.bar {
                Some(bar) if deepest.as_ref().is_none_or(|(depth, _)| bar > *depth) => {
                    deepest = Some((bar, found));
                }
                Some(_) => {}
                None => last = Some(found),
            }
            (in_trace, behind_frame) = (false, false);
        }
    }
    deepest.map(|(_, found)| found).or(last)
}

/// Some reports quote the exception itself with an indent: told from source code by its dotted type and colon.
fn is_last_word(text: &str) -> bool {
    let text = text.trim_start();
    let Some((kind, _)) = text.split_once(": ") else { return false };
    kind.contains('.') && is_type(kind)
}

fn unbox(raw: &str) -> Line<'_> {
    let indent = raw.len() - raw.trim_start_matches(' ').len();
    match raw[indent..].strip_prefix(['|', '+']) {
        Some(rest) if indent >= 2 => Line { bar: Some(indent), text: rest.strip_prefix(' ').unwrap_or(rest) },
        _ => Line { bar: None, text: raw },
    }
}

/// Splits `package.Type: message`; `None` when the line does not start with a type's name.
pub(super) fn parse(line: &str) -> Option<(String, String)> {
    let line = line.trim_end();
    let (kind, message) = line.split_once(": ").unwrap_or((line.strip_suffix(':').unwrap_or(line), ""));
    let kind = kind.strip_prefix("Exception Group ").unwrap_or(kind);
    is_type(kind).then(|| (kind.to_owned(), message.to_owned()))
}

fn is_type(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '<' || c == '>')
    };
    !text.is_empty() && parts.all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, String)> {
        exception(text)
    }

    #[test]
    fn of_a_chain_the_last_printed_exception_counts() {
        let chain = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    x()\nKeyError: 'X9'\n\n\
            The above exception was the direct cause of the following exception:\n\n\
            Traceback (most recent call last):\n  File \"b.py\", line 2, in g\n    y()\n    ^^^\n\
            pkg.errors.UnexpectedToolError: Error executing tool stock\n";
        assert_eq!(
            found(chain),
            Some(("pkg.errors.UnexpectedToolError".into(), "Error executing tool stock".into()))
        );
    }

    #[test]
    fn of_a_group_the_innermost_exception_counts() {
        let group = "  + Exception Group Traceback (most recent call last):\n  |   File \"a.py\", line 1, in f\n  |     x()\n\
            \x20 | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n  +-+---------------- 1 ----------------\n\
            \x20   | Traceback (most recent call last):\n    |   File \"b.py\", line 2, in g\n    |     raise ClosedResourceError\n\
            \x20   | anyio.ClosedResourceError\n    +------------------------------------\n";
        assert_eq!(found(group), Some(("anyio.ClosedResourceError".into(), String::new())));
    }

    #[test]
    fn source_lines_and_plain_text_are_no_exceptions() {
        assert_eq!(found("hello: world"), None);
        assert_eq!(
            found("Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    x: int = 1\n"),
            None
        );
        assert_eq!(
            found(
                "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n  urllib3.exceptions.ReadTimeoutError: Read timed out."
            ),
            Some(("urllib3.exceptions.ReadTimeoutError".into(), "Read timed out.".into()))
        );
    }
}
