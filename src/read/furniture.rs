//! What stands on a news page but is not the article: one table of names that
//! pages give to such elements, one of phrases that such lines consist of, and
//! the rules that apply them.
//!
//! Phrases are written in simplified script and lower case; text is folded
//! before it is compared.

use scraper::node::Element;

use super::dom::{Block, Kind};
use crate::text::fold;

/// Elements that never hold article text.
const ELEMENTS: &[&str] = &[
    "applet",
    "aside",
    "audio",
    "button",
    "canvas",
    "datalist",
    "dialog",
    "embed",
    "figcaption",
    "footer",
    "form",
    "frameset",
    "head",
    "iframe",
    "input",
    "label",
    "map",
    "math",
    "menu",
    "nav",
    "noscript",
    "object",
    "option",
    "progress",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
];

/// Words in a class, id or attribute name that mark furniture, where names are
/// split at punctuation and inner capitals (`m-block-ad__label` has `ad`).
const WORDS: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "advertisement",
    "adslot",
    "breadcrumb",
    "breadcrumbs",
    "byline",
    "caption",
    "comments",
    "cookie",
    "copyright",
    "credit",
    "credits",
    "dfp",
    "disclaimer",
    "diaporama",
    "donate",
    "footer",
    "interstitial",
    "mpu",
    "newsletter",
    "outbrain",
    "pagination",
    "pagetop",
    "paywall",
    "promo",
    "recommend",
    "recommended",
    "related",
    "selfpromo",
    "share",
    "sharebar",
    "sharing",
    "sidebar",
    "sponsor",
    "sponsored",
    "subscribe",
    "subscription",
    "taboola",
    "toolbar",
    "topicbox",
    "widget",
];

/// Parts of names that are too specific to need word borders.
const NAME_PARTS: &[&str] = &[
    "addthis",
    "attributioncontainer",
    "embeddedcontent",
    "emvideo",
    "emaudio",
    "jiathis",
    "bdshare",
    "morearticle",
    "picinfo",
    "playmedia",
    "readmoreunlocker",
    "relatedarticle",
    "screenreader",
    "sharethis",
    "subscribe",
    "subscription",
    "trustbadge",
    "visuallyhidden",
    "youtubeplayer",
];

