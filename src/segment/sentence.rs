//! Sentence splitting for Chinese news.
//!
//! A sentence ends at a line break, at `。！？` and their half-width and doubled
//! forms, and at `……` unless the clause goes on. Closing quotation marks and
//! brackets stay with the sentence they close. `；` does not end a sentence.
//!
//! When in doubt the text stays whole: two sentences left together cost the
//! recogniser nothing, a name cut in two is lost. So nothing is cut inside a short
//! quotation, bracket or title, before “他说” that follows a quotation, or at the
//! ASCII marks inside `J. K. 罗琳`, `U.S.`, `3.5`, `No.1` and `Yahoo!奇摩`.

use std::ops::Range;

use crate::text::fold;

/// Quotations, brackets and titles of at most this many characters are kept whole.
const MAX_WHOLE: usize = 60;

/// How many unclosed brackets are looked through for the partner of a closing one;
/// keeps the time linear whatever the input.
const MAX_DEPTH: usize = 16;

/// How far after a quotation its speaker is looked for.
const MAX_ATTRIBUTION: usize = 24;

/// Latin words that must come before an ASCII mark for it to end a sentence, and
/// how far back they are looked for.
const MIN_LATIN_WORDS: usize = 3;
const MAX_LATIN: usize = 120;

/// Opening marks, each followed by its closing mark.
const PAIRS: [(char, char); 15] = [
    ('“', '”'),
    ('‘', '’'),
    ('「', '」'),
    ('『', '』'),
    ('﹁', '﹂'),
    ('《', '》'),
    ('〈', '〉'),
    ('（', '）'),
    ('(', ')'),
    ('【', '】'),
    ('〔', '〕'),
    ('［', '］'),
    ('[', ']'),
    ('｛', '｝'),
    ('{', '}'),
];

/// What ends the clause that names the speaker after a quotation (simplified; the
/// text is folded before it is compared).
const SAYING: &[&str] = &[
    "说",
    "道",
    "称",
    "问",
    "答",
    "喊",
    "言",
    "表示",
    "指出",
    "强调",
    "补充",
    "回应",
    "认为",
    "警告",
    "呼吁",
    "透露",
    "介绍",
    "解释",
    "告诉记者",
    "反驳",
    "感叹",
    "批评",
    "承认",
    "否认",
    "曰",
];

/// Latin abbreviations that are written with a full stop.
const ABBREVIATIONS: &[&str] = &[
    "adm", "al", "apr", "assn", "aug", "ave", "blvd", "bros", "capt", "cf", "co", "col", "corp", "dec",
    "dept", "dr", "ed", "est", "etc", "feb", "fr", "ft", "gen", "gov", "hon", "inc", "jan", "jr", "jul",
    "jun", "lt", "ltd", "maj", "mar", "messrs", "mr", "mrs", "ms", "mt", "nov", "oct", "pres", "prof", "rd",
    "rep", "rev", "sen", "sep", "sept", "sgt", "sr", "st", "ste", "univ", "vs",
];

/// Abbreviations only where a number follows.
const NUMBERED: &[&str] = &["fig", "no", "nos", "pp", "vol"];

/// Splits `text` into sentences.
///
/// Yields half-open ranges of code points, in order, without overlap; they begin
/// and end with a character that is not white space, and only white space is
/// outside of them.
///
/// ```
/// use shiji::segment::sentence::sentences;
/// let text = "“我来了。我看见了。”他说。随后离开？";
/// let found: Vec<_> = sentences(text).collect();
/// assert_eq!(found, [0..14, 14..19]);
/// ```
pub fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> + use<> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in chars.split(|&c| is_line_break(c)) {
        let in_line = Line::new(line).sentences();
        found.extend(
            in_line
                .into_iter()
                .map(|s| line_start + s.start..line_start + s.end),
        );
        line_start += line.len() + 1;
    }
    found.into_iter()
}

/// Whether `c` ends a line wherever it stands (the mandatory breaks of UAX #14).
pub(crate) fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_full_stop(c: char) -> bool {
    matches!(c, '。' | '｡' | '！' | '？' | '‼' | '⁇' | '⁈' | '⁉' | '﹗' | '﹖')
}

