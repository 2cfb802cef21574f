//! Rules for what stands on a news page but is not the article; the tables they
//! use are in [`phrases`](super::phrases).

use scraper::node::Element;

use super::dom::{Block, Kind};
use super::phrases::{AGENCIES, CREDITS, ELEMENTS, END_MARKS, LINK_LABELS, NAME_PARTS, NAME_WORDS, PHRASES};
use super::phrases::{Place, Test};
use super::related::related_from;
use crate::text::fold;

/// Whether an element never holds article text, by its name.
pub(super) fn is_never_text(element: &Element) -> bool {
    ELEMENTS.contains(&element.name())
}

/// Whether an element is furniture by its name, class, id, role or attributes.
pub(super) fn is_furniture(element: &Element) -> bool {
    let name = element.name();
    if is_never_text(element) {
        return true;
    }
    if matches!(name, "html" | "body" | "main" | "article") {
        return false;
    }
    if name.contains(['-', '=']) && is_furniture_name(name) {
        return true;
    }
    element.attrs().any(|(attribute, value)| match attribute {
        "class" | "id" => is_furniture_name(value),
        "hidden" => true,
        "aria-hidden" => value == "true",
        "role" => matches!(
            value,
            "navigation" | "banner" | "contentinfo" | "complementary" | "search" | "dialog"
        ),
        "style" => value.replace(' ', "").contains("display:none"),
        _ => attribute.starts_with("data-selfpromo") || attribute.starts_with("data-readmore-unlocker"),
    })
}

fn is_furniture_name(name: &str) -> bool {
    let squeezed: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    NAME_PARTS.iter().any(|part| squeezed.contains(part))
        || words(name).any(|word| NAME_WORDS.contains(&word.as_str()))
}

/// The lower-case words of `SubscriptionInner my-AdSlot__x`.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let mut words: Vec<String> = Vec::new();
        let mut lower = true;
        for c in part.chars() {
            let starts = c.is_ascii_uppercase() && lower;
            if words.is_empty() || starts {
                words.push(String::new());
            }
            lower = !c.is_ascii_uppercase();
            words
                .last_mut()
                .expect("pushed above")
                .push(c.to_ascii_lowercase());
        }
        words
    })
}

/// How many lines from the end count as the end.
const TAIL: usize = 8;
/// How many lines from the start a time stamp is looked for in.
const HEAD: usize = 6;
/// Longest trailer line and longest bracket of credits.
const CREDIT_LENGTH: usize = 60;
/// Longest line above a time stamp that belongs to it.
const BYLINE_LENGTH: usize = 60;
/// Longest line of an office, a blank and a name.
const SIGNATURE_LENGTH: usize = 15;

/// Whether a link is a control, by its text.
pub(super) fn is_link_label(text: &str) -> bool {
    if text.chars().count() > 20 {
        return false;
    }
    let folded = folded(text);
    LINK_LABELS.contains(&folded.as_str()) || folded.starts_with("点击查看本文")
}

