//! Names that outlets go by: which one a host belongs to, and which endings of
//! a title are the outlet's name.

use super::clean::collapse;
use crate::text::fold;

struct Outlet {
    /// Name used as [`Article::source`](crate::Article::source).
    name: &'static str,
    /// Domains, without `www.`.
    hosts: &'static [&'static str],
    /// Endings of titles, folded, lower case.
    endings: &'static [&'static str],
}

const fn outlet(
    name: &'static str,
    hosts: &'static [&'static str],
    endings: &'static [&'static str],
) -> Outlet {
    Outlet { name, hosts, endings }
}

const OUTLETS: &[Outlet] = &[
    outlet("法广", &["rfi.fr"], &["法国国际广播电台", "rfi", "法广"]),
    outlet(
        "BBC",
        &["bbc.com", "bbc.co.uk"],
        &["bbc news 中文", "bbc 中文网", "bbc中文", "bbc"],
    ),
    outlet(
        "德国之声",
        &["dw.com", "dw.de"],
        &["德国之声", "德国之声中文网", "dw", "dw.com"],
    ),
    outlet(
        "美国之音",
        &["voachinese.com", "voacantonese.com", "voanews.com"],
        &["美国之音", "voa"],
    ),
    outlet(
        "自由亚洲电台",
        &["rfa.org"],
        &["自由亚洲电台", "自由亚洲电台普通话", "rfa"],
    ),
    outlet(
        "路透",
        &["reuters.com"],
        &["路透", "路透社", "路透中文网", "reuters"],
    ),
    outlet(
        "纽约时报",
        &["nytimes.com", "nytcn.me"],
        &["纽约时报中文网", "纽约时报", "国际纵览"],
    ),
    outlet("华尔街日报", &["cn.wsj.com", "wsj.com"], &["华尔街日报", "wsj"]),
    outlet(
        "金融时报",
        &["ft.com", "ftchinese.com"],
        &["ft中文网", "金融时报", "ftchinese.com"],
    ),
    outlet(
        "中央社",
        &["cna.com.tw"],
        &["中央社 cna", "中央社", "中央通讯社", "cna"],
    ),
    outlet(
        "中央广播电台",
        &["rti.org.tw"],
        &["中央广播电台", "rti 中央广播电台", "rti"],
    ),
    outlet(
        "自由时报",
        &["ltn.com.tw"],
        &["自由时报电子报", "自由时报", "自由电子报"],
    ),
    outlet("联合新闻网", &["udn.com"], &["联合新闻网", "udn"]),
    outlet(
        "联合早报",
        &["zaobao.com", "zaobao.com.sg"],
        &["联合早报", "联合早报网", "早报"],
    ),
    outlet(
        "大纪元",
        &["epochtimes.com"],
        &["大纪元", "大纪元时报", "大纪元新闻网"],
    ),
    outlet("中国数字时代", &["chinadigitaltimes.net"], &["中国数字时代"]),
    outlet("端传媒", &["theinitium.com"], &["端传媒", "端传媒 initium media"]),
    outlet("众新闻", &["hkcnews.com"], &["众新闻", "众新闻 citizen news"]),
    outlet("香港电台", &["rthk.hk"], &["香港电台", "rthk"]),
    outlet("香港01", &["hk01.com"], &["香港01"]),
    outlet("明报", &["mingpao.com"], &["明报", "明报新闻网"]),
    outlet("新华网", &["xinhuanet.com", "news.cn"], &["新华网", "新华社"]),
    outlet("人民网", &["people.com.cn", "people.cn"], &["人民网", "人民日报"]),
    outlet(
        "央视网",
        &["cctv.com", "cctv.cn"],
        &["央视网", "央视网(cctv.com)", "央视新闻", "cctv"],
    ),
    outlet(
        "中国新闻网",
        &["chinanews.com", "chinanews.com.cn"],
        &["中国新闻网", "中新网"],
    ),
    outlet("环球网", &["huanqiu.com"], &["环球网"]),
    outlet("观察者网", &["guancha.cn"], &["观察者网"]),
    outlet(
        "澎湃新闻",
        &["thepaper.cn"],
        &["澎湃新闻", "澎湃新闻-the paper", "the paper"],
    ),
    outlet("财新网", &["caixin.com"], &["财新网", "财新"]),
    outlet("界面新闻", &["jiemian.com"], &["界面新闻"]),
    outlet("36氪", &["36kr.com"], &["36氪"]),
    outlet("凤凰网", &["ifeng.com"], &["凤凰网", "凤凰网资讯"]),
    outlet(
        "新浪新闻",
        &["sina.com.cn"],
        &["新浪新闻", "新浪网", "新浪财经", "手机新浪网"],
    ),
    outlet("网易", &["163.com"], &["网易新闻", "网易", "手机网易网"]),
    outlet("搜狐", &["sohu.com"], &["搜狐", "搜狐新闻", "手机搜狐网"]),
    outlet("腾讯新闻", &["qq.com"], &["腾讯新闻", "腾讯网"]),
    outlet(
        "维基百科",
        &["zh.wikipedia.org"],
        &["维基百科,自由的百科全书", "维基百科"],
    ),
    outlet("Solidot", &["solidot.org"], &["solidot"]),
];

