//! A text with headings and lists, for a report or a wiki.

use std::io::{self, Write};

use super::super::lang::Lang;
use super::super::markup::web_address;
use super::super::role::by_use;
use super::Timeline;
use crate::timeline::{ArticleRef, DateSource, EntityRef, Event};

/// Articles that are linked below an event.
const MAX_LINKS: usize = 5;

pub(super) fn write(out: &mut dyn Write, timelines: &[Timeline], lang: Lang) -> io::Result<()> {
    for (at, timeline) in timelines.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        one(out, timeline, lang)?;
    }
    Ok(())
}

fn one(out: &mut dyn Write, timeline: &Timeline, lang: Lang) -> io::Result<()> {
    let entity = &timeline.entity;
    writeln!(out, "# {}\n", plain(lang.name(entity)))?;
    if let (Some(from), Some(to)) = (timeline.from, timeline.to) {
        write!(out, "{} · ", lang.days(from, to))?;
    }
    writeln!(
        out,
        "{} · {} · {}\n",
        lang.articles(timeline.articles),
        lang.mentions(timeline.mentions),
        lang.outlets(timeline.sources)
    )?;
    if !timeline.bursts.is_empty() {
        writeln!(out, "## {}\n", lang.bursts())?;
        for burst in &timeline.bursts {
            let days = lang.days(burst.start, burst.end);
            writeln!(
                out,
                "- **{days}** ({}): {}",
                lang.articles(burst.articles),
                plain(&lang.terms(&burst.terms))
            )?;
        }
        writeln!(out)?;
    }
    if !timeline.events.is_empty() {
        writeln!(out, "## {}\n", lang.events())?;
        for event in &timeline.events {
            write_event(out, event, lang)?;
        }
    }
    if !timeline.companions.is_empty() {
        let name = |entity: &EntityRef| plain(lang.name_of(entity));
        let names: Vec<String> = timeline
            .companions
            .iter()
            .map(|c| format!("{} ({})", name(&c.entity), c.articles))
            .collect();
        writeln!(out, "## {}\n\n{}\n", lang.companions(), names.join("、"))?;
    }
    if !timeline.roles.is_empty() {
        writeln!(out, "## {}\n", lang.roles())?;
        for role in by_use(&timeline.roles).0 {
            let of = role.of.as_deref().unwrap_or_default();
            let period = match (role.first, role.last) {
                (Some(first), Some(last)) => lang.days(first, last),
                _ => lang.former().to_owned(),
            };
            writeln!(
                out,
                "- {}{}: {period} ({})",
                plain(of),
                plain(&role.title),
                lang.articles(role.articles)
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_event(out: &mut dyn Write, event: &Event, lang: Lang) -> io::Result<()> {
    write!(out, "### {}\n\n", lang.date(event))?;
    for sentence in &event.sentences {
        writeln!(out, "> {}\n>", plain(&sentence.text))?;
    }
    let source = match event.date_source {
        DateSource::Text => String::new(),
        DateSource::Published => format!(" · {}", lang.published()),
    };
    writeln!(
        out,
        "> {} · {}{source}\n",
        lang.articles(event.count as u64),
        lang.outlets(event.sources as u64)
    )?;
    for article in event.articles.iter().take(MAX_LINKS) {
        writeln!(out, "- {}", article_link(article, lang))?;
    }
    if event.articles.len() > MAX_LINKS {
        writeln!(out, "- … +{}", event.articles.len() - MAX_LINKS)?;
    }
    writeln!(out)
}

fn article_link(article: &ArticleRef, lang: Lang) -> String {
    let title = plain(article.title.as_deref().unwrap_or(lang.untitled()));
    let source = article
        .source
        .as_deref()
        .map(|source| format!(", {}", plain(source)))
        .unwrap_or_default();
    match article.url.as_deref().and_then(web_address) {
        Some(url) => format!(
            "[{title}](<{}>){source}",
            url.replace(['<', '>', ' ', '\n', '\r', '\\'], "")
        ),
        None => format!("{title}{source}"),
    }
}

/// Text that Markdown takes for nothing else.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => escaped.push(' '),
            _ if c.is_ascii_punctuation() && !matches!(c, ',' | '%' | '"' | '\'' | ':' | ';' | '/') => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_of_the_corpus_is_text() {
        assert_eq!(
            plain("# <b>[x](y)</b>\n`z`"),
            "\\# \\<b\\>\\[x\\]\\(y\\)\\</b\\> \\`z\\`"
        );
        let article = |url: &str| ArticleRef {
            id: "a".to_owned(),
            title: Some("题]".to_owned()),
            url: Some(url.to_owned()),
            source: None,
            published: None,
        };
        assert_eq!(article_link(&article("javascript:x"), Lang::Chinese), "题\\]");
        assert_eq!(
            article_link(&article("http://a/b>c"), Lang::Chinese),
            "[题\\]](<http://a/bc>)"
        );
    }
}