fn is_ellipsis(c: char) -> bool {
    matches!(c, '…' | '⋯' | '‥')
}

fn is_ascii_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?')
}

fn is_stop(c: char) -> bool {
    is_full_stop(c) || is_ellipsis(c) || is_ascii_stop(c)
}

/// What a run of stops is, by its characters and the one before it.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    /// Ends a Chinese sentence.
    Full,
    /// May end one.
    Ellipsis,
    /// Ends a Latin sentence, or belongs to a word or number.
    Latin,
    /// Stands for something else, such as a full stop used as a middle dot.
    None,
}

/// One line with its paired marks.
struct Line<'t> {
    chars: &'t [char],
    /// For a closing mark, where its opening mark is.
    opening: Vec<Option<usize>>,
    /// Whether the place before a character (or the end) is inside a pair that is
    /// kept whole.
    whole: Vec<bool>,
}

impl<'t> Line<'t> {
    fn new(chars: &'t [char]) -> Self {
        let opening = match_pairs(chars);
        let mut whole = vec![false; chars.len() + 1];
        for (close, open) in opening.iter().enumerate() {
            let Some(open) = *open else { continue };
            if close - open - 1 <= MAX_WHOLE {
                whole[open + 1..=close].fill(true);
            }
        }
        Self {
            chars,
            opening,
            whole,
        }
    }

    fn sentences(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = self.skip_space(0);
        let mut at = start;
        while at < self.chars.len() {
            if !is_stop(self.chars[at]) {
                at += 1;
                continue;
            }
            let stops = at..at + self.chars[at..].iter().take_while(|c| is_stop(**c)).count();
            let end = self.after_closing_marks(stops.end);
            if self.ends_sentence(start, stops, end) {
                found.extend(self.trimmed(start..end));
                start = self.skip_space(end);
            }
            at = end.max(start);
        }
        found.extend(self.trimmed(start..self.chars.len()));
        found
    }

    /// The range without white space at its ends, if anything is left of it.
    fn trimmed(&self, range: Range<usize>) -> Option<Range<usize>> {
        let chars = &self.chars[range.clone()];
        let first = chars.iter().position(|c| !c.is_whitespace())?;
        let last = chars.iter().rposition(|c| !c.is_whitespace())?;
        Some(range.start + first..range.start + last + 1)
    }

    /// First place at or after `at` that is not white space.
    fn skip_space(&self, at: usize) -> usize {
        at + self.chars[at..].iter().take_while(|c| c.is_whitespace()).count()
    }

