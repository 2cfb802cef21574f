//! The words around a timeline, in the reader's language.

use jiff::civil::Date;

use super::model::{EntityInfo, EntityRef, Event, Term};
use super::series::By;
use crate::error::{Error, Result};
use crate::resolve::dates::Precision;

/// Language of everything that is not from the corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese in simplified script.
    #[default]
    Chinese,
    /// English.
    English,
}

impl std::str::FromStr for Lang {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "zh" => Ok(Self::Chinese),
            "en" => Ok(Self::English),
            _ => Err(Error::Usage(format!(
                "unknown language {name:?}: expected zh or en"
            ))),
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn month(date: Date) -> &'static str {
    MONTHS[(date.month() - 1) as usize]
}

/// The words, each in both languages.
macro_rules! words {
    ($($name:ident: $chinese:literal, $english:literal;)*) => {
        impl Lang {
            $(pub(super) fn $name(self) -> &'static str {
                match self {
                    Self::Chinese => $chinese,
                    Self::English => $english,
                }
            })*
        }
    };
}

words! {
    code: "zh-Hans", "en";
    timeline: "时间线", "Timeline";
    comparison: "对照", "Comparison";
    events: "事件", "Events";
    attention: "报道量", "Coverage";
    bursts: "报道高峰", "Bursts of attention";
    companions: "相关的人、地、机构与议题", "Tied to";
    roles: "职务", "Titles";
    also_called: "又作", "Also called";
    search: "搜索", "Search";
    search_hint: "搜索事件（按 / 键）", "Search events (press /)";
    from: "从", "From";
    to: "到", "To";
    all_dates: "所有日期", "All dates";
    named_dates: "文中所述日期", "Dates named in the text";
    published_dates: "发布日期", "Dates of publication";
    more_outlets: "两家以上媒体", "Two outlets or more";
    reset: "清除", "Clear";
    nothing: "没有符合条件的事件。", "No event matches.";
    published: "发布日期", "published";
    former: "前任", "former";
    former_since: "称前任自", "former since";
    sources: "来源", "Sources";
    with: "涉及", "With";
    more: "较弱的高峰", "Weaker ones";
    rare: "较少见的", "Rarer ones";
    skip: "跳到事件", "Skip to the events";
    keys: "快捷键：/ 搜索，j 与 k 下一个与上一个事件，Esc 清除", "Keys: / search, j and k next and previous event, Esc clear";
    untitled: "（无标题）", "(no headline)";
    strength: "强度", "strength";
    share_axis: "占全部报道的比例", "Share of all articles";
    articles_axis: "文章数", "Articles";
    no_date: "没有注明日期", "without a date";
}

impl Lang {
    /// A number with its noun.
    pub(super) fn articles(self, count: u64) -> String {
        match self {
            Self::Chinese => format!("{count} 篇文章"),
            Self::English if count == 1 => "1 article".to_owned(),
            Self::English => format!("{count} articles"),
        }
    }

    /// A number with its noun.
    pub(super) fn mentions(self, count: u64) -> String {
        match self {
            Self::Chinese => format!("提及 {count} 次"),
            Self::English if count == 1 => "1 mention".to_owned(),
            Self::English => format!("{count} mentions"),
        }
    }

    /// A number with its noun.
    pub(super) fn outlets(self, count: u64) -> String {
        match self {
            Self::Chinese => format!("{count} 家媒体"),
            Self::English if count == 1 => "1 outlet".to_owned(),
            Self::English => format!("{count} outlets"),
        }
    }

    /// A number with its noun.
    pub(super) fn event_count(self, count: usize) -> String {
        match self {
            Self::Chinese => format!("{count} 个事件"),
            Self::English if count == 1 => "1 event".to_owned(),
            Self::English => format!("{count} events"),
        }
    }

    /// What a timeline is called.
    pub(super) fn name(self, entity: &EntityInfo) -> &str {
        match self {
            Self::English => entity.name_en.as_deref().unwrap_or(&entity.name),
            Self::Chinese => &entity.name,
        }
    }

    /// What another entity is called.
    pub(super) fn name_of(self, entity: &EntityRef) -> &str {
        match self {
            Self::English => entity.name_en.as_deref().unwrap_or(&entity.name),
            Self::Chinese => &entity.name,
        }
    }

    /// What marks a burst, as a list.
    pub(super) fn terms(self, terms: &[Term]) -> String {
        let names = terms.iter().map(|term| match self {
            Self::English => term.name_en.as_deref().unwrap_or(&term.text),
            Self::Chinese => &term.text,
        });
        names.collect::<Vec<_>>().join(match self {
            Self::Chinese => "、",
            Self::English => ", ",
        })
    }

    /// What a type of entity, or a scheme of topics, is called.
    pub(super) fn kind(self, kind: &str) -> &str {
        match (kind, self) {
            ("PER", Self::Chinese) => "人物",
            ("PER", Self::English) => "person",
            ("LOC", Self::Chinese) => "地点",
            ("LOC", Self::English) => "place",
            ("ORG", Self::Chinese) => "机构",
            ("ORG", Self::English) => "organisation",
            ("issue", Self::Chinese) => "议题",
            ("iptc", Self::Chinese) => "新闻主题",
            ("iptc", Self::English) => "subject",
            ("keyphrase", Self::Chinese) => "关键词",
            _ => kind,
        }
    }

    /// The bins of a series.
    pub(super) fn per(self, by: By) -> &'static str {
        match (by, self) {
            (By::Auto | By::Day, Self::Chinese) => "每日",
            (By::Auto | By::Day, Self::English) => "per day",
            (By::Week, Self::Chinese) => "每周",
            (By::Week, Self::English) => "per week",
            (By::Month, Self::Chinese) => "每月",
            (By::Month, Self::English) => "per month",
            (By::Year, Self::Chinese) => "每年",
            (By::Year, Self::English) => "per year",
        }
    }

    /// A day.
    pub(super) fn day(self, date: Date) -> String {
        match self {
            Self::Chinese => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Self::English => format!("{} {} {}", date.day(), month(date), date.year()),
        }
    }

    /// A bin of a series that begins on `date`.
    pub(super) fn bin(self, date: Date, by: By) -> String {
        match (by, self) {
            (By::Month, Self::Chinese) => format!("{}年{}月", date.year(), date.month()),
            (By::Month, Self::English) => format!("{} {}", month(date), date.year()),
            (By::Year, Self::Chinese) => format!("{}年", date.year()),
            (By::Year, Self::English) => date.year().to_string(),
            (By::Week, Self::Chinese) => format!("{}起一周", self.day(date)),
            (By::Week, Self::English) => format!("week of {}", self.day(date)),
            (By::Auto | By::Day, _) => self.day(date),
        }
    }

    /// From a day to another.
    pub(super) fn days(self, first: Date, last: Date) -> String {
        if first == last {
            self.day(first)
        } else {
            format!("{} – {}", self.day(first), self.day(last))
        }
    }

    /// The date of an event in its precision.
    pub(super) fn date(self, event: &Event) -> String {
        match event.precision {
            Precision::Day => self.day(event.first),
            Precision::Month => self.bin(event.first, By::Month),
            Precision::Year => self.bin(event.first, By::Year),
            Precision::Week => self.bin(event.first, By::Week),
            _ => self.days(event.first, event.last),
        }
    }
}