/// The lines of the article among the blocks of its page.
pub(super) fn article_lines(blocks: Vec<Block>, title: Option<&str>) -> Vec<String> {
    let folded: Vec<String> = blocks.iter().map(|block| folded(&block.text)).collect();
    let title = title.map(self::folded);
    let body = after_time_stamp(&blocks, &folded);
    let related = related_from(folded.iter().map(String::as_str)).unwrap_or(blocks.len());
    let at_end = |at: usize| at + TAIL >= blocks.len();
    let is_text = |at: usize| {
        let (block, line) = (&blocks[at], folded[at].as_str());
        (body..related).contains(&at)
            && block.kind != Kind::Note
            && !(at < HEAD && title.as_deref() == Some(line))
            && !(at < HEAD && is_time_stamp(line, at))
            && line.contains(char::is_alphanumeric)
            && !is_phrase(line, at_end(at))
            && !is_address(line)
            && !((at < HEAD || at_end(at)) && is_credit(line, at_end(at)))
    };
    let kept: Vec<usize> = (0..blocks.len()).filter(|&at| is_text(at)).collect();
    let is_related = |at: usize| {
        blocks[at].is_link() && (blocks[at].kind == Kind::ListItem || !folded[at].ends_with('。'))
    };
    let without_links: Vec<usize> = kept.iter().copied().filter(|&at| !is_related(at)).collect();
    // A page that is nothing but a list of headlines keeps them.
    let kept = if without_links.is_empty() {
        kept
    } else {
        without_links
    };
    kept.into_iter()
        .map(|at| without_ending(&blocks[at].text).to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Compares alike in both scripts, both widths and both cases.
fn folded(text: &str) -> String {
    text.chars().map(fold).flat_map(char::to_lowercase).collect()
}

/// First block after the time stamp at the head of a page; whatever shares the
/// stamp's element, such as the author, is part of the stamp.
fn after_time_stamp(blocks: &[Block], folded: &[String]) -> usize {
    let mut head = folded.iter().take(HEAD).enumerate();
    let stamp = head.find(|(at, line)| is_time_stamp(line, *at)).map(|(at, _)| at);
    let Some(stamp) = stamp else {
        return 0;
    };
    let together = blocks[..=stamp]
        .iter()
        .all(|block| block.container == blocks[stamp].container && block.length <= BYLINE_LENGTH);
    if together { stamp + 1 } else { 0 }
}

/// Words between the digits of a time stamp.
#[rustfmt::skip]
const STAMP_WORDS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
    "fri", "sat", "sun", "th", "st", "nd", "rd", "gmt", "utc", "cst", "am", "pm", "t", "z", "年", "月", "日", "时", "分",
    "秒", "发布时间", "发表时间", "更新时间", "最后更新", "发布", "更新", "发表", "星期", "周", "北京时间",
];

/// `17/04/2024 - 15:43`, `wed, 14 oct 2020 15:38:24 gmt`, `2020年10月14日 15:38`:
/// a line of nothing but digits of a date or time and the words around them.
/// Without the time of day it may be the heading of a chronicle's first entry,
/// unless it is among the first two lines.
fn is_time_stamp(line: &str, at: usize) -> bool {
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    if line.len() > 80 || !(6..=30).contains(&digits) || line.contains('%') || (at > 1 && !line.contains(':'))
    {
        return false;
    }
    // A phone number or a price has digits too, but no year.
    let is_year = |number: &str| number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    line.split(|c: char| !c.is_ascii_digit()).any(is_year)
        && line
            .split(|c: char| !c.is_alphabetic())
            .all(|word| word.is_empty() || STAMP_WORDS.contains(&word))
}

fn is_phrase(line: &str, at_end: bool) -> bool {
    let bare = line.trim_start_matches(['(', '[', '【', '|', ' ', '>', '-']);
    let bare = bare.trim_end_matches([':', ' ', '.', '。', '!', '>', '»', '|', ')', ']', '】']);
    let length = line.chars().count();
    PHRASES.iter().any(|&(phrase, test, place)| {
        (place == Place::Anywhere || at_end)
            && match test {
                Test::Is => bare == phrase,
                Test::Begins(longest) => length <= longest && bare.starts_with(phrase),
                Test::Contains(longest) => length <= longest && line.contains(phrase),
            }
    })
}

/// `大学直播:https://a.example/b`: an address with at most a label before it.
fn is_address(line: &str) -> bool {
    let Some(at) = line.find("http://").or_else(|| line.find("https://")) else {
        return false;
    };
    let label = line[..at].trim_end();
    let is_label = label.is_empty() || (label.ends_with(':') && label.chars().count() <= 30);
    is_label && line[at..].chars().all(|c| !c.is_whitespace())
}

/// Lines at the start and end that name who made the article.
fn is_credit(line: &str, at_end: bool) -> bool {
    let line = line.trim_start_matches(['(', '[', '【', '_', '-', '—', '/', ' ']);
    let line = line.trim_end_matches([')', ']', '】', '#', ' ']);
    if line.chars().count() > CREDIT_LENGTH || ends_sentence(line) {
        return false;
    }
    is_named(line, &[':', '|', '/']) || is_signature(line) || (at_end && names_agencies(line))
}

/// Whether a line is an office, one of the marks and a name.
fn is_named(line: &str, marks: &[char]) -> bool {
    let mut rests = CREDITS.iter().filter_map(|office| line.strip_prefix(office));
    rests.any(|rest| rest.trim_start().starts_with(marks))
}

/// `本台记者王小明台北报道 责编 李大山`, `记者 王小明`: one of the words is an
/// office.
fn is_signature(line: &str) -> bool {
    let is_office = |word: &str| {
        let editor = ["责编", "网编", "责任编辑"]
            .iter()
            .any(|office| word.starts_with(office));
        CREDITS.contains(&word) || is_named(word, &[':']) || (editor && word.chars().count() <= 10)
    };
    let mut words = line.split([' ', ';', ',', '、']);
    let first = words.next().unwrap_or_default();
    let short = line.chars().count() <= SIGNATURE_LENGTH && !line.contains([',', '、', '“', '《']);
    let signed = short && line.contains(' ') && (CREDITS.contains(&first) || first.ends_with("记者"));
    signed || words.any(is_office)
}

/// `王小明/李大山(路透社、法新社)`: a short line with agencies in brackets behind.
fn names_agencies(line: &str) -> bool {
    let Some((names, agencies)) = line.rsplit_once('(') else {
        return false;
    };
    names.chars().count() <= 20 && AGENCIES.iter().any(|agency| agencies.contains(agency))
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['”', '"', '’', '\'', '』', '》', ' '])
        .ends_with(['。', '!', '?', '…'])
}

