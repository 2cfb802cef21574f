//! What the module promises as a whole.

use std::time::{Duration, Instant};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// `text=value` of every date, as published on 17 April 2024.
fn found(text: &str) -> String {
    found_on(text, date(2024, 4, 17))
}

fn found_on(text: &str, reference: Date) -> String {
    let dates = resolve(text, reference, &Options::default());
    let items: Vec<String> = dates
        .iter()
        .map(|date| format!("{}={}", date.text, date.value))
        .collect();
    items.join(" ")
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(found(text), *expected, "{text}");
    }
}

#[test]
fn the_expressions_of_the_news() {
    check(&[
        ("追溯到 2022 年 11 月，", "2022 年 11 月=2022-11"),
        ("去年11月会晤", "去年11月=2023-11"),
        ("本月初启程", "本月初=2024-04"),
        ("上周三表示", "上周三=2024-04-10"),
        ("昨天通话", "昨天=2024-04-16"),
        ("4月16日晚在北京", "4月16日晚=2024-04-16"),
        ("当地时间16日", "16日=2024-04-16"),
        ("年底前完成", "年底=2024"),
        ("2023年第三季度", "2023年第三季度=2023-Q3"),
        ("上世纪90年代", "上世纪90年代=199X"),
        ("上世纪八九十年代", "上世纪八九十年代=198X/199X"),
        ("七八十年代", "七八十年代=197X/198X"),
        ("民國109年11月", "民國109年11月=2020-11"),
        ("今年夏天", "今年夏天=2024-SU"),
        ("国庆节放假", "国庆节=2023-10-01"),
        ("去年十一黄金周", "去年十一黄金周=2023-10-01/2023-10-07"),
        ("今年春节期间", "今年春节期间=2024-02-10/2024-02-16"),
        ("2019年至2021年", "2019年至2021年=2019/2021"),
        ("8月3日到5日", "8月3日到5日=2023-08-03/2023-08-05"),
        ("２０２４年４月", "２０２４年４月=2024-04"),
        ("二〇二四年四月十六日", "二〇二四年四月十六日=2024-04-16"),
        ("2022年下半年", "2022年下半年=2022-H2"),
        ("2026年1月最后一天", "2026年1月最后一天=2026-01-31"),
        ("31年前的今天", "31年前的今天=1993-04-17"),
        ("一年半前", "一年半前=2022-10"),
        ("两个半月前离任", "两个半月前=2024-02"),
        ("一年零两个半月前", "一年零两个半月前=2023-02"),
        ("将在三个半月后举行", "三个半月后=2024-08"),
        ("两个半月来", ""),
        ("三个半小时前", ""),
        ("公元前221年", "公元前221年=-0220"),
        ("农历八月十五", "农历八月十五=2023-09-29"),
        ("17/04/2024 - 15:43", "17/04/2024 - 15:43=2024-04-17"),
        ("2020-09-27T14:50:33.129Z", "2020-09-27T14:50:33.129Z=2020-09-27"),
        (
            "Fri, 16 Oct 2020 05:19:21 GMT",
            "Fri, 16 Oct 2020 05:19:21 GMT=2020-10-16",
        ),
        ("2020年8月23日星期日，", "2020年8月23日星期日=2020-08-23"),
        ("自1月5日起至3月8日止", "1月5日起至3月8日止=2024-01-05/2024-03-08"),
        ("5月31到6月2日", "5月31到6月2日=2024-05-31/2024-06-02"),
        (
            "蔡英文今(17)日，昨（16）日",
            "今(17)日=2024-04-17 昨（16）日=2024-04-16",
        ),
        ("今年首两个月", "今年首两个月=2024-01/2024-02"),
        ("去年今日", "去年今日=2023-04-17"),
        ("16日上午9时至下午5时", "16日上午9时至下午5时=2024-04-16"),
        ("19日至21日访问", "19日至21日=2024-04-19/2024-04-21"),
        ("马英九4月15日说", "4月15日=2024-04-15"),
        ("截至今年3月底", "今年3月底=2024-03"),
    ]);
}

