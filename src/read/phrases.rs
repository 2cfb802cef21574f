//! The tables of what stands on a news page but is not the article: names that
//! pages give to such elements, and phrases that such lines consist of.
//!
//! Phrases are written in simplified script, half width and lower case; a line
//! is folded before it is compared. They are checked against real sentences: a
//! phrase that a report could begin with has a short length limit.

/// Where in an article a phrase marks a line as furniture.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Anywhere,
    /// Among the last lines.
    End,
}

/// How a phrase is compared with a line.
#[derive(Clone, Copy)]
pub(super) enum Test {
    /// The line is the phrase, punctuation at its ends aside.
    Is,
    /// The line begins with the phrase and has at most so many characters.
    Begins(usize),
    /// The phrase is in the line, which has at most so many characters.
    Contains(usize),
}
use Place::{Anywhere, End};
use Test::{Begins, Contains, Is};

/// Lines that are not the article.
#[rustfmt::skip]
pub(super) const PHRASES: &[(&str, Test, Place)] = &[
    // The feed's own footer, and what its program leaves behind.
    ("获取更多rss", Begins(80), Anywhere),
    ("https://feedx.", Begins(60), Anywhere),
    ("array", Is, Anywhere),
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
    // Advertisements and controls.
    ("广告", Is, Anywhere),
    ("advertisement", Is, Anywhere),
    ("继续浏览后续", Is, Anywhere),
    ("继续阅读", Is, Anywhere),
    ("关闭", Is, Anywhere),
    ("看更多", Is, Anywhere),
    ("阅读全文", Begins(20), Anywhere),
    ("点击阅读", Begins(40), Anywhere),
    ("点击查看", Begins(40), Anywhere),
    ("点击收听", Begins(60), Anywhere),
    ("点击收看", Begins(60), Anywhere),
    ("点击视频", Begins(60), Anywhere),
    ("点击下载", Begins(60), Anywhere),
    ("请点击", Contains(50), Anywhere),
    ("请点选", Contains(50), Anywhere),
    ("参看详情", Begins(80), Anywhere),
    ("欲览", Begins(80), Anywhere),
    ("欲浏览", Begins(80), Anywhere),
    ("详情点选", Begins(60), Anywhere),
    ("扫描二维码", Contains(40), Anywhere),
    ("扫码关注", Contains(40), Anywhere),
    ("使用浏览器播", Begins(60), Anywhere),
    ("embed from getty images", Is, Anywhere),
    ("在 instagram 查看", Begins(40), Anywhere),
    ("view this post on", Begins(60), Anywhere),
    // Newsletters, apps, channels, programmes.
    ("订阅我们", Begins(60), Anywhere),
    ("订阅《", Begins(60), Anywhere),
    ("订阅简报", Begins(60), Anywhere),
    ("订阅newsletter", Begins(60), Anywhere),
    ("欢迎订阅", Contains(120), Anywhere),
    ("快来订阅", Contains(120), Anywhere),
    ("点击此处订阅", Contains(300), Anywhere),
    ("newsletter", Begins(60), Anywhere),
    ("下载app", Contains(60), Anywhere),
    ("下载我们的", Contains(60), Anywhere),
    ("请下载", Begins(60), Anywhere),
    ("请在app store", Contains(120), Anywhere),
    ("关注我们", Contains(60), Anywhere),
    ("欢迎关注", Begins(60), Anywhere),
    ("欢迎在twitter", Contains(400), End),
    ("欢迎在facebook", Contains(400), End),
    ("点赞订阅", Contains(100), End),
    ("若有任何建议请来信", Begins(80), Anywhere),
    ("敬请收看", Contains(80), End),
    ("欢迎按时收看", Contains(80), End),
    ("youtube播放列表", Contains(80), Anywhere),
    ("网络收看方式", Is, Anywhere),
    ("听新闻", Is, Anywhere),
    ("听更多新闻", Begins(60), Anywhere),
    ("支持大纪元", Contains(60), Anywhere),
    ("listen on:", Begins(120), Anywhere),
    ("for full access to print", Begins(200), End),
    ("please subscribe", Begins(200), Anywhere),
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
    ("相关图集", Begins(60), Anywhere),
    ("相关报道 ", Begins(80), Anywhere),
    ("相关报道", Is, Anywhere),
    ("之前相关报道", Begins(60), Anywhere),
    ("其它 / ", Begins(60), Anywhere),
    ("其它 - ", Begins(60), Anywhere),
    ("更多内容", Is, Anywhere),
    ("推荐阅读", Begins(60), Anywhere),
    ("制作组", Contains(30), End),
    ("全文完", Begins(20), End),
    ("the post ", Begins(400), End),
    ("this article appeared in", Begins(300), End),
    ("转自", Begins(30), End),
    ("本文原载", Begins(60), End),
    // Rights, opinions, notices to readers.
    ("©", Begins(300), Anywhere),
    ("(c)", Begins(80), End),
    ("copyright ", Begins(200), End),
    ("all rights reserved", Contains(200), Anywhere),
    ("版权所有", Contains(60), Anywhere),
    ("版权声明", Begins(200), Anywhere),
    ("均受版权保护", Contains(60), Anywhere),
    ("不得转载", Contains(120), End),
    ("著作权法保护", Contains(200), Anywhere),
    ("汤森路透“信任原则”", Contains(60), Anywhere),
    ("仅代表作者", Contains(120), End),
    ("不代表德国之声", Contains(80), End),
    ("不代表美国之音", Contains(80), End),
    ("自杀不能解决问题", Contains(120), Anywhere),
];

