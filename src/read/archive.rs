//! RSS archive files: one feed item as a file.
//!
//! ```text
//! ---                          optional front matter (YAML, flat)
//! title: "…"
//! date: 2020-10-29T02:14:00.000Z
//! ---
//! <!--1603937640000-->         publication, milliseconds since 1970
//! [title](url)
//! ------
//!
//! HTML of the article
//! ```

use scraper::Html;

use super::{clean, date, dom, furniture, outlets};
use crate::document::{Article, Published};

/// Whether a text begins like an archive file.
pub(super) fn is_archive(text: &str) -> bool {
    let (front, rest) = split_front_matter(text.trim_start());
    let has_title = front.is_some_and(|front| field(front, "title").is_some());
    has_title || split_stamp(rest).is_some() || split_headline(rest).is_some_and(|headline| headline.ruled)
}

/// Reads an archive file; the article's `id` is left empty.
pub(super) fn parse(text: &str) -> Article {
    let (front, rest) = split_front_matter(text.trim_start());
    let front = |name| front.and_then(|front| field(front, name));
    let (milliseconds, rest) = split_stamp(rest).map_or((None, rest), |(stamp, rest)| (Some(stamp), rest));
    let headline = split_headline(rest);
    let html = headline.as_ref().map_or(rest, |headline| headline.rest);

    let url = headline.as_ref().map(|headline| headline.url.to_owned());
    let url = url
        .or_else(|| front("from"))
        .or_else(|| front("url"))
        .filter(|url| !url.is_empty());
    let title = headline.as_ref().map(|headline| headline.title.to_owned());
    let title = title
        .filter(|title| !title.trim().is_empty())
        .or_else(|| front("title"));
    let title = title.map(|title| outlets::clean_title(&dom::unescape(&title), None));
    let title = title.filter(|title| !title.is_empty());
    let published = milliseconds
        .and_then(Published::from_epoch_milliseconds)
        .or_else(|| front("date").and_then(|text| date::parse(&text)));
    let source = front("categories").filter(|name| !name.is_empty());
    let source = source.or_else(|| url.as_deref().and_then(outlets::source_of));
    let body = body(html, title.as_deref());
    Article {
        id: String::new(),
        url,
        source,
        title,
        published,
        body,
    }
}

fn body(html: &str, title: Option<&str>) -> String {
    if !html.contains('<') {
        return clean::paragraphs(&dom::unescape(html))
            .collect::<Vec<_>>()
            .join("\n");
    }
    let fragment = Html::parse_fragment(html);
    furniture::article_lines(dom::blocks(fragment.tree.root()), title).join("\n")
}

/// `---`, lines, `---`: the lines, and what follows.
fn split_front_matter(text: &str) -> (Option<&str>, &str) {
    let inside = text.strip_prefix("---").and_then(|rest| {
        let (dashes, rest) = rest.split_once('\n')?;
        dashes.trim().is_empty().then_some(rest)
    });
    let Some(inside) = inside else {
        return (None, text);
    };
    let mut at = 0;
    for line in inside.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return (Some(&inside[..at]), inside[at + line.len()..].trim_start());
        }
        at += line.len();
    }
    (None, text)
}

/// Value of a field of the front matter: `name: value`, with quotation marks or
/// list brackets around the value taken off (of a list, its first entry).
fn field(front: &str, name: &str) -> Option<String> {
    let value = front
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?
        .trim();
    let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let value = list.map_or(value, |entries| {
        entries.split(',').next().unwrap_or(entries).trim()
    });
    Some(unquote(value))
}

fn unquote(value: &str) -> String {
    let quoted = |mark: char| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    if let Some(inside) = quoted('\'') {
        return inside.replace("''", "'");
    }
    let Some(inside) = quoted('"') else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            _ => text.push(c),
        }
    }
    text
}

/// `<!--milliseconds-->`: the number, and what follows.
fn split_stamp(text: &str) -> Option<(i64, &str)> {
    let (number, rest) = text.strip_prefix("<!--")?.split_once("-->")?;
    Some((number.trim().parse().ok()?, rest.trim_start()))
}

struct Headline<'t> {
    title: &'t str,
    url: &'t str,
    rest: &'t str,
    /// A line of dashes follows.
    ruled: bool,
}

