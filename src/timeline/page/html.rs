//! The page.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;

use super::super::lang::Lang;
use super::super::markup::{escape, highlighted, link};
use super::policy::policy;
use super::svg::{COLORS as LINE_COLORS, NARROW, WIDE, draw};
use crate::text::fold;
use crate::timeline::{Burst, DateSource, EntityInfo, Event, Timeline};

const STYLE: &str = concat!(include_str!("colors.css"), include_str!("page.css"));
const SCRIPT: &str = include_str!("page.js");

/// Articles that are shown with an event at once, and those that unfold.
const MAX_LINKS: usize = 2;
const MAX_FOLDED_LINKS: usize = 40;

/// Bursts that are shown at once, the strongest; the others unfold.
const MAX_BURSTS: usize = 8;

/// Forms of the name that are shown.
const MAX_VARIANTS: usize = 16;

/// The page of one timeline, or of several to be compared: one file with everything in
/// it, whose script (searching, filtering, keys) can be left out.
pub fn html(timelines: &[Timeline], lang: Lang) -> String {
    let mut page = Page {
        lang,
        html: String::new(),
        is_comparison: timelines.len() > 1,
    };
    page.head(timelines);
    page.html.push_str("<main>\n");
    page.title(timelines);
    page.picture(timelines);
    page.bursts(timelines);
    page.events(timelines);
    page.tables(timelines);
    page.html.push_str("</main>\n");
    let _ = write!(page.html, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    page.html
}

pub(super) struct Page {
    pub(super) lang: Lang,
    pub(super) html: String,
    pub(super) is_comparison: bool,
}

impl Page {
    pub(super) fn add(&mut self, html: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.html.write_fmt(html);
    }

    fn head(&mut self, timelines: &[Timeline]) {
        let names: Vec<&str> = timelines
            .iter()
            .map(|timeline| self.lang.name(&timeline.entity))
            .collect();
        let kind = if self.is_comparison {
            self.lang.comparison()
        } else {
            self.lang.timeline()
        };
        self.add(format_args!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"generator\" content=\"shiji {}\">\n\
             <title>{} · {kind}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#events\">{}</a>\n",
            self.lang.code(),
            policy(STYLE, SCRIPT),
            env!("CARGO_PKG_VERSION"),
            escape(&names.join(" · ")),
            self.lang.skip(),
        ));
    }

    fn title(&mut self, timelines: &[Timeline]) {
        let lang = self.lang;
        self.html.push_str("<header>\n");
        for timeline in timelines {
            let entity = &timeline.entity;
            self.add(format_args!(
                "<h1>{} <small>{} · {}</small></h1>\n",
                escape(lang.name(entity)),
                escape(lang.kind(&entity.kind)),
                escape(&entity.id)
            ));
            let names = other_names(entity, lang);
            if !names.is_empty() {
                let names: Vec<String> = names.into_iter().map(escape).collect();
                self.add(format_args!(
                    "<p class=\"names\">{}: {}</p>\n",
                    lang.also_called(),
                    names.join(" · ")
                ));
            }
            let mut facts = vec![
                lang.articles(timeline.articles),
                lang.mentions(timeline.mentions),
                lang.outlets(timeline.sources),
                lang.event_count(timeline.events.len()),
            ];
            if let (Some(from), Some(to)) = (timeline.from, timeline.to) {
                facts.insert(0, lang.days(from, to));
            }
            if timeline.undated > 0 {
                facts.push(format!("{} {}", lang.articles(timeline.undated), lang.no_date()));
            }
            self.add(format_args!("<p class=\"facts\">{}</p>\n", facts.join(" · ")));
        }
        self.html.push_str("</header>\n");
    }

    fn picture(&mut self, timelines: &[Timeline]) {
        let wide = draw(timelines, self.lang, WIDE, Some("#e"));
        if wide.is_empty() {
            return;
        }
        let narrow = draw(timelines, self.lang, NARROW, Some("#e"));
        self.add(format_args!(
            "<div class=\"picture\"><div class=\"wide\">{wide}</div><div class=\"narrow\">{narrow}</div></div>\n"
        ));
        if self.is_comparison {
            self.html.push_str("<ul class=\"legend\">\n");
            for (number, timeline) in timelines.iter().enumerate() {
                self.add(format_args!(
                    "<li><svg width=\"34\" height=\"8\" aria-hidden=\"true\"><path class=\"line c{}\" d=\"M0 4H34\"/></svg>{}</li>\n",
                    number % LINE_COLORS,
                    escape(self.lang.name(&timeline.entity))
                ));
            }
            self.html.push_str("</ul>\n");
        }
    }

    fn bursts(&mut self, timelines: &[Timeline]) {
        if timelines.iter().all(|timeline| timeline.bursts.is_empty()) {
            return;
        }
        let mut bursts: Vec<(&Timeline, &Burst)> = timelines
            .iter()
            .flat_map(|timeline| timeline.bursts.iter().map(move |burst| (timeline, burst)))
            .collect();
        bursts.sort_by(|a, b| b.1.strength.total_cmp(&a.1.strength));
        let mut weaker = bursts.split_off(bursts.len().min(MAX_BURSTS));
        self.add(format_args!("<h2>{}</h2>\n", self.lang.bursts()));
        self.burst_list(&mut bursts);
        if !weaker.is_empty() {
            self.add(format_args!(
                "<details><summary>{} +{}</summary>\n",
                self.lang.more(),
                weaker.len()
            ));
            self.burst_list(&mut weaker);
            self.html.push_str("</details>\n");
        }
    }

    /// In the order of time.
    fn burst_list(&mut self, bursts: &mut [(&Timeline, &Burst)]) {
        bursts.sort_by_key(|(_, burst)| burst.start);
        self.html.push_str("<ul class=\"bursts\">\n");
        for (timeline, burst) in bursts {
            self.burst(burst, timeline);
        }
        self.html.push_str("</ul>\n");
    }

    fn burst(&mut self, burst: &Burst, timeline: &Timeline) {
        let who = self.who(timeline);
        self.add(format_args!(
            "<li><button type=\"button\" data-burst data-from=\"{}\" data-to=\"{}\">{}</button> {who}<small>{} · {} {:.0}</small> {}</li>\n",
            burst.start,
            burst.end,
            self.lang.days(burst.start, burst.end),
            self.lang.articles(burst.articles),
            self.lang.strength(),
            burst.strength,
            escape(&self.lang.terms(&burst.terms))
        ));
    }

    /// Whose it is, where several are compared.
    fn who(&self, timeline: &Timeline) -> String {
        if !self.is_comparison {
            return String::new();
        }
        format!(
            "<span class=\"who\">{}</span> ",
            escape(self.lang.name(&timeline.entity))
        )
    }

    fn events(&mut self, timelines: &[Timeline]) {
        let numbered = timelines
            .iter()
            .flat_map(|timeline| timeline.events.iter().map(move |event| (timeline, event)));
        let mut events: Vec<(usize, &Timeline, &Event)> = numbered
            .enumerate()
            .map(|(number, (timeline, event))| (number, timeline, event))
            .collect();
        if self.is_comparison {
            let newest_first = timelines.iter().any(|timeline| {
                timeline
                    .events
                    .first()
                    .zip(timeline.events.last())
                    .is_some_and(|(a, b)| a.first > b.first)
            });
            events.sort_by_key(|(_, _, event)| event.first);
            if newest_first {
                events.reverse();
            }
        }
        self.add(format_args!(
            "<h2 id=\"events\" tabindex=\"-1\">{}</h2>\n",
            self.lang.events()
        ));
        self.bar(&events);
        for year in events.chunk_by(|a, b| a.2.first.year() == b.2.first.year()) {
            self.add(format_args!(
                "<section class=\"of-year\">\n<p class=\"year\">{}</p>\n",
                year[0].2.first.year()
            ));
            for (number, timeline, event) in year {
                self.event(*number, timeline, event);
            }
            self.html.push_str("</section>\n");
        }
        self.add(format_args!(
            "<p id=\"nothing\" hidden>{}</p>\n",
            self.lang.nothing()
        ));
    }

    fn bar(&mut self, events: &[(usize, &Timeline, &Event)]) {
        let lang = self.lang;
        let count = lang.event_count(0).replace('0', "{}");
        let all = count.replace("{}", &events.len().to_string());
        self.add(format_args!(
            "<div class=\"bar\" id=\"bar\" role=\"search\" data-fold=\"{}\" data-count=\"{count}\" hidden>\n\
             <input type=\"search\" id=\"query\" placeholder=\"{}\" aria-label=\"{}\" autocomplete=\"off\">\n\
             <label>{} <input type=\"date\" id=\"from\"></label>\n<label>{} <input type=\"date\" id=\"to\"></label>\n\
             <select id=\"dates\" aria-label=\"{}\"><option value=\"\">{}</option><option value=\"text\">{}</option><option value=\"published\">{}</option></select>\n\
             <label><input type=\"checkbox\" id=\"outlets\">{}</label>\n<button type=\"button\" id=\"clear\">{}</button>\n\
             <output id=\"count\" aria-live=\"polite\">{all}</output>\n</div>\n<p class=\"keys\" id=\"keys\" hidden>{}</p>\n",
            escape(&folding(events)),
            lang.search_hint(),
            lang.search(),
            lang.from(),
            lang.to(),
            lang.all_dates(),
            lang.all_dates(),
            lang.named_dates(),
            lang.published_dates(),
            lang.more_outlets(),
            lang.reset(),
            lang.keys(),
        ));
    }

    /// Not an item of a list: browsers renumber a list each time one is hidden, which takes
    /// minutes with thousands.
    fn event(&mut self, number: usize, timeline: &Timeline, event: &Event) {
        let lang = self.lang;
        let mut facts = vec![lang.articles(event.count as u64)];
        if event.sources > 1 {
            facts.push(lang.outlets(event.sources as u64));
        }
        if event.date_source == DateSource::Published {
            facts.push(lang.published().to_owned());
        }
        let who = self.who(timeline);
        self.add(format_args!(
            "<article class=\"event\" id=\"e{number}\" tabindex=\"-1\" data-from=\"{}\" data-to=\"{}\" data-source=\"{}\" data-outlets=\"{}\">\n\
             <h3><time datetime=\"{}\">{}</time>{who}<span class=\"facts\">{}</span></h3>\n<blockquote>\n",
            event.first,
            event.last,
            event.date_source.as_str(),
            event.sources,
            escape(&event.date),
            lang.date(event),
            facts.join(" · "),
        ));
        for sentence in &event.sentences {
            self.add(format_args!(
                "<p>{}</p>\n",
                highlighted(&sentence.text, &sentence.mentions)
            ));
        }
        self.html.push_str("</blockquote>\n");
        if !event.entities.is_empty() {
            self.add(format_args!(
                "<div class=\"chips\" aria-label=\"{}\">",
                lang.with()
            ));
            for entity in &event.entities {
                self.add(format_args!(
                    "<span class=\"chip {}\">{}</span>",
                    class(&entity.kind),
                    escape(lang.name_of(entity))
                ));
            }
            self.html.push_str("</div>\n");
        }
        self.links(event);
        self.html.push_str("</article>\n");
    }

    /// Links to the articles; of those that an outlet published again under the same
    /// headline, one is enough.
    fn links(&mut self, event: &Event) {
        let mut seen = HashSet::new();
        let articles: Vec<_> = event
            .articles
            .iter()
            .filter(|article| seen.insert((&article.title, &article.source)))
            .collect();
        let (shown, folded) = articles.split_at(articles.len().min(MAX_LINKS));
        self.html.push_str("<ul>\n");
        for article in shown {
            self.add(format_args!("<li>{}</li>\n", link(article)));
        }
        self.html.push_str("</ul>\n");
        if folded.is_empty() {
            return;
        }
        self.add(format_args!(
            "<details><summary>{} +{}</summary><ul>\n",
            self.lang.sources(),
            folded.len()
        ));
        for article in folded.iter().take(MAX_FOLDED_LINKS) {
            self.add(format_args!("<li>{}</li>\n", link(article)));
        }
        if folded.len() > MAX_FOLDED_LINKS {
            self.add(format_args!("<li>… +{}</li>\n", folded.len() - MAX_FOLDED_LINKS));
        }
        self.html.push_str("</ul></details>\n");
    }
}