/// Offices that a trailer line or a closing bracket names the holder of.
#[rustfmt::skip]
pub(super) const CREDITS: &[&str] = &[
    "作者", "记者", "本台记者", "实习记者", "特约记者", "责编", "责任编辑", "网编", "编辑", "主编", "执行编辑", "文字编辑",
    "视频编辑", "文编", "美编", "编", "编审", "编译", "译者", "译", "翻译", "核稿", "校对", "责任校对", "审校", "审稿", "撰稿",
    "撰文", "发稿", "文", "文字", "文字整理", "整理", "摄影", "图", "图文", "制作", "监制", "策划", "主播", "剪辑", "来源", "采写",
    "转载", "评论员", "特约评论员",
];

/// What the last line of a report ends with if it names the agencies used.
#[rustfmt::skip]
pub(super) const AGENCIES: &[&str] = &[
    "综合报道", "综合报导", "综合外电", "编译报道", "路透社", "法新社", "德新社", "美联社", "路透", "中央社", "新华社",
];

/// Texts of a link that leads to the article's other versions or its rest.
#[rustfmt::skip]
pub(super) const LINK_LABELS: &[&str] = &[
    "...more", "more", "…more", "阅读全文", "阅读更多", "查看全文", "全文", "更多", "here", "read more",
];

/// What signs off an agency's report.
pub(super) const END_MARKS: &[&str] = &["(完)", "(end)"];

/// Elements that never hold article text.
#[rustfmt::skip]
pub(super) const ELEMENTS: &[&str] = &[
    "applet", "aside", "audio", "button", "canvas", "datalist", "dialog", "embed", "figcaption", "footer", "form",
    "frameset", "head", "iframe", "input", "label", "map", "math", "menu", "nav", "noscript", "object", "option",
    "progress", "script", "select", "style", "svg", "template", "textarea", "title", "video",
];

/// Words in a class or id that mark furniture, where names are split at
/// punctuation and inner capitals (`m-block-ad__label` has `ad`).
#[rustfmt::skip]
pub(super) const NAME_WORDS: &[&str] = &[
    "ad", "ads", "advert", "advertisement", "adslot", "breadcrumb", "breadcrumbs", "byline", "caption", "comments",
    "cookie", "copyright", "credit", "credits", "dfp", "diaporama", "disclaimer", "donate", "footer", "interstitial",
    "mpu", "newsletter", "outbrain", "pagination", "paywall", "promo", "recommend", "recommended", "related",
    "selfpromo", "share", "sharebar", "sharing", "sidebar", "sponsor", "sponsored", "subscribe", "subscription",
    "taboola", "toolbar", "topicbox", "widget",
];

/// Parts of such names that are too specific to need word borders.
#[rustfmt::skip]
pub(super) const NAME_PARTS: &[&str] = &[
    "addthis", "attributioncontainer", "bdshare", "embeddedcontent", "emaudio", "emvideo", "jiathis", "morearticle",
    "picinfo", "playmedia", "readmoreunlocker", "relatedarticle", "screenreader", "sharethis", "subscribe",
    "subscription", "trustbadge", "visuallyhidden", "youtubeplayer",
];