#[test]
fn what_is_no_date() {
    for text in [
        "两会期间",
        "21世纪与上世纪",
        "历时三年",
        "30岁的他",
        "年逾九旬",
        "每年9月开学，每周三开会，每月15日发薪",
        "连续10日上涨",
        "以3-0获胜",
        "版本2.0.1",
        "电话010-6552-9988",
        "4G和5G网络",
        "十一点开会",
        "6个月大的婴儿",
        "3号线和10号楼",
        "二年级学生",
        "第三天",
        "目前天津下雨，说明天气转凉",
        "过去年代",
        "前日本首相",
        "2月30日",
        "五月天演唱会",
        "近日，日前，最近，此前，当时",
        "神舟十三号",
        "上证指数跌1.5%，报3021点",
    ] {
        assert_eq!(found(text), "", "{text}");
    }
}

#[test]
fn tense_decides_where_the_year_is_not_said() {
    check(&[
        ("谈判将于周五举行", "周五=2024-04-19"),
        ("谈判周五举行", "周五=2024-04-12"),
        ("周二表示将访华", "周二=2024-04-16"),
        ("计划于5月1日启用", "5月1日=2024-05-01"),
        ("5月1日启用以来", "5月1日=2024-05-01"),
        ("已于11月3日完成", "11月3日=2023-11-03"),
        ("有望创下3月以来最大涨幅", "3月=2024-03"),
        ("星期二（4月23日）将举行", "星期二=2024-04-23 4月23日=2024-04-23"),
        ("9月27日（周三）", "9月27日=2023-09-27 周三=2023-09-27"),
    ]);
}

#[test]
fn a_narrative_counts_from_the_date_last_mentioned() {
    check(&[
        (
            "2019年3月5日他辞职，次日离开，同月返回，同年当选，一周后",
            "2019年3月5日=2019-03-05 次日=2019-03-06 同月=2019-03 同年=2019 一周后=2019-03-13",
        ),
        ("2015年3月入院，5月出院", "2015年3月=2015-03 5月=2015-05"),
        (
            "2021年3月2日开庭。三天后，他认罪。",
            "2021年3月2日=2021-03-02 三天后=2021-03-05",
        ),
        ("1月27日开会。当日，他说", "1月27日=2024-01-27 当日=2024-01-27"),
        (
            "他说：“31年前的今天。”\n同一天，",
            "31年前的今天=1993-04-17 同一天=2024-04-17",
        ),
        ("投票三天后结束", ""),
    ]);
}

#[test]
fn both_scripts_read_the_same() {
    let simplified = found("上周三至本周五，台湾民国109年二月初五，礼拜天，后天晚上");
    let traditional = found("上週三至本週五，臺灣民國109年二月初五，禮拜天，後天晚上");
    let values = |text: &str| {
        let items = text.split(' ').filter_map(|item| item.split_once('='));
        items.map(|(_, value)| value.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values(&simplified), values(&traditional));
    assert_eq!(values(&simplified).len(), 4);
}

#[test]
fn without_publication_date_only_what_is_told_is_found() {
    let text = "昨天，周三，2019年3月5日，次日，两年前，2018年的今天。";
    let dates = resolve(text, None, &Options::default());
    let values: Vec<&str> = dates.iter().map(|date| &*date.value).collect();
    assert_eq!(values, ["2019-03-05", "2019-03-06"]);
    let events = event_dates("没有日期。2019年3月5日有。", &dates[..0], None);
    assert!(events.is_empty());
}

#[test]
fn the_record_keeps_its_fields_in_order() {
    let dates = resolve("据报道，去年底", date(2024, 4, 17), &Options::default());
    assert_eq!(
        serde_json::to_string(&dates[0]).unwrap(),
        "{\"start\":4,\"end\":7,\"text\":\"去年底\",\"value\":\"2023\",\"timex\":\"2023\",\"precision\":\"year\",\
         \"confidence\":0.922,\"resolution\":\"publication\",\"mod\":\"END\"}"
    );
    let evening = &resolve("4月16日晚8点", date(2024, 4, 17), &Options::default())[0];
    assert_eq!(evening.timex, "2024-04-16T20:00");
    let tonight = &resolve("今晚8点半", date(2024, 4, 17), &Options::default())[0];
    assert_eq!(tonight.timex, "2024-04-17T20:30");
    let (first, last) = dates[0].bounds();
    assert_eq!((first, last), (Some(date(2023, 11, 1)), Some(date(2023, 12, 31))));
}

#[test]
fn long_runs_take_linear_time() {
    let begin = Instant::now();
    resolve(&"7".repeat(1 << 20), date(2024, 4, 17), &Options::default());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    // Generous, for busy machines; anything quadratic takes minutes.
    for piece in [
        "1",
        "一",
        "2020年",
        "1-",
        "每",
        "前",
        "“",
        "上周三和",
        "3天",
        "2020/",
        "(",
        "1:",
        "a",
        "周日（",
        "从",
        "第",
        "农历",
        "初",
    ] {
        let text = piece.repeat(300_000 / piece.len());
        let begin = Instant::now();
        let query = Options {
            register: Register::Query,
            bounds_in_span: true,
            ..Options::default()
        };
        resolve(&text, date(2024, 4, 17), &Options::default());
        resolve(&text, date(2024, 4, 17), &query);
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "{piece}: {:?}",
            begin.elapsed()
        );
    }
}

