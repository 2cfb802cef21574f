//! Web pages: the article's text and its particulars.

use std::collections::HashMap;

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};
use serde_json::Value;

use super::dom::Block;
use super::{date, dom, furniture, outlets};
use crate::document::{Article, Published};

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

/// Reads a page; the article's `id` is left empty.
pub(super) fn parse(text: &str) -> Article {
    let page = Html::parse_document(text);
    let facts = Facts::collect(&page);
    let url = facts.url();
    let site = facts.meta(SITES);
    let source = site
        .clone()
        .or_else(|| url.as_deref().and_then(outlets::source_of));
    let title = facts
        .title()
        .map(|title| outlets::clean_title(&title, site.as_deref()));
    let title = title.filter(|title| !title.is_empty());
    let lines = furniture::article_lines(main_blocks(&page), title.as_deref());
    Article {
        id: String::new(),
        url,
        source,
        title,
        published: facts.published(),
        body: lines.join("\n"),
    }
}

/// What the page says about itself.
#[derive(Default)]
struct Facts {
    meta: HashMap<String, String>,
    canonical: Option<String>,
    headline: Option<String>,
    title: Option<String>,
    linked_headline: Option<String>,
    linked_date: Option<String>,
    times: Vec<String>,
}

impl Facts {
    fn collect(page: &Html) -> Self {
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

    fn title(&self) -> Option<String> {
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

    fn url(&self) -> Option<String> {
        let url = self.canonical.clone().or_else(|| self.meta(&["og:url"]));
        url.filter(|url| url.contains("://"))
    }

    fn published(&self) -> Option<Published> {
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

/// How much of a page's text an element must hold to be its main part.
const DOMINANCE: f64 = 0.8;

/// The blocks of the page's main part.
///
/// Every block weighs as much as it has text that is not linked. If the page
/// marks its article (`<article>`, `itemprop="articleBody"`, `<main>`) and the
/// mark holds half of the weight, that is it; else the innermost element is
/// taken that holds most of the weight.
fn main_blocks(page: &Html) -> Vec<Block> {
    let root = page.tree.root();
    let blocks = dom::blocks(root);
    let mut weights: HashMap<NodeId, f64> = HashMap::new();
    let mut total = 0.0;
    for block in &blocks {
        let weight = weight(block);
        total += weight;
        let container = page.tree.get(block.container);
        for node in container
            .into_iter()
            .flat_map(|node| std::iter::once(node).chain(node.ancestors()))
        {
            *weights.entry(node.id()).or_default() += weight;
        }
    }
    let weight_of = |node: NodeRef<'_, Node>| weights.get(&node.id()).copied().unwrap_or_default();
    let marked = [is_body_mark, is_article_mark, is_main_mark]
        .into_iter()
        .find_map(|is_mark| {
            let nodes = root
                .descendants()
                .filter(|node| node.value().as_element().is_some_and(is_mark));
            let heaviest = nodes.max_by(|a, b| weight_of(*a).total_cmp(&weight_of(*b)))?;
            (weight_of(heaviest) >= total / 2.0 && total > 0.0).then_some(heaviest)
        });
    let main = marked.unwrap_or_else(|| innermost(root, total, &weight_of));
    let inside = |block: &Block| {
        let container = page.tree.get(block.container);
        container.is_some_and(|node| node == main || node.ancestors().any(|ancestor| ancestor == main))
    };
    let is_text = |block: &Block| block.linked * 2 <= block.length || block.is_link();
    blocks
        .into_iter()
        .filter(|block| inside(block) && is_text(block))
        .collect()
}

/// Characters outside of links; short lines (menus, labels) count for little.
fn weight(block: &Block) -> f64 {
    let plain = (block.length - block.linked) as f64;
    if plain < 15.0 { plain * 0.1 } else { plain }
}

fn innermost<'p>(
    root: NodeRef<'p, Node>,
    total: f64,
    weight_of: &impl Fn(NodeRef<'_, Node>) -> f64,
) -> NodeRef<'p, Node> {
    let mut main = root;
    loop {
        let children = main.children().filter(|node| node.value().is_element());
        match children.max_by(|a, b| weight_of(*a).total_cmp(&weight_of(*b))) {
            Some(child) if total > 0.0 && weight_of(child) >= DOMINANCE * total && !is_paragraph(child) => {
                main = child
            }
            _ => return main,
        }
    }
}

fn is_paragraph(node: NodeRef<'_, Node>) -> bool {
    node.value()
        .as_element()
        .is_some_and(|element| element.name() == "p")
}

fn is_body_mark(element: &Element) -> bool {
    element.attr("itemprop") == Some("articleBody")
}

fn is_article_mark(element: &Element) -> bool {
    element.name() == "article"
}

fn is_main_mark(element: &Element) -> bool {
    element.name() == "main" || element.attr("role") == Some("main")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<p>第一段说的是部长王小明访问甲地，双方谈了很久。</p><p>第二段，讲会谈之后的情况，篇幅要长一些才像文章。</p>";
    const LINES: &str =
        "第一段说的是部长王小明访问甲地，双方谈了很久。\n第二段，讲会谈之后的情况，篇幅要长一些才像文章。";

    fn page(head: &str, body: &str) -> Article {
        parse(&format!(
            "<!DOCTYPE html><html><head>{head}<style>p{{}}</style></head><body>\
             <div class=top><ul><li><a href=/>首页</a></li><li><a href=/cn>国内</a></li></ul></div>\
             {body}<div class=hot><ul><li><a href=/1>别的新闻之一的标题很长</a></li></ul></div>\
             <div>京ICP备123号 版权所有</div></body></html>"
        ))
    }

    #[test]
    fn facts_from_meta_tags() {
        let head = "<title>部长访问甲地_某网</title><meta property=og:title content=\"部长访问甲地 - 某网\">\
                    <meta property=og:site_name content=某网><link rel=canonical href=https://a.example/1>\
                    <meta property=article:published_time content=2024-04-17T22:15:01+08:00>";
        let article = page(head, &format!("<article><h1>部长访问甲地</h1>{BODY}</article>"));
        assert_eq!(article.title.as_deref(), Some("部长访问甲地"));
        assert_eq!(article.source.as_deref(), Some("某网"));
        assert_eq!(article.url.as_deref(), Some("https://a.example/1"));
        assert_eq!(
            article.published.unwrap().to_string(),
            "2024-04-17T22:15:01+08:00"
        );
        assert_eq!(article.body, LINES);
    }

    #[test]
    fn facts_from_linked_data_and_visible_text() {
        let head = r#"<script type="application/ld+json">{"@graph":[{"@type":"Person"},{"@type":["NewsArticle"],
                      "headline":"部长访问甲地","datePublished":"2024-04-17T01:02:03Z"}]}</script>"#;
        let article = page(head, &format!("<main>{BODY}</main>"));
        assert_eq!(article.title.as_deref(), Some("部长访问甲地"));
        assert_eq!(article.published.unwrap().to_string(), "2024-04-17T01:02:03Z");
        let article = page(
            "<title>部长访问甲地-新华网</title>",
            &format!(
                "<span class=\"h-time\"> 发布时间：2024年4月17日 09:05 来源：某社 </span><div>{BODY}</div>"
            ),
        );
        assert_eq!(article.title.as_deref(), Some("部长访问甲地"));
        assert_eq!(article.published.unwrap().to_string(), "2024-04-17");
    }

    #[test]
    fn the_body_is_found_without_marks() {
        let aside = "<div class=side><p>推荐：别的文章的一个短简介。</p></div>";
        for body in [
            format!("<div id=wrap><div id=content>{BODY}</div>{aside}</div>"),
            format!("<table><tr><td>{BODY}</td><td>{aside}</td></tr></table>"),
            format!(
                "<div class=g>{}</div>{aside}",
                BODY.replace("<p>", "<div><p>").replace("</p>", "</p></div>")
            ),
        ] {
            assert_eq!(page("<title>题</title>", &body).body, LINES, "{body}");
        }
    }

    #[test]
    fn an_article_is_preferred_to_its_neighbours() {
        let card = "<article><p>另一篇文章的简介，一两句话。</p></article>";
        assert_eq!(
            page("", &format!("{card}<article>{BODY}</article>{card}")).body,
            LINES
        );
    }
}