    /// Whether the mark at `at` closes a quotation or bracket.
    fn is_closing(&self, at: usize) -> bool {
        match self.chars[at] {
            '"' => self.opening[at].is_some(),
            '\'' => !self.chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric),
            c => PAIRS.iter().any(|pair| pair.1 == c),
        }
    }

    /// The end of the closing marks that follow at `at`, or `at`.
    fn after_closing_marks(&self, mut at: usize) -> usize {
        loop {
            let next = self.skip_space(at);
            let adjacent = next == at;
            match self.chars.get(next) {
                Some('"' | '\'') if !adjacent => return at,
                Some(_) if self.is_closing(next) => at = next + 1,
                _ => return at,
            }
        }
    }

    /// Whether the sentence from `start` ends at `end`: after `stops` and the closing
    /// marks behind them.
    fn ends_sentence(&self, start: usize, stops: Range<usize>, end: usize) -> bool {
        if self.whole[end] {
            return false;
        }
        let next = self.chars.get(self.skip_space(end)).copied();
        if next.is_some_and(|c| is_stop(c) || continues_clause(c)) {
            return false;
        }
        match self.kind_of(stops.clone()) {
            Stop::None => false,
            Stop::Latin => self.ends_latin_sentence(start, stops, end),
            Stop::Full | Stop::Ellipsis if stops.end < end => self.ends_with_closed(start, stops, end),
            Stop::Full => true,
            Stop::Ellipsis => {
                stops.len() > 1
                    && self.trimmed(start..stops.start).is_some()
                    && !next.is_some_and(continues_noun)
            }
        }
    }

    fn kind_of(&self, stops: Range<usize>) -> Stop {
        let marks = &self.chars[stops.clone()];
        if marks.iter().any(|&c| is_full_stop(c)) {
            return Stop::Full;
        }
        if marks.iter().any(|&c| is_ellipsis(c)) {
            return Stop::Ellipsis;
        }
        let before = self.chars[..stops.start].last().copied().unwrap_or(' ');
        if marks.iter().all(|&c| c == '.') {
            return match before {
                c if c.is_ascii_alphanumeric() || matches!(c, ')' | '"' | '”' | '’' | '\'') => {
                    Stop::Latin
                }
                _ if marks.len() > 2 => Stop::Ellipsis,
                _ => Stop::None,
            };
        }
        let word = self.latin_word_before(stops.start);
        let after = self.chars.get(stops.end).copied().unwrap_or(' ');
        let in_address = after.is_ascii_alphanumeric() || matches!(before, '/' | '=' | '&' | '%' | '_' | '-');
        if in_address || word.iter().any(char::is_ascii_alphabetic) {
            Stop::Latin
        } else {
            Stop::Full
        }
    }

    /// The case that closing marks stand behind the stops: whose are the stops?
    fn ends_with_closed(&self, start: usize, stops: Range<usize>, end: usize) -> bool {
        // 《谁是凶手？》: the mark belongs to the title.
        if matches!(self.chars[stops.end], '》' | '〉') {
            return false;
        }
        let Some(open) = self.opening[end - 1] else {
            return true;
        };
        let opens_sentence = open <= start;
        if matches!(
            self.chars[end - 1],
            ')' | '）' | ']' | '］' | '】' | '〕' | '}' | '｝'
        ) {
            return opens_sentence;
        }
        let next = self.chars.get(self.skip_space(end)).copied();
        if next.is_some_and(continues_noun) || self.names_speaker(end) {
            return false;
        }
        let before = self.chars[..open].iter().rfind(|c| !c.is_whitespace());
        let is_speech = opens_sentence || before.is_some_and(|c| matches!(c, '：' | ':' | '，' | ','));
        // 高喊“打倒独裁！”走上街头: a quotation inside the sentence.
        is_speech || self.chars[stops].contains(&'。')
    }

    /// Whether the clause at `at` says who said the quotation before it: 他说，…
    fn names_speaker(&self, at: usize) -> bool {
        let rest = &self.chars[self.skip_space(at)..];
        let length = rest
            .iter()
            .take(MAX_ATTRIBUTION + 1)
            .take_while(|c| c.is_alphanumeric() || matches!(c, '·' | '•' | '‧' | '・' | '、' | ' '))
            .count();
        if length > MAX_ATTRIBUTION || matches!(rest.get(length), Some('：' | ':')) {
            return false;
        }
        let clause: String = rest[..length].iter().map(|c| fold(*c)).collect();
        SAYING.iter().any(|verb| clause.trim_end().ends_with(verb))
    }

    /// The ASCII letters and digits that end at `at`.
    fn latin_word_before(&self, at: usize) -> &[char] {
        let length = self.chars[..at]
            .iter()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric())
            .count();
        &self.chars[at - length..at]
    }

    /// Whether the ASCII marks `stops` end a sentence in Latin script.
    fn ends_latin_sentence(&self, start: usize, stops: Range<usize>, end: usize) -> bool {
        let next = self.skip_space(end);
        let Some(&first) = self.chars.get(next) else {
            return true;
        };
        if next == end || first.is_ascii_lowercase() {
            return false;
        }
        if count_latin_words(&self.chars[start..stops.start]) < MIN_LATIN_WORDS {
            return false;
        }
        let word = self.latin_word_before(stops.start);
        match self.chars[stops.start] {
            // “Yahoo! Japan” looks like the end of a sentence.
            '!' | '?' => !word.first().is_some_and(char::is_ascii_uppercase),
            _ => !self.is_abbreviation(stops.start, word, first),
        }
    }

    /// Whether the word that ends at `at` is written with a full stop: an initial,
    /// a part of `U.S.`, or one of the usual abbreviations. `next` follows it.
    fn is_abbreviation(&self, at: usize, word: &[char], next: char) -> bool {
        let before = self.chars[..at - word.len()].last();
        if word.len() == 1 || (before == Some(&'.') && !word.is_empty()) {
            return true;
        }
        let word: String = word.iter().map(char::to_ascii_lowercase).collect();
        ABBREVIATIONS.contains(&word.as_str()) || (next.is_ascii_digit() && NUMBERED.contains(&word.as_str()))
    }
}