/// A paragraph without the agency's signature at its end: `（完）`,
/// `（译者：…/核稿：…）`, `©Reuters`.
fn without_ending(text: &str) -> &str {
    let mut rest = text;
    loop {
        let shorter = without_mark(rest).trim_end();
        if shorter.len() == rest.len() {
            return rest;
        }
        rest = shorter;
    }
}

fn without_mark(text: &str) -> &str {
    let text = text.trim_end();
    if let Some(at) = text
        .rfind('©')
        .filter(|&at| text[at..].chars().count() <= 30 && !text[at..].contains('。'))
    {
        return &text[..at];
    }
    // CNA puts the date by the Republic's calendar at the end.
    let bracketed = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '#' || c == ' ');
    if bracketed.ends_with('。') && text.len() - bracketed.len() == "1091118".len() {
        return bracketed;
    }
    if !bracketed.ends_with([')', '）']) {
        return text;
    }
    let Some(open) = bracketed.rfind(['(', '（']) else {
        return text;
    };
    let bracket = folded(&bracketed[open..]);
    let is_signature = END_MARKS.contains(&bracket.as_str())
        || (bracket.chars().count() <= CREDIT_LENGTH
            && is_named(bracket.trim_start_matches('('), &[':', '|', '/']));
    if is_signature { &text[..open] } else { text }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;
    use crate::read::dom;

    fn lines(html: &str, title: &str) -> Vec<String> {
        let fragment = Html::parse_fragment(html);
        article_lines(dom::blocks(fragment.tree.root()), Some(title))
    }

    #[test]
    fn template_of_2020() {
        let html = "<div>03/09/2020 - 16:46</div>Array<img src=x><p><strong>   导语第一句。  </strong></p>\
            <div class=\"t-content__body u-clearfix\"><div class=\"m-interstitial\"></div>\
            <divclass=\"m-block-ad \"data-tms-ad-type=\"box\"><div class=\"m-block-ad__label\">广告</div></div>\
            <button data-readmore-unlocker><span>继续浏览后续</span><svg><style>.a{fill:none}</style></svg></button>\
            <p>（某社甲地3日电）    正文，<a href=x>部长</a>说话。</p><p> </p>\
            <p>相关报道 另一篇文章</p><p>末段。（译者：王小明/核稿：李大山）</p>\
            <p class=\"t-copyright\">© 2020 AFP</p>\
            <div class=\"o-self-promo\" data-selfpromo-newsletter>每日新闻</div></div>\
            <br><hr><div>获取更多RSS：<br><a href=x>https://feedx.net</a> <br><a href=x>https://feedx.xyz</a><br></div>";
        assert_eq!(
            lines(html, "题"),
            ["导语第一句。", "（某社甲地3日电） 正文，部长说话。", "末段。"]
        );
    }

    #[test]
    fn template_of_2024() {
        let html = "<div>17/04/2024 - 15:43</div><img src=x><p><strong>导语。</strong></p><div>\
            <p><span><span>国防部长<span>王</span></span><span>小明</span></span>说话。</p>\
            <div data-selfpromo-newsletter>订阅</div><div data-selfpromo-app>下载</div></div>\
            <div><div>作者： <a href=x>流云</a></div></div>\
            <div><div>分享 :</div><div><a href=\"https://www.facebook.com/x\"><span></span></a>\
            <span data-root-share><share-button>x</share-button></span></div></div>\
            <br><hr><div>获取更多RSS：<br><a href=x>https://feedx.run</a><br></div>";
        assert_eq!(lines(html, "题"), ["导语。", "国防部长王小明说话。"]);
    }

    #[test]
    fn stamps_bylines_and_captions() {
        let html = "<div><i>王小明<br>2020-10-14 10:36:30</i></div><img src=x><div><small>图为某地。</small></div>\
            <p>正文。</p><ul><li><a href=x>另一篇文章？</a></li></ul><p>2020年8月6日</p><p>又及。©Reuters</p>\
            <p>完。（编辑：李大山）1090907</p><p>杨小雨/王小明 (路透社、法新社)</p>";
        assert_eq!(lines(html, "题"), ["正文。", "2020年8月6日", "又及。", "完。"]);
        let html = "<h1>题</h1><time datetime=x>30 分钟前</time><p>正文。</p><p>记者：王小明  责编：李大山   网编：张三</p>";
        assert_eq!(lines(html, "题"), ["正文。"]);
    }

    #[test]
    fn a_list_of_other_articles_below_is_dropped() {
        let html = "<p>正文第一段。</p><p>（編輯：李錫璋）1090922</p><p>延伸閱讀</p>\
            <p>林懷民雲門交棒 改變台灣的超級英雄雲門創計畫邁入第6年</p>";
        assert_eq!(lines(html, "題"), ["正文第一段。"]);
        let html = "<p>正文第一段。</p><p>延伸閱讀</p><p>一則舊聞</p><p>正文第二段。</p>";
        assert!(lines(html, "題").contains(&"正文第二段。".to_owned()));
    }

    #[test]
    fn real_sentences_stay() {
        for line in [
            "分享会上，王小明说：“订阅用户增加了。”",
            "记者：您怎么看？",
            "部长2024年4月17日15时43分到达。",
            "2019年12月 122.25 -0.31% 114.41",
            "编辑部主任王小明在会上讲话",
            "广告收入下降",
            "他完成了（完）成的工作。",
        ] {
            assert_eq!(lines(&format!("<p>甲。</p><p>{line}</p>"), "题"), ["甲。", line]);
        }
    }

    #[test]
    fn a_page_of_links_alone_keeps_them() {
        let html = "<li><a href=x>会议在甲地举行</a></li><li><a href=y>部长访问乙地</a></li>";
        assert_eq!(lines(html, "题").len(), 2);
    }

    #[test]
    fn names_of_elements_are_split_into_words() {
        for name in [
            "m-block-ad",
            "AdSlot__container",
            "SubscriptionInner my",
            "o-self-promo",
            "td-sharebar",
        ] {
            assert!(is_furniture_name(name), "{name}");
        }
        for name in [
            "t-content__body",
            "reader",
            "shareholder",
            "header-image",
            "css-hl9dz2-GridComponent e57qer20",
        ] {
            assert!(!is_furniture_name(name), "{name}");
        }
    }

    #[test]
    fn an_article_in_an_unluckily_named_element_is_found() {
        let text = "正文的一句话。".repeat(40);
        assert_eq!(
            lines(&format!("<div class=widget><p>{text}</p></div>"), "题"),
            [text]
        );
    }
}