/// Whether an element is furniture by its name, class, id, role or attributes.
pub(super) fn is_furniture(element: &Element) -> bool {
    let name = element.name();
    if ELEMENTS.contains(&name) {
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
        || words(name).any(|word| WORDS.contains(&word.as_str()))
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

/// Where in an article a phrase marks a line as furniture.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Anywhere,
    /// Among the last lines.
    End,
}

/// How a phrase is compared with a line.
#[derive(Clone, Copy)]
enum Test {
    /// The line is the phrase, punctuation at its end aside.
    Is,
    /// The line begins with the phrase and has at most so many characters.
    Begins(usize),
    /// The phrase is in the line, which has at most so many characters.
    Contains(usize),
}
use Place::{Anywhere, End};
use Test::{Begins, Contains, Is};

/// Lines that are not the article.
const PHRASES: &[(&str, Test, Place)] = &[
    // The feed's own footer.
    ("获取更多rss", Begins(80), Anywhere),
    ("https://feedx.", Begins(60), Anywhere),
    // Share bars.
    ("分享", Is, Anywhere),
    ("分享到", Begins(40), Anywhere),
    ("分享至", Begins(40), Anywhere),
    ("转发", Is, Anywhere),
    ("facebook", Is, Anywhere),
    ("twitter", Is, Anywhere),
    ("whatsapp", Is, Anywhere),
    ("微信", Is, Anywhere),
    ("打印", Is, Anywhere),
    ("评论", Is, Anywhere),
    // Advertisements and unfolding buttons.
    ("广告", Is, Anywhere),
    ("advertisement", Is, Anywhere),
    ("继续浏览后续", Is, Anywhere),
    ("继续阅读", Is, Anywhere),
    ("阅读全文", Begins(20), Anywhere),
    ("点击阅读", Begins(40), Anywhere),
    ("点击查看本文", Begins(40), Anywhere),
    ("点击收听", Begins(60), Anywhere),
    ("点击下载", Begins(60), Anywhere),
    ("扫描二维码", Contains(60), Anywhere),
    ("扫码", Begins(40), Anywhere),
    ("详情点选", Begins(60), Anywhere),
    // Newsletters, apps, channels.
    ("订阅", Begins(60), Anywhere),
    ("欢迎订阅", Contains(120), Anywhere),
    ("欢迎点击此处订阅", Contains(120), Anywhere),
    ("点击此处订阅", Contains(120), Anywhere),
    ("电子报", Begins(60), Anywhere),
    ("每日简报", Begins(60), Anywhere),
    ("newsletter", Begins(120), Anywhere),
    ("下载app", Contains(80), Anywhere),
    ("下载应用", Contains(80), Anywhere),
    ("请下载", Begins(80), Anywhere),
    ("请在app store", Contains(120), Anywhere),
    ("关注我们", Contains(60), Anywhere),
    ("欢迎关注", Begins(80), Anywhere),
    // Captions and credits of pictures.
    ("图像来源", Begins(60), Anywhere),
    ("图像加注文字", Begins(300), Anywhere),
    ("图片来源", Begins(60), Anywhere),
    ("图片版权", Begins(60), Anywhere),
    ("image copyright", Begins(80), Anywhere),
    ("image caption", Begins(300), Anywhere),
    ("media caption", Begins(300), Anywhere),
    // Related articles.
    ("延伸阅读", Begins(60), Anywhere),
    ("相关阅读", Begins(60), Anywhere),
    ("相关新闻", Begins(60), Anywhere),
    ("相关报道", Is, Anywhere),
    ("更多内容", Is, Anywhere),
    ("推荐阅读", Begins(60), Anywhere),
    ("the post ", Begins(400), End),
    ("本文原载", Begins(80), End),
    // Rights.
    ("©", Begins(300), Anywhere),
    ("(c)", Begins(80), End),
    ("copyright ", Begins(200), End),
    ("all rights reserved", Contains(200), Anywhere),
    ("版权所有", Contains(120), Anywhere),
    ("版权声明", Contains(200), Anywhere),
    ("未经许可,不得转载", Contains(120), Anywhere),
    ("著作权法保护", Contains(200), Anywhere),
    ("汤森路透“信任原则”", Contains(60), Anywhere),
];

/// Offices that a trailer line or a closing bracket names the holder of.
const CREDITS: &[&str] = &[
    "作者",
    "记者",
    "责编",
    "责任编辑",
    "网编",
    "编辑",
    "主编",
    "执行编辑",
    "编译",
    "译者",
    "翻译",
    "核稿",
    "校对",
    "审校",
    "审稿",
    "撰稿",
    "撰文",
    "发稿",
    "文字",
    "摄影",
    "图文",
    "制作",
    "监制",
    "来源",
    "采写",
    "实习记者",
    "视频编辑",
    "文编",
    "编审",
    "美编",
    "责任校对",
    "整理",
    "编",
];

/// Texts of a link that leads to the article's other versions or its rest.
const LINK_LABELS: &[&str] = &[
    "...more",
    "more",
    "…more",
    "阅读全文",
    "阅读更多",
    "查看全文",
    "全文",
    "更多",
    "here",
    "read more",
];

/// Signs off an agency's report.
const END_MARKS: &[&str] = &["(完)", "(end)"];

/// How many lines from the end count as the end.
const TAIL: usize = 8;
/// How many lines from the start a time stamp is looked for in.
const HEAD: usize = 6;
/// Longest trailer line and longest bracket of credits.
const CREDIT_LENGTH: usize = 60;

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
    let is_text = |at: usize| {
        let (block, line) = (&blocks[at], folded[at].as_str());
        at >= body
            && block.kind != Kind::Note
            && !(at < HEAD && title.as_deref() == Some(line))
            && !is_time_stamp(line)
            && !is_phrase(line, at + TAIL >= blocks.len())
            && !(at + TAIL >= blocks.len() && is_trailer(line))
    };
    let kept: Vec<usize> = (0..blocks.len()).filter(|&at| is_text(at)).collect();
    let is_related = |at: usize| blocks[at].is_link() && !ends_sentence(&folded[at]);
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
    let stamp = folded.iter().take(HEAD).position(|line| is_time_stamp(line));
    let Some(stamp) = stamp else {
        return 0;
    };
    let together = blocks[..=stamp]
        .iter()
        .all(|block| block.container == blocks[stamp].container);
    if together { stamp + 1 } else { 0 }
}

