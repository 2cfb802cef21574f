//! A web page with the entities highlighted, in the manner of spaCy's displaCy.

use std::io::{self, Write};

use super::Writer;
use super::layout::{self, Piece};
use crate::document::Document;

/// One self-contained page: no script, nothing loaded from elsewhere, every text
/// escaped; light or dark as the reader's system is, and readable on a phone.
pub struct Html;

const HEAD: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"zh\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<title>shiji</title>\n<style>\n",
    include_str!("html.css"),
    "</style>\n</head>\n<body>\n<main>\n"
);

const FOOT: &str = "</main>\n</body>\n</html>\n";

impl Writer for Html {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(HEAD.as_bytes())
    }

    fn document(&mut self, out: &mut dyn Write, document: &Document) -> io::Result<()> {
        let lines = layout::lines(document)?;
        let (headline, body) = match &document.title {
            Some(_) => lines.split_at(1),
            None => lines.split_at(0),
        };
        writeln!(out, "<article data-id=\"{}\">", escape(&document.id))?;
        for line in headline {
            writeln!(out, "<h2>{}</h2>", marked(line))?;
        }
        writeln!(out, "<p class=\"origin\">{}</p>", origin(document))?;
        for line in body.iter().filter(|line| !line.is_empty()) {
            writeln!(out, "<p>{}</p>", marked(line))?;
        }
        write_forms(out, document)?;
        writeln!(out, "</article>")
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(FOOT.as_bytes())
    }
}

fn marked(line: &[Piece]) -> String {
    let pieces = line.iter().map(|piece| {
        let text = escape(piece.text);
        match piece.mention {
            None => text,
            Some(mention) => format!(
                "<mark class=\"{kind}\" title=\"{kind} {confidence:.1} %\">{text}<b>{kind}</b></mark>",
                kind = mention.kind,
                confidence = mention.confidence * 100.0,
            ),
        }
    });
    pieces.collect()
}

fn origin(document: &Document) -> String {
    let mut parts = Vec::new();
    if let Some(published) = document.published {
        parts.push(format!("<time datetime=\"{published}\">{published}</time>"));
    }
    parts.extend(document.source.as_deref().map(escape));
    // Other schemes (javascript:, data:) would run what the corpus says.
    parts.extend(document.url.as_deref().map(|url| {
        let shown = escape(url);
        if url.starts_with("https://") || url.starts_with("http://") {
            format!("<a href=\"{shown}\" rel=\"noopener noreferrer\">{shown}</a>")
        } else {
            shown
        }
    }));
    if parts.is_empty() {
        parts.push(escape(&document.id));
    }
    parts.join(" · ")
}

fn write_forms(out: &mut dyn Write, document: &Document) -> io::Result<()> {
    let forms = layout::forms(document);
    if forms.is_empty() {
        return Ok(());
    }
    writeln!(out, "<dl>")?;
    for (kind, forms) in forms {
        let forms = forms.iter().map(|(form, count)| match count {
            1 => escape(form),
            _ => format!("{} <small>×{count}</small>", escape(form)),
        });
        let forms: Vec<String> = forms.collect();
        writeln!(
            out,
            "<dt class=\"{kind}\">{kind}</dt><dd>{}</dd>",
            forms.join(", ")
        )?;
    }
    writeln!(out, "</dl>")
}

/// Text that is safe between tags and inside quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() && c != '\t' && c != '\n' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::tests::{document, rendered};
    use super::*;
    use crate::document::EntityType::{Location, Person};

    #[test]
    fn mentions_are_marked_in_headline_and_body() {
        let html = rendered(
            Html,
            &document(
                "董军访美\n董军说。",
                &[("董军", Person), ("美", Location), ("董军", Person)],
            ),
        );
        assert!(html.contains(
            "<h2><mark class=\"PER\" title=\"PER 99.8 %\">董军<b>PER</b></mark>访<mark class=\"LOC\""
        ));
        assert!(html.contains("<dt class=\"PER\">PER</dt><dd>董军 <small>×2</small></dd>"));
        assert!(html.contains("<a href=\"https://example.org/1?a=1&amp;b=2\""));
        assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
    }

    #[test]
    fn everything_is_escaped() {
        let mut document = document("<script>\n<b>&\"'", &[("<b>", Person)]);
        document.id = "\"><script>".into();
        document.source = Some("<script>".into());
        document.url = Some("javascript:alert('<script>')".into());
        let html = rendered(Html, &document);
        assert!(
            !html.contains("<script") && !html.contains("<b>&") && !html.contains("href"),
            "{html}"
        );
        assert!(
            html.contains("&lt;b&gt;<b>PER</b></mark>&amp;&quot;&#39;"),
            "{html}"
        );
    }
}
