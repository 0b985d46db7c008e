//! The report as one HTML page that needs nothing else: no script, nothing loaded, light and dark, and fit for paper.
//!
//! The Markdown is converted; HTML in it would be shown as text, and the diagram is drawn, for Mermaid needs a script.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

use crate::model::REPORT_TITLE;

/// Colours follow the reader's system; tables and code scroll within their box.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--box:#f6f8fa;--link:#0969da;--bad:#cf222e;--good:#1a7f37;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--box:#161b22;--link:#4493f8;--bad:#f85149;--good:#3fb950;--paper:#0d1117}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 1.25rem}
h2{font-size:1.25rem;margin:2.2rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .6rem}
p,ul,ol,blockquote,pre,.wide{margin:0 0 .9rem}
li{margin:.25rem 0}
a{color:var(--link);overflow-wrap:anywhere}
code{font:.86em/1.5 ui-monospace,\"SF Mono\",Menlo,Consolas,monospace;background:var(--box);padding:.12em .35em;border-radius:4px;overflow-wrap:anywhere}
pre{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-x:auto}
pre code{background:none;padding:0;overflow-wrap:normal}
blockquote{border-left:4px solid var(--bad);padding:.1rem 0 .1rem 1rem}
blockquote p{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;min-width:50%}
th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:var(--box);white-space:nowrap}
td code{overflow-wrap:normal}
td[style*=right]{white-space:nowrap}
svg{max-width:100%;height:auto}
svg text{font:13px system-ui,-apple-system,\"Segoe UI\",sans-serif;fill:var(--ink)}
svg .soft{fill:var(--soft)}
svg .box{fill:var(--box);stroke:var(--line)}
svg .life{stroke:var(--line);stroke-dasharray:4 4}
svg .arrow{stroke:var(--ink);fill:none}
svg .tip{fill:var(--ink)}
svg .bad{stroke:var(--bad)}
svg text.bad{fill:var(--bad);stroke:none;font-weight:600}
svg .stop{fill:var(--paper);stroke:var(--bad);stroke-width:1.5}
@media print{main{max-width:none;padding:0}body{font-size:11pt}pre{white-space:pre-wrap;overflow-wrap:anywhere}h2,h3{break-after:avoid}tr,pre,blockquote,svg{break-inside:avoid}}
";

/// The page of a report. `diagram` replaces the source of the diagram.
pub(super) fn page(markdown: &str, diagram: Option<&str>) -> String {
    let mut body = String::with_capacity(markdown.len() * 2);
    pulldown_cmark::html::push_html(&mut body, events(markdown, diagram).into_iter());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{REPORT_TITLE}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// The events of the Markdown: HTML as text, tables in a box that scrolls, the diagram drawn.
fn events<'m>(markdown: &'m str, diagram: Option<&'m str>) -> Vec<Event<'m>> {
    let mut events = Vec::new();
    let mut in_diagram = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if &*language == "mermaid" && diagram.is_some() =>
            {
                in_diagram = true;
                events.extend(diagram.map(|drawn| Event::Html(CowStr::Borrowed(drawn))));
            }
            Event::End(TagEnd::CodeBlock) if in_diagram => in_diagram = false,
            _ if in_diagram => {}
            Event::Start(Tag::Table(_)) => {
                events.push(Event::Html("<div class=\"wide\">".into()));
                events.push(event);
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(Event::Html("</div>\n".into()));
            }
            _ => events.push(event),
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_the_text_stays_text() {
        let page = page("a <script>x</script> <b onclick=y>\n\n<img src=x>\n\n| a |\n| - |\n| <i> |\n", None);
        for tag in ["<script", "<b ", "<img", "<i>"] {
            assert!(!page.contains(tag), "{page}");
        }
        assert!(page.contains("&lt;script&gt;x"), "{page}");
        assert!(page.contains("<div class=\"wide\"><table>"), "{page}");
    }

    #[test]
    fn the_diagram_takes_the_place_of_its_source() {
        let page = page("```mermaid\nsequenceDiagram\n```\n\n```text\nkept\n```\n", Some("<svg></svg>"));
        assert!(
            page.contains("<svg></svg>") && !page.contains("sequenceDiagram") && page.contains("kept"),
            "{page}"
        );
    }
}