/// `[title](url)` and the line of dashes under it. A title may hold brackets,
/// so the last `](` counts.
fn split_headline(text: &str) -> Option<Headline<'_>> {
    let line = text.lines().next()?;
    let (title, url) = line.trim_end().strip_prefix('[')?.rsplit_once("](")?;
    let url = url.strip_suffix(')')?.trim();
    let rest = text[line.len()..].trim_start();
    let rule = rest.lines().next().unwrap_or_default();
    let ruled = rule.len() >= 3 && rule.trim_end().bytes().all(|b| b == b'-');
    let rest = if ruled { &rest[rule.len()..] } else { rest };
    Some(Headline {
        title,
        url,
        rest,
        ruled,
    })
}

/// Cuts concatenated archive files (`cat *.txt | shiji tag -`) into single ones;
/// works on bytes, so that the pieces can be decoded elsewhere.
pub(super) fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut starts: Vec<usize> = memchr_all(bytes, b"<!--")
        .filter(|&at| is_stamp_line(&bytes[at..]))
        .map(|at| front_matter_start(bytes, at))
        .collect();
    match starts.first_mut() {
        Some(first) => *first = 0,
        None => starts.push(0),
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| &bytes[start..end])
        .collect()
}

fn memchr_all<'b>(bytes: &'b [u8], pattern: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes
        .windows(pattern.len())
        .enumerate()
        .filter_map(move |(at, window)| (window == pattern).then_some(at))
}

/// `<!--digits-->`, a line break and `[`.
fn is_stamp_line(bytes: &[u8]) -> bool {
    let rest = &bytes[4..];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let Some(rest) = rest[digits..].strip_prefix(b"-->") else {
        return false;
    };
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    digits >= 9 && rest.starts_with(b"\n[")
}

/// Where the front matter that ends before `stamp` begins, else `stamp`.
fn front_matter_start(bytes: &[u8], stamp: usize) -> usize {
    let Some(before) = bytes[..stamp].strip_suffix(b"---\n") else {
        return stamp;
    };
    // The block is short; its opening line is the nearest `---` above.
    let window = before.len().saturating_sub(8192);
    let opening = memchr_all(&before[window..], b"---\n").last();
    opening.map_or(stamp, |at| window + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "<!--1713363301000-->\n[[World] 部长[访问] 甲地 – 法国国际广播电台 - RFI](https://www.rfi.fr/cn/x?a=1)\n------\n\n";

    #[test]
    fn head_of_a_plain_item() {
        let article = parse(&format!(
            "{ITEM}<div>17/04/2024 - 15:43</div><p>部长<span>王小</span>明到访。</p>"
        ));
        assert_eq!(article.title.as_deref(), Some("部长[访问] 甲地"));
        assert_eq!(article.url.as_deref(), Some("https://www.rfi.fr/cn/x?a=1"));
        assert_eq!(article.source.as_deref(), Some("法广"));
        assert_eq!(article.published.unwrap().to_string(), "2024-04-17T14:15:01Z");
        assert_eq!(article.body, "部长王小明到访。");
    }

    #[test]
    fn front_matter() {
        let text = "---\nlayout: post\ntitle: \"说\\\"不\\\"的人\"\ndate: 2020-10-29T02:14:00.000Z\n\
                    from: https://a.example/b\ncategories: [ 某报 ]\n---\n";
        let article = parse(&format!("{text}<p>文</p>"));
        assert_eq!(article.title.as_deref(), Some("说\"不\"的人"));
        assert_eq!(article.source.as_deref(), Some("某报"));
        assert_eq!(article.published.unwrap().to_string(), "2020-10-29T02:14:00Z");
        assert_eq!(
            (article.url.as_deref(), article.body.as_str()),
            (Some("https://a.example/b"), "文")
        );
        let article = parse(&format!("{text}{ITEM}<p>文</p>"));
        assert_eq!(article.published.unwrap().to_string(), "2024-04-17T14:15:01Z");
        assert!(article.title.unwrap().starts_with("部长"));
    }

    #[test]
    fn detection() {
        assert!(is_archive(ITEM));
        assert!(is_archive("[题](https://a.example)\n---\n"));
        assert!(!is_archive("[题](https://a.example)\n正文"));
        assert!(!is_archive("---\n正文\n---\n"));
        assert!(!is_archive("<!-- page --><html>"));
    }

    #[test]
    fn concatenated_items_are_cut_apart() {
        let plain = format!("{ITEM}<p>一</p>");
        let fronted = format!("---\ntitle: 题\n---\n{ITEM}<p>二</p>\n");
        let all = format!("{plain}{fronted}{plain}");
        let parts: Vec<String> = split(all.as_bytes())
            .iter()
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .collect();
        assert_eq!(parts, [plain.as_str(), &fronted, &plain]);
        assert_eq!(split(b"nothing"), [b"nothing"]);
        assert_eq!(split(b"").len(), 1);
    }
}