/// For every closing mark of a line, the place of its opening mark.
fn match_pairs(chars: &[char]) -> Vec<Option<usize>> {
    let mut opening = vec![None; chars.len()];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, &c) in chars.iter().enumerate() {
        if let Some(pair) = PAIRS.iter().find(|pair| pair.0 == c) {
            open.push((at, pair.1));
            continue;
        }
        let recent = open.len().saturating_sub(MAX_DEPTH);
        if let Some(found) = open[recent..].iter().rposition(|&(_, closing)| closing == c) {
            opening[at] = Some(open[recent + found].0);
            open.truncate(recent + found);
        } else if c == '"' {
            open.push((at, '"'));
        }
    }
    opening
}

/// Marks after which the sentence that seemed to end goes on.
fn continues_clause(c: char) -> bool {
    matches!(c, '，' | ',' | '、' | '；' | ';' | '：' | ':' | '·' | '—')
}

/// Characters that tie a quotation or a list before them to what follows.
fn continues_noun(c: char) -> bool {
    matches!(
        c,
        '的' | '等' | '之' | '地' | '得' | '及' | '与' | '與' | '和' | '并' | '並'
    )
}

/// Words in Latin letters right before the end of `chars`, at most
/// [`MIN_LATIN_WORDS`].
fn count_latin_words(chars: &[char]) -> usize {
    let latin = chars
        .iter()
        .rev()
        .take(MAX_LATIN)
        .take_while(|&&c| c < '\u{250}' || matches!(c, '“' | '”' | '‘' | '’' | '–' | '—'));
    let mut words = 0;
    let mut in_word = false;
    for c in latin {
        let is_letter = c.is_alphabetic();
        words += usize::from(is_letter && !in_word);
        in_word = is_letter;
        if words == MIN_LATIN_WORDS {
            break;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        sentences(text)
            .map(|range| chars[range].iter().collect())
            .collect()
    }

    /// Asserts that the text is cut at every `|` and nowhere else.
    #[track_caller]
    fn assert_cuts(marked: &str) {
        let expected: Vec<&str> = marked.split('|').map(str::trim).collect();
        assert_eq!(split(&marked.replace('|', "")), expected);
    }

    #[test]
    fn stops_end_sentences_and_keep_their_closing_marks() {
        assert_cuts("今天下雨。|明天呢？|好！！！|真的?|真的!|他走了");
        assert_cuts("他来了；她走了。|然后呢");
        assert_cuts("他说：“我们会去。”|随后离开。");
        assert_cuts("「我們會去。」|會議結束。");
        assert_cuts("『真的嗎？』|他沒有來。");
        assert_cuts("会议结束。|（编辑：王某。）|第二天。");
        assert_cuts("他说：“不可能”。|会议结束。");
        assert_cuts("他答：\"好的。\"|会议结束。");
        assert_cuts("他说：“好。 ”|会议结束。");
        assert_cuts("第一行\n|第二行\r\n|第三行\u{2028}|第四行");
        assert_cuts("　　段首空格。|　尾部空格　");
    }

    #[test]
    fn short_quotations_brackets_and_titles_stay_whole() {
        assert_cuts("他说：“我来了。我看见了。我征服了。”|会议结束。");
        assert_cuts("他读过《谁是凶手？》和《快跑！》两本书。|会议结束。");
        assert_cuts("他（是吗？）没有来（编辑注：真的。）就走了。|会议结束。");
        assert_cuts("人群高喊“打倒独裁！”走上街头。|会议结束。");
        assert_cuts("“打倒独裁！”的口号响彻全城。");
        assert_cuts("“谁来付钱？”、“何时付？”，都没有答案。");
    }

    #[test]
    fn long_quotations_are_cut_inside() {
        let sentence = "这是一句相当长的话用来凑够字数使得引文超过六十个字的限制。";
        let text = format!("他说：“{sentence}{sentence}{sentence}”会议结束。");
        assert_eq!(split(&text).len(), 4);
        assert!(split(&text)[2].ends_with("。”"));
    }

    #[test]
    fn a_quotation_and_its_speaker_are_one_sentence() {
        assert_cuts("“我们会去。”他说。|会议结束。");
        assert_cuts("“我們會去！”董軍在聲明中表示，並離開。");
        assert_cuts("“怎么办？”帕特·莱德问。");
        assert_cuts("“我们会去。”|他还说：“你们也来。”|会议结束。");
        assert_cuts("“我们会去。”|会议于是结束。");
    }

    #[test]
    fn names_and_numbers_are_never_cut() {
        for name in [
            "J. K. 罗琳",
            "J.K.罗琳",
            "U.S. Steel",
            "帕特·莱德",
            "帕特.莱德",
            "3.5%",
            "No.1",
            "Yahoo!奇摩",
            "Yahoo! Japan",
            "S.H.E",
            "G.E.M.邓紫棋",
            "Dr. Strange",
            "E! 新闻台",
            "Guess Who?乐团",
            "George W. Bush",
            "St. Louis",
            "Apple Inc. 总裁",
            "https://example.com/?q=1",
        ] {
            assert_cuts(&format!("他说{name}昨天来了。|会议结束。"));
            assert_cuts(&format!("（记者 {name}）会议结束。"));
        }
        assert_cuts("It was acquired by Yahoo! Japan in 2024.");
        assert_cuts("It was written by J. K. Rowling and Dr. Smith of the U.S. Senate.");
    }

    #[test]
    fn latin_sentences_end_at_a_full_stop() {
        assert_cuts("We will go there. |They said no. |会议结束。");
        assert_cuts("Is this really true? |They said no.");
    }

    #[test]
    fn an_ellipsis_ends_a_sentence_unless_it_goes_on() {
        assert_cuts("他想了很久……|会议结束。");
        assert_cuts("他想了很久......|会议结束。");
        assert_cuts("北京、上海……等地都下雨。");
        assert_cuts("他…没有来。");
        assert_cuts("“我……我不知道……”他说。");
        assert_cuts("他问：“什么……？”|会议结束。");
    }

    #[test]
    fn unpaired_marks_and_odd_runs_do_no_harm() {
        assert_cuts("“第一段没有收尾。|第二句。");
        assert_cuts("收尾没有开头。”|第二句。");
        assert_eq!(split("。。。"), ["。。。"]);
        assert_eq!(split(" \n\u{3000}\n"), Vec::<String>::new());
        let deep = "（".repeat(50_000) + &"》".repeat(50_000) + &"）。".repeat(50_000);
        assert!(!split(&deep).is_empty());
    }

    proptest! {
        #[test]
        fn ranges_cover_all_but_white_space(text in "[ \\n　中美说他。！？!?.…“”「」（）()\"'《》，：的aB3A·\\u{2028}é😀]{0,120}") {
            let chars: Vec<char> = text.chars().collect();
            let mut covered = vec![false; chars.len()];
            let mut last = 0;
            for range in sentences(&text) {
                prop_assert!(range.start >= last && range.start < range.end && range.end <= chars.len());
                prop_assert!(!chars[range.start].is_whitespace() && !chars[range.end - 1].is_whitespace());
                prop_assert!(!chars[range.clone()].iter().any(|c| is_line_break(*c)));
                last = range.end;
                covered[range].fill(true);
            }
            for (at, c) in chars.iter().enumerate() {
                prop_assert!(covered[at] || c.is_whitespace());
            }
        }

        #[test]
        fn any_text_is_accepted(text in ".*") {
            let length = text.chars().count();
            prop_assert!(sentences(&text).all(|range| range.end <= length));
        }
    }
}
