//! What a web page says about itself: title, date, address, outlet.

use std::collections::HashMap;

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{Html, Node};
use serde_json::Value;

use super::dom::Block;
use super::{date, dom};
use crate::document::Published;

/// Names of `<meta>` tags with the title, best first.
const TITLES: &[&str] = &["og:title", "twitter:title", "articletitle", "dc.title"];
/// Names of `<meta>` tags with the date of publication.
const DATES: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "datepublished",
    "og:release_date",
    "publishdate",
    "pubdate",
    "publish-date",
    "publish_date",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dc.date",
    "firstpublishedtime",
    "weibo: article:create_at",
    "weibo:article:create_at",
    "date",
];
/// Names of `<meta>` tags with the outlet.
const SITES: &[&str] = &[
    "og:site_name",
    "application-name",
    "source",
    "dc.publisher",
    "apple-mobile-web-app-title",
];
/// Types of JSON-LD objects that describe the article.
const ARTICLE_TYPES: &[&str] = &[
    "Article",
    "NewsArticle",
    "ReportageNewsArticle",
    "BlogPosting",
    "WebPage",
];

/// What the page says about itself.
#[derive(Default)]
pub(super) struct Facts {
    meta: HashMap<String, String>,
    canonical: Option<String>,
    headline: Option<String>,
    title: Option<String>,
    linked_headline: Option<String>,
    linked_date: Option<String>,
    times: Vec<String>,
}

impl Facts {
    pub(super) fn collect(page: &Html) -> Self {
        let mut facts = Self::default();
        for node in page.tree.root().descendants() {
            if let Some(element) = node.value().as_element() {
                facts.add(node, element);
            }
        }
        facts
    }

    fn add(&mut self, node: NodeRef<'_, Node>, element: &Element) {
        match element.name() {
            "meta" => self.add_meta(element),
            "link" if element.attr("rel") == Some("canonical") => {
                self.canonical = self.canonical.take().or(element.attr("href").map(str::to_owned));
            }
            "title" => {
                self.title.get_or_insert_with(|| dom::text_of(node));
            }
            "h1" => {
                self.headline.get_or_insert_with(|| dom::text_of(node));
            }
            "script" if element.attr("type") == Some("application/ld+json") => {
                self.add_linked_data(&source(node))
            }
            "time" => self.times.extend(element.attr("datetime").map(str::to_owned)),
            _ if element.attr("itemprop") == Some("datePublished") => {
                let time = element
                    .attr("content")
                    .or(element.attr("datetime"))
                    .map(str::to_owned);
                self.meta
                    .entry("datepublished".into())
                    .or_insert_with(|| time.unwrap_or_else(|| dom::text_of(node)));
            }
            _ if is_date_element(element) => self.times.extend(date_in(&dom::text_of(node))),
            _ => {}
        }
    }

    fn add_meta(&mut self, element: &Element) {
        let name = ["property", "name", "itemprop"]
            .into_iter()
            .find_map(|attribute| element.attr(attribute));
        if let (Some(name), Some(content)) = (
            name,
            element
                .attr("content")
                .filter(|content| !content.trim().is_empty()),
        ) {
            self.meta
                .entry(name.to_lowercase())
                .or_insert_with(|| content.trim().to_owned());
        }
    }

    /// JSON-LD: an object, an array, or an object with `@graph`.
    fn add_linked_data(&mut self, json: &str) {
        let Ok(data) = serde_json::from_str::<Value>(json.trim()) else {
            return;
        };
        let graph = data.get("@graph").unwrap_or(&data);
        let objects = graph
            .as_array()
            .map_or(std::slice::from_ref(graph), Vec::as_slice);
        for object in objects.iter().filter(|object| is_article_type(object)) {
            let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
            self.linked_headline = self.linked_headline.take().or_else(|| text("headline"));
            self.linked_date = self.linked_date.take().or_else(|| text("datePublished"));
        }
    }

    fn meta(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.meta.get(*name)).cloned()
    }

    pub(super) fn site(&self) -> Option<String> {
        self.meta(SITES)
    }

    pub(super) fn title(&self) -> Option<String> {
        let candidates = [
            self.meta(TITLES),
            self.linked_headline.clone(),
            self.headline.clone(),
            self.title.clone(),
        ];
        candidates
            .into_iter()
            .flatten()
            .find(|title| !title.trim().is_empty())
    }

    pub(super) fn url(&self) -> Option<String> {
        let url = self.canonical.clone().or_else(|| self.meta(&["og:url"]));
        url.filter(|url| url.contains("://"))
    }

    pub(super) fn published(&self) -> Option<Published> {
        let stated = DATES
            .iter()
            .filter_map(|name| self.meta.get(*name))
            .chain(&self.linked_date);
        stated.chain(&self.times).find_map(|text| date::parse_local(text))
    }
}

fn source(node: NodeRef<'_, Node>) -> String {
    node.descendants()
        .filter_map(|node| node.value().as_text())
        .map(|text| &**text)
        .collect()
}

fn is_article_type(object: &Value) -> bool {
    let named = |name: &Value| name.as_str().is_some_and(|name| ARTICLE_TYPES.contains(&name));
    object
        .get("@type")
        .is_some_and(|kind| named(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(named)))
}

/// An element whose class or id says that it holds the time of publication.
fn is_date_element(element: &Element) -> bool {
    const NAMES: &[&str] = &["date", "time", "pubtime", "pub_date", "publish", "datetime"];
    let named = |value: &str| {
        let value = value.to_lowercase();
        NAMES
            .iter()
            .any(|name| value.split([' ', '-', '_']).any(|word| word == *name) || value.ends_with(name))
    };
    matches!(element.name(), "span" | "div" | "p" | "em" | "i" | "td")
        && [element.attr("class"), element.attr("id")]
            .into_iter()
            .flatten()
            .any(named)
}

/// The first date in a short line of the upper part of the page.
pub(super) fn visible_date(blocks: &[Block]) -> Option<Published> {
    let lines = blocks.iter().take(80).filter(|block| block.length <= 60);
    lines
        .filter_map(|block| date_in(&block.text))
        .find_map(|text| date::parse_local(&text))
}

/// The date, with its time, that a short text such as `发布时间：2024年4月17日
/// 09:05 来源：…` begins with.
fn date_in(text: &str) -> Option<String> {
    if text.chars().count() > 100 {
        return None;
    }
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let is_part = |c: char| c.is_ascii_digit() || "-/.:年月日时分 T+Z：".contains(c);
    let end = text[start..]
        .find(|c| !is_part(c))
        .map_or(text.len(), |at| start + at);
    let stamp = text[start..end].trim();
    (stamp.len() >= 8).then(|| stamp.to_owned())
}