/// The outlet that an address belongs to, else the address's host.
pub(super) fn source_of(url: &str) -> Option<String> {
    let host = host(url)?;
    let known = OUTLETS
        .iter()
        .find(|outlet| outlet.hosts.iter().any(|domain| is_within(&host, domain)));
    Some(known.map_or(host, |outlet| outlet.name.to_owned()))
}

fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit('@')
        .next()?
        .split(':')
        .next()?
        .to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_owned())
}

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A title on one line, without the outlet's name behind it (`… – 某电台 - RFI`)
/// and without a feed's category before it (`[World] …`). `site` is a further
/// name that the outlet goes by.
///
/// Only whole, known names are taken off: the rubric behind `菅义伟当选 - 东京专栏`
/// says what the article is and where it was written.
pub(super) fn clean_title(title: &str, site: Option<&str>) -> String {
    let title = collapse(title);
    let site = site.map(key);
    let mut rest = without_category(&title);
    while let Some((head, ending)) = last_segment(rest) {
        let ending = key(ending);
        let is_outlet = OUTLETS
            .iter()
            .any(|outlet| outlet.endings.contains(&ending.as_str()));
        if head.is_empty() || !(is_outlet || site.as_ref() == Some(&ending)) {
            break;
        }
        rest = head;
    }
    rest.to_owned()
}

fn key(name: &str) -> String {
    collapse(name)
        .chars()
        .map(fold)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Splits at the last separator between a title and a name.
fn last_segment(title: &str) -> Option<(&str, &str)> {
    let mark = |separator: &str| title.rfind(separator).map(|at| (at, separator.len()));
    let spaced = [" - ", " – ", " — ", " | ", " · ", " :: "]
        .into_iter()
        .filter_map(mark);
    let bare = ["_", "｜", "|", "－", "--", "-"].into_iter().filter_map(mark);
    let (at, length) = spaced
        .chain(bare)
        .max_by_key(|&(at, length)| (at + length, length))?;
    Some((title[..at].trim_end(), title[at + length..].trim_start()))
}

fn without_category(title: &str) -> &str {
    let inside = title.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    match inside {
        Some((category, rest))
            if category.chars().count() <= 12 && !category.contains('[') && !rest.is_empty() =>
        {
            rest
        }
        _ => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlets_are_taken_off_and_rubrics_stay() {
        for (title, expected) in [
            ("首相访问京都 – 法国国际广播电台 - RFI", "首相访问京都"),
            ("首相访问京都 - 东京专栏", "首相访问京都 - 东京专栏"),
            ("首相訪問京都 | 國際 | 中央社 CNA", "首相訪問京都 | 國際"),
            ("首相访问京都_新闻_央视网(cctv.com)", "首相访问京都_新闻"),
            ("首相访问京都-新华网", "首相访问京都"),
            ("专访：BBC - RFI", "专访：BBC"),
            ("RFI", "RFI"),
            ("中美-中欧", "中美-中欧"),
            ("[World] 首相访问京都", "首相访问京都"),
            ("[[World] 首相", "[[World] 首相"),
            (" 第一\n第二 ", "第一第二"),
        ] {
            assert_eq!(clean_title(title, None), expected);
        }
        assert_eq!(
            clean_title("首相访问京都 - 京都日报", Some("京都日报")),
            "首相访问京都"
        );
    }

    #[test]
    fn sources_by_host() {
        assert_eq!(source_of("http://www.rfi.fr//cn/x").as_deref(), Some("法广"));
        assert_eq!(
            source_of("https://cn.reuters.com/article/x").as_deref(),
            Some("路透")
        );
        assert_eq!(
            source_of("https://news.example.org:8080/a?b").as_deref(),
            Some("news.example.org")
        );
        assert_eq!(source_of("https://notrfi.fr/").as_deref(), Some("notrfi.fr"));
        assert_eq!(source_of("rfi.fr"), None);
    }
}