/// Text that is mostly made of the words of dates.
fn date_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "2024",
        "12",
        "3",
        "31",
        "0",
        "99999999999",
        "二〇二四",
        "十二",
        "廿一",
        "三",
        "年",
        "月",
        "日",
        "号",
        "周",
        "星期",
        "天",
        "个月",
        "季度",
        "世纪",
        "年代",
        "前",
        "后",
        "之前",
        "以来",
        "起",
        "至",
        "-",
        "/",
        ".",
        ":",
        "、",
        "，",
        "。",
        "\n",
        " ",
        "的",
        "上",
        "下",
        "本",
        "今年",
        "去年",
        "昨天",
        "次日",
        "同年",
        "春节",
        "农历",
        "闰",
        "初",
        "底",
        "每",
        "第",
        "最后",
        "半",
        "多",
        "几",
        "将",
        "已",
        "说",
        "“",
        "”",
        "（",
        "）",
        "Oct",
        "Fri",
        "T",
        "Z",
        "民國",
        "公元前",
        "上午",
        "点",
        "分",
        "秒",
        "和",
        "之间",
        "从",
        "期间",
        "é",
        "😀",
        "\u{3000}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn any_options() -> impl Strategy<Value = Options> {
    let prefer = prop::sample::select(vec![
        Prefer::Context,
        Prefer::Past,
        Prefer::Future,
        Prefer::Current,
    ]);
    let register = prop::sample::select(vec![Register::News, Register::Query]);
    (prefer, register, any::<bool>(), any::<bool>()).prop_map(
        |(prefer, register, bounds_in_span, offset_spans)| Options {
            prefer,
            register,
            bounds_in_span,
            offset_spans,
        },
    )
}

fn check_promises(text: &str, reference: Date, options: &Options) {
    let dates = resolve(text, reference, options);
    assert_eq!(dates, resolve(text, reference, options));
    let chars: Vec<char> = text.chars().collect();
    let mut end = 0;
    for date in &dates {
        assert!(end <= date.start && date.start < date.end && date.end <= chars.len());
        assert_eq!(chars[date.start..date.end].iter().collect::<String>(), date.text);
        let when = date.when().expect("a value that can be read back");
        assert_eq!(when.to_string(), date.value);
        assert!(when.first() <= when.last(), "{}", date.value);
        date.bounds();
        end = date.end;
    }
    let events = event_dates(text, &dates, reference);
    let mut at = 0;
    for event in &events {
        assert_eq!(event.start, at);
        at = event.end;
    }
    assert_eq!(at, chars.len());
}

/// Found by the fuzz target: two digits of a clock that is glued to a day.
#[test]
fn large_figures_before_a_colon_are_no_overflow() {
    check_promises("17-9002:", date(2024, 4, 17), &Options::default());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn promises_hold_for_dates(text in date_like(), options in any_options(), year in -9999i16..=9999, day in 1i8..=28) {
        check_promises(&text, date(year, 12, day), &options);
    }

    #[test]
    fn promises_hold_for_any_text(text in "\\PC*", options in any_options()) {
        check_promises(&text, date(2024, 4, 17), &options);
    }
}
