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

/// The address with its Chinese letters instead of their codes: `%E6%9E%97` is 林.
fn readable(url: &str) -> String {
    let mut readable = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(at) = rest.find('%') {
        readable.push_str(&rest[..at]);
        let (codes, bytes) = coded(&rest[at..]);
        match String::from_utf8(bytes) {
            Ok(letters) if codes > 0 && letters.chars().all(char::is_alphanumeric) => {
                readable.push_str(&letters);
                rest = &rest[at + codes..];
            }
            // Not UTF-8, or marks that would change the address or how it is shown.
            _ => {
                let end = at + codes.max(1);
                readable.push_str(&rest[at..end]);
                rest = &rest[end..];
            }
        }
    }
    readable + rest
}

/// How much of the beginning of `text` is codes of bytes that are not ASCII, up to the end
/// of a letter in UTF-8, and which bytes.
fn coded(text: &str) -> (usize, Vec<u8>) {
    let mut bytes: Vec<u8> = Vec::new();
    for code in text.as_bytes().chunks(3) {
        let &[b'%', high, low] = code else { break };
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let (Some(high), Some(low)) = (digit(high), digit(low)) else {
            break;
        };
        let byte = (high * 16 + low) as u8;
        let begins_letter = byte & 0xC0 != 0x80;
        if byte.is_ascii() || (begins_letter && !bytes.is_empty()) {
            break;
        }
        bytes.push(byte);
    }
    (bytes.len() * 3, bytes)
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
        Some(url) => {
            // What is printed beside the headline, where the address itself is unreadable.
            let readable = Some(readable(url)).filter(|readable| readable != url);
            let readable = readable.map(|url| format!(" data-url=\"{}\"", escape(&url)));
            format!(
                "<a href=\"{}\"{} rel=\"noreferrer\">{title}</a>",
                escape(url),
                readable.unwrap_or_default()
            )
        }
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
    fn addresses_are_readable_and_still_addresses() {
        for (url, expected) in [
            (
                "https://a.cn/1/%E6%9E%97%e9%84%ad-x%20y",
                "https://a.cn/1/林鄭-x%20y",
            ),
            ("https://a.cn/%E3%80%8C%E6%9E%97", "https://a.cn/%E3%80%8C林"),
            (
                "https://a.cn/%E2%80%AE%2F%FF%E6",
                "https://a.cn/%E2%80%AE%2F%FF%E6",
            ),
            ("https://a.cn/100%", "https://a.cn/100%"),
            ("https://a.cn/%é%zz%", "https://a.cn/%é%zz%"),
        ] {
            assert_eq!(readable(url), expected);
        }
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
