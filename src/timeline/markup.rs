//! HTML of text that is not ours. Everything from the corpus goes through here.

use std::fmt::Write;

use super::model::ArticleRef;

/// Escapes text for HTML, in content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Forbidden in XML, and so in an SVG file.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push('\u{fffd}')
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The address if it leads to the web; anything else (`javascript:`) is no link.
pub(super) fn web_address(url: &str) -> Option<&str> {
    let url = url.trim();
    let scheme = url.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web.then_some(url)
}

/// A sentence with the entity marked; `mentions` are in code points and in order.
pub(super) fn highlighted(text: &str, mentions: &[(usize, usize)]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let part = |from: usize, to: usize| escape(&chars[from..to].iter().collect::<String>());
    let mut html = String::new();
    let mut at = 0;
    for &(start, end) in mentions {
        let (start, end) = (start.max(at).min(chars.len()), end.min(chars.len()));
        if start >= end {
            continue;
        }
        let _ = write!(html, "{}<mark>{}</mark>", part(at, start), part(start, end));
        at = end;
    }
    html.push_str(&part(at, chars.len()));
    html
}

/// Headline and outlet of an article, linked where it has an address.
pub(super) fn link(article: &ArticleRef) -> String {
    let title = escape(article.title.as_deref().unwrap_or(&article.id));
    let source = article
        .source
        .as_deref()
        .map(|source| format!(" <small>{}</small>", escape(source)));
    let title = match article.url.as_deref().and_then(web_address) {
        Some(url) => format!("<a href=\"{}\" rel=\"noreferrer\">{title}</a>", escape(url)),
        None => title,
    };
    title + &source.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert_eq!(
            web_address("https://a.cn/1?x=<\">"),
            Some("https://a.cn/1?x=<\">")
        );
        assert_eq!(web_address(" HTTP://a.cn"), Some("HTTP://a.cn"));
        for url in [
            "javascript:alert(1)",
            "javascript://x\nalert(1)",
            "data:text/html,x",
            "//a.cn",
            "a.cn",
            "",
        ] {
            assert_eq!(web_address(url), None, "{url}");
        }
        let article = ArticleRef {
            id: "<i>".to_owned(),
            title: None,
            url: Some("https://a/\"onclick=\"x".to_owned()),
            source: Some("<s>".to_owned()),
            published: None,
        };
        let expected = "<a href=\"https://a/&quot;onclick=&quot;x\" rel=\"noreferrer\">&lt;i&gt;</a> <small>&lt;s&gt;</small>";
        assert_eq!(link(&article), expected);
    }

    #[test]
    fn mentions_are_marked_in_code_points() {
        assert_eq!(
            highlighted("😀林鄭<说>", &[(1, 3), (2, 4), (9, 12)]),
            "😀<mark>林鄭</mark><mark>&lt;</mark>说&gt;"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_html_acts_on(text in ".*", mentions in prop::collection::vec((0..20usize, 0..20usize), 0..4)) {
            let html = highlighted(&text, &mentions).replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!html.contains(['<', '>', '"', '\'']));
        }
    }
}