/// `17/04/2024 - 15:43`, `wed, 14 oct 2020 15:38:24 gmt`, `2020年10月14日 15:38`:
/// a line of nothing but digits of a date or time and the words around them.
fn is_time_stamp(line: &str) -> bool {
    const WORDS: &[&str] = &[
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "th",
        "st",
        "nd",
        "rd",
        "gmt",
        "utc",
        "cst",
        "am",
        "pm",
        "t",
        "z",
        "年",
        "月",
        "日",
        "时",
        "分",
        "秒",
        "发布时间",
        "发表时间",
        "更新时间",
        "最后更新",
        "发布",
        "更新",
        "发表",
        "星期",
        "周",
        "北京时间",
    ];
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    if line.len() > 80 || !(6..=30).contains(&digits) || !line.contains(['-', '/', ':', '年', ',', ' ']) {
        return false;
    }
    // A phone number or a price has digits too, but no year.
    let years = line
        .split(|c: char| !c.is_ascii_digit())
        .any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")));
    years
        && line
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
            .all(|word| WORDS.contains(&word))
}

fn is_phrase(line: &str, at_end: bool) -> bool {
    let bare = line
        .trim_end_matches([':', ' ', '.', '。', '!', '>', '»', '|'])
        .trim_start_matches(['(', '[', '【', '|', ' ']);
    let length = line.chars().count();
    PHRASES.iter().any(|&(phrase, test, place)| {
        (place == Anywhere || at_end)
            && match test {
                Is => bare == phrase,
                Begins(longest) => length <= longest && bare.starts_with(phrase),
                Contains(longest) => length <= longest && line.contains(phrase),
            }
    })
}

/// `记者:王小明 责编:李大山`: a short line that begins with an office.
fn is_trailer(line: &str) -> bool {
    let line = line.trim_start_matches(['(', '[', '【', '_', '-', '—', ' ']);
    line.chars().count() <= CREDIT_LENGTH
        && !ends_sentence(line)
        && (begins_with_credit(line) || has_two_credits(line))
}

/// An office followed by a colon or a blank.
fn begins_with_credit(line: &str) -> bool {
    CREDITS.iter().any(|office| {
        line.strip_prefix(office)
            .is_some_and(|rest| rest.trim_start().starts_with([':', '/', '|']) || rest.starts_with(' '))
    })
}

/// `本台记者王小明台北报道 责编:李大山`.
fn has_two_credits(line: &str) -> bool {
    line.split([' ', '/', ';'])
        .filter(|part| begins_with_credit(&format!("{part} ")))
        .count()
        > 1
        || line.split(' ').skip(1).any(begins_with_credit)
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
    // CNA puts the date of the Republic's calendar behind the bracket.
    let bracketed = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '#' || c == ' ');
    if !bracketed.ends_with([')', '）']) {
        return text;
    }
    let Some(open) = bracketed.rfind(['(', '（']) else {
        return text;
    };
    let bracket = folded(&bracketed[open..]);
    let is_signature = END_MARKS.contains(&bracket.as_str())
        || (bracket.chars().count() <= CREDIT_LENGTH && begins_with_credit(bracket.trim_start_matches('(')));
    if is_signature { &text[..open] } else { text }
}