/// What else an entity is called: its names, then what the corpus calls it, without forms
/// that differ in width or kind of dot alone.
fn other_names(entity: &EntityInfo, lang: Lang) -> Vec<&str> {
    let names = [
        Some(entity.name.as_str()),
        entity.name_hant.as_deref(),
        entity.name_en.as_deref(),
    ];
    let variants = entity
        .variants
        .iter()
        .take(MAX_VARIANTS)
        .map(|variant| variant.text.as_str());
    let mut seen: Vec<String> = vec![shape(lang.name(entity))];
    let mut others = Vec::new();
    for name in names.into_iter().flatten().chain(variants) {
        let shape = shape(name);
        if !seen.contains(&shape) {
            seen.push(shape);
            others.push(name);
        }
    }
    others
}

/// Letters as they are, so that both scripts are shown; all else folded.
fn shape(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_alphabetic() { c } else { fold(c) })
        .collect()
}

/// The types have colours of their own; a name from a record is no class.
pub(super) fn class(kind: &str) -> &'static str {
    match kind {
        "PER" => "PER",
        "LOC" => "LOC",
        "ORG" => "ORG",
        _ => "topic",
    }
}

/// Each character of the events that is not in its simplified form, with that form: what
/// the page needs to find 郑 where the text has 鄭.
fn folding(events: &[(usize, &Timeline, &Event)]) -> String {
    let mut pairs = BTreeSet::new();
    for (_, _, event) in events {
        let titles = event
            .articles
            .iter()
            .filter_map(|article| article.title.as_deref());
        for text in event
            .sentences
            .iter()
            .map(|sentence| sentence.text.as_str())
            .chain(titles)
        {
            pairs.extend(text.chars().filter(|c| fold(*c) != *c && c.is_alphabetic()));
        }
    }
    pairs.into_iter().flat_map(|c| [c, fold(c)]).collect()
}
