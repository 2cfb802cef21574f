//! The words that dates are made of.

use std::sync::LazyLock;

use super::holidays::Rule;
use super::numerals::is_chinese_numeral;
use super::period::{Season, Unit};
use super::when::Modifier;

/// What a relative expression counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The publication date: 昨天, 去年.
    Publication,
    /// The date last mentioned: 次日, 同年.
    Narrative,
    /// The same, but always a time gone by: 当年.
    Bygone,
}

/// Part of the day, in the codes of TIMEX3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayPart {
    Morning,
    Midday,
    Afternoon,
    Evening,
    Night,
}

impl DayPart {
    pub fn code(self) -> &'static str {
        match self {
            Self::Morning => "TMO",
            Self::Midday => "TMI",
            Self::Afternoon => "TAF",
            Self::Evening => "TEV",
            Self::Night => "TNI",
        }
    }
}

/// What a word means to the parser.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// Follows its number as a name: 年, 月, 日, 季度, 世纪, 点.
    Unit(Unit),
    /// Follows its number as an amount: 个月, 天, 小时.
    Count(Unit),
    /// 个多月: more than so many.
    CountOver(Unit),
    /// 个半月: so many, and half a one more.
    CountAndHalf(Unit),
    /// 今年, 上周, 昨天, 次日, 同年.
    Relative(Unit, i8, Frame),
    /// 昨晚, 今晨, 当晚.
    DayWithPart(i8, Frame, DayPart),
    /// 今(17)日, up to the bracket.
    Bracketed(i8),
    /// 今夏, 去冬.
    YearSeason(i8, Season),
    /// Monday is 1.
    Weekday(u8),
    Weekend,
    /// 上半年, 下半年; with the unit that is halved.
    HalfOf(Unit, u8),
    Season(Season),
    /// 上旬.
    Third(Modifier),
    /// 初, 底; as part of a word with the unit: 年初, 月底.
    Edge(Option<Unit>, Modifier),
    Part(DayPart),
    Holiday(Rule, u8, u8),
    /// A word that seldom is a holiday, such as 大雪.
    WeakHoliday(Rule),
    /// 假期, 黄金周, 期间 after a holiday.
    Festive,
    /// 农历.
    Lunar,
    /// 正月, 腊月.
    LunarMonth(u8),
    /// 闰.
    Leap,
    /// 元月.
    NamedMonth(u8),
    /// Q3.
    QuarterCode(u8),
    /// The year before year one of an era: 民国, 昭和, 公元.
    Era(i16),
    /// 公元前.
    BeforeChrist,
    /// 元年.
    FirstYear,
    /// 第.
    Ordinal,
    /// 首.
    First,
    /// 最后.
    Last,
    /// 前.
    Front,
    /// 后.
    Back,
    /// 过去, 近; a length of time up to now.
    Past,
    /// 未来, 今后; a length of time from now.
    Coming,
    /// 上 or 下 before a number.
    Over(i8),
    /// 半.
    HalfA,
    /// 多, 余, 几: the number is not exact.
    Vague,
    /// 之前, 起, 左右 …
    Bound(Modifier),
    /// 以来, 至今.
    EverSince,
    /// 以内, 之内.
    Within,
    /// 之间 closes 从…到….
    Between,
    /// 从, 自.
    From,
    /// 至, 到, a dash.
    To,
    /// 和, 与.
    And,
    /// 的.
    Of,
    /// 每, 逢.
    Each,
    /// 将, 计划.
    Future,
    /// 已, 曾, 了.
    Done,
    /// 表示, 报道.
    Saying,
    EnglishMonth(i8),
    EnglishWeekday,
}

/// An entry with the characters that must not stand right before or after it.
struct Entry {
    /// The second character, if there is one: most entries fail there.
    second: Option<char>,
    chars: Box<[char]>,
    word: Word,
    not_after: &'static str,
    not_before: &'static str,
}

impl Entry {
    fn matches(&self, text: &[char], at: usize) -> bool {
        // The bucket has seen to the first character.
        if self.second.is_some() && self.second != text.get(at + 1).copied() {
            return false;
        }
        let end = at + self.chars.len();
        if self.chars.len() > 2 && text.get(at..end) != Some(&*self.chars) {
            return false;
        }
        let before = at.checked_sub(1).map(|before| text[before]);
        if before.is_some_and(|c| self.not_after.contains(c)) {
            return false;
        }
        // A numeral in front would make the word part of a longer number.
        let counted = |c: char| c.is_ascii_digit() || is_chinese_numeral(c) || c == '第';
        if is_chinese_numeral(self.chars[0]) && before.is_some_and(counted) {
            return false;
        }
        !text.get(end).is_some_and(|&c| self.not_before.contains(c))
    }
}

/// All words, by their first character.
pub(super) struct Lexicon {
    /// Index into `buckets` for each character of the Basic Multilingual Plane; 0 for none.
    index: Box<[u16]>,
    buckets: Vec<Vec<Entry>>,
}

impl Lexicon {
    /// Where the words that begin with `c` are; 0 if there are none.
    pub fn bucket(&self, c: char) -> u16 {
        self.index.get(c as usize).copied().unwrap_or(0)
    }

    /// The longest word at `at`, with its length; `bucket` is that of its first character.
    pub fn longest(&self, bucket: u16, text: &[char], at: usize) -> Option<(Word, usize)> {
        let entry = self.buckets[usize::from(bucket)]
            .iter()
            .find(|entry| entry.matches(text, at))?;
        Some((entry.word, entry.chars.len()))
    }

    /// Adds words that blanks separate.
    pub fn add(&mut self, words: &str, word: Word) {
        self.add_guarded(words, word, "", "");
    }

    /// Adds words that must not follow or precede certain characters.
    pub fn add_guarded(
        &mut self,
        words: &str,
        word: Word,
        not_after: &'static str,
        not_before: &'static str,
    ) {
        for text in words.split_whitespace() {
            let chars: Box<[char]> = text.chars().collect();
            let slot = &mut self.index[chars[0] as usize];
            if *slot == 0 {
                *slot = self.buckets.len() as u16;
                self.buckets.push(Vec::new());
            }
            self.buckets[usize::from(*slot)].push(Entry {
                second: chars.get(1).copied(),
                chars,
                word,
                not_after,
                not_before,
            });
        }
    }
}

/// The lexicon, built on first use.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        index: vec![0; 0x1_0000].into_boxed_slice(),
        buckets: vec![Vec::new()],
    };
    super::words::add_all(&mut lexicon);
    for bucket in &mut lexicon.buckets {
        bucket.sort_by_key(|entry| std::cmp::Reverse(entry.chars.len()));
    }
    lexicon
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_folded_form() {
        for entry in LEXICON.buckets.iter().flatten() {
            let word: String = entry.chars.iter().collect();
            assert_eq!(crate::text::fold_str(&word), word);
        }
    }
}
