//! Web pages.

use scraper::Html;

use super::facts::{Facts, visible_date};
use super::main_part::main_blocks;
use super::{dom, furniture, outlets};
use crate::document::Article;

/// Reads a page; the article's `id` is left empty.
pub(super) fn parse(text: &str) -> Article {
    let page = Html::parse_document(text);
    let facts = Facts::collect(&page);
    let url = facts.url();
    let site = facts.site();
    let source = site
        .clone()
        .or_else(|| url.as_deref().and_then(outlets::source_of));
    let title = facts
        .title()
        .map(|title| outlets::clean_title(&title, site.as_deref()));
    let title = title.filter(|title| !title.is_empty());
    let blocks = dom::blocks(page.tree.root());
    let published = facts.published().or_else(|| visible_date(&blocks));
    let lines = furniture::article_lines(main_blocks(&page, blocks, title.as_deref()), title.as_deref());
    Article {
        id: String::new(),
        url,
        source,
        title,
        published,
        body: lines.join("\n"),
    }
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
