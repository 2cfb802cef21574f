//! Precision, recall and F1.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::gold::Span;
use super::matching::{self, Match};

/// The types that are scored unless others are asked for.
pub const KINDS: [&str; 3] = ["PER", "LOC", "ORG"];

/// Compares predicted spans with gold spans, document by document.
///
/// **Strict**: a predicted span is correct if a gold span has the same start, end
/// and type, as in seqeval (strict mode, IOB2) and conlleval.
///
/// **Lenient** forgives differences between annotation guidelines:
/// 1. Two spans match if they overlap and have the same type. One span may match
///    several: 中美 as one place finds both 中 and 美.
/// 2. A place and an organisation match if they begin together and the organisation
///    is longer by a general word only, such as 政府, 军 or 当局: some guidelines mark
///    中国 in 中国政府, others the whole.
/// 3. A place of one character (中, 美) that matches nothing is left out of the count:
///    some guidelines mark these abbreviations, others do not.
///
/// Recall is the share of gold spans that match, precision the share of predicted
/// spans that match. The definition is symmetric: exchanging gold and prediction
/// exchanges precision and recall.
#[derive(Clone, Debug)]
pub struct Scorer {
    kinds: Vec<String>,
    lenient: bool,
    counts: BTreeMap<String, Counts>,
    documents: usize,
    characters: usize,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub gold: usize,
    pub predicted: usize,
    /// Gold spans that match.
    pub found: usize,
    /// Predicted spans that match; in strict mode the same as `found`.
    pub correct: usize,
}

impl Scorer {
    /// A strict scorer of [`KINDS`].
    pub fn strict() -> Self {
        Self::of(&KINDS, false)
    }

    /// A lenient scorer of [`KINDS`].
    pub fn lenient() -> Self {
        Self::of(&KINDS, true)
    }

    /// Scores these types instead, in this order; spans of others are ignored.
    #[must_use]
    pub fn with_kinds(self, kinds: &[&str]) -> Self {
        Self::of(kinds, self.lenient)
    }

    fn of(kinds: &[&str], lenient: bool) -> Self {
        Self {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            lenient,
            counts: kinds
                .iter()
                .map(|kind| ((*kind).to_owned(), Counts::default()))
                .collect(),
            documents: 0,
            characters: 0,
        }
    }

    /// Adds one document. Spans may come in any order; equal spans count once.
    pub fn add(&mut self, text: &str, gold: &[Span], predicted: &[Span]) {
        self.documents += 1;
        self.characters += text.chars().count();
        let chars: Vec<char> = text.chars().collect();
        let (gold, predicted) = (self.scored(gold), self.scored(predicted));
        for span in &gold {
            let matched = self.compare(&chars, span, &predicted);
            let counts = self.counts_of(span);
            counts.gold += usize::from(matched != Match::LeftOut);
            counts.found += usize::from(matched == Match::Yes);
        }
        for span in &predicted {
            let matched = self.compare(&chars, span, &gold);
            let counts = self.counts_of(span);
            counts.predicted += usize::from(matched != Match::LeftOut);
            counts.correct += usize::from(matched == Match::Yes);
        }
    }

    /// The figures for all documents so far.
    pub fn report(&self) -> Report {
        let counts = self.kinds.iter().map(|kind| (kind.as_str(), self.counts[kind]));
        Report::new(counts, self.documents, self.characters)
    }

    /// The spans of the types that are scored, each once.
    fn scored<'s>(&self, spans: &'s [Span]) -> BTreeSet<&'s Span> {
        spans
            .iter()
            .filter(|span| self.counts.contains_key(&span.kind))
            .collect()
    }

    fn compare(&self, chars: &[char], span: &Span, others: &BTreeSet<&Span>) -> Match {
        if self.lenient {
            matching::lenient(chars, span, others)
        } else {
            matching::strict(span, others)
        }
    }

    fn counts_of(&mut self, span: &Span) -> &mut Counts {
        self.counts.entry(span.kind.clone()).or_default()
    }
}

impl Counts {
    pub(super) fn score(self, name: &str) -> Score {
        let precision = ratio(self.correct, self.predicted);
        let recall = ratio(self.found, self.gold);
        let sum = precision + recall;
        Score {
            name: name.to_owned(),
            precision,
            recall,
            f1: if sum > 0.0 {
                2.0 * precision * recall / sum
            } else {
                0.0
            },
            support: self.gold,
            predicted: self.predicted,
            correct: self.correct,
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The figures of a run. Its display is an aligned table in per cent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Each type.
    pub types: Vec<Score>,
    /// All types together (micro average), the figure usually reported.
    pub micro: Score,
    /// How many documents (sentences of a BIO file) were compared.
    pub documents: usize,
    /// Their length in code points.
    pub characters: usize,
}

impl Report {
    pub(super) fn new<'k>(
        counts: impl Iterator<Item = (&'k str, Counts)>,
        documents: usize,
        characters: usize,
    ) -> Self {
        let mut sum = Counts::default();
        let mut types = Vec::new();
        for (kind, counts) in counts {
            sum.gold += counts.gold;
            sum.predicted += counts.predicted;
            sum.found += counts.found;
            sum.correct += counts.correct;
            types.push(counts.score(kind));
        }
        Self {
            types,
            micro: sum.score("micro"),
            documents,
            characters,
        }
    }
}

/// The figures of one type, as fractions of 1; a fraction of nothing is 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The type, or `micro`.
    #[serde(rename = "type")]
    pub name: String,
    /// Share of the predicted mentions that are correct.
    pub precision: f64,
    /// Share of the gold mentions that are found.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Gold mentions.
    pub support: usize,
    /// Predicted mentions.
    pub predicted: usize,
    /// Correct predicted mentions.
    pub correct: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.types.iter().chain([&self.micro]);
        let width = rows().map(|score| score.name.width()).max().unwrap_or(0);
        let header = ["precision", "recall", "F1", "support", "predicted", "correct"];
        write!(f, "{:width$}", "")?;
        for name in header {
            write!(f, "  {name:>9}")?;
        }
        writeln!(f)?;
        for score in rows() {
            // `{:width$}` counts characters, a Chinese one takes two cells.
            write!(f, "{}{}", score.name, " ".repeat(width - score.name.width()))?;
            for share in [score.precision, score.recall, score.f1] {
                write!(f, "  {:>9.2}", share * 100.0)?;
            }
            writeln!(
                f,
                "  {:>9}  {:>9}  {:>9}",
                score.support, score.predicted, score.correct
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::spans_of_tags;
    use super::*;

    fn spans(spans: &[(usize, usize, &str)]) -> Vec<Span> {
        spans
            .iter()
            .map(|&(start, end, kind)| Span::new(start, end, kind))
            .collect()
    }

    #[test]
    fn strict_scores_need_span_and_type() {
        let gold = spans(&[(0, 2, "PER"), (3, 5, "LOC"), (6, 8, "ORG"), (9, 10, "DATE")]);
        let predicted = spans(&[
            (0, 2, "PER"),
            (3, 4, "LOC"),
            (6, 8, "LOC"),
            (0, 2, "PER"),
            (9, 10, "DATE"),
        ]);
        let mut scorer = Scorer::strict();
        scorer.add("0123456789", &gold, &predicted);
        let report = scorer.report();
        let micro = &report.micro;
        assert_eq!((micro.support, micro.predicted, micro.correct), (3, 3, 1));
        assert!((micro.f1 - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!((report.types[2].precision, report.types[2].f1), (0.0, 0.0));
        let mut dates = Scorer::strict().with_kinds(&["DATE"]);
        dates.add("0123456789", &gold, &predicted);
        assert_eq!(dates.report().micro.f1, 1.0);
    }

    /// Random tag sequences, gold and predicted, many of them invalid: capitals
    /// begin, small letters continue (person, location, group), a full stop is `O`.
    const RANDOM_TAGS: &str = "
            ..lll..llP.llggggg ..lll..llP.llpgggg
            L..LllGgg.pppp.Ggl.LLlPPpP L..LllGggPpppp.Ggl.LLlPGpP
            .Lllll..lllll.p....Lll.Ggg.l. .Llllp..llllg.p....Lgl.GLg.l.
            Lll..Gg.L.PpGgg Gl..gGg.LPPpGGg
            ggPppppppL.. ggPppppppL..
            .lll.Pp.... .lll.Pp.G..
            ..Lllllll..Gp..L ..LlLllll..Gp..L
            ggppP...l. ggppP.G.l.
            gggpGggggggglgg gggpGg.gggggpgp
            ...p.GPplPPppp l..p.GPplPPppp
            .ppppp...pp. .ppppp...pp.
            .....pLl........Gg.gg.Ll.. .....pLl........Gg.gL.LlLL
            ...lll...Lll.G ...lll..GLll.G
            L...Pppppp.......GggggLlll L...Pppppp.......GggggLlll
            llllll.Ppp..glll..Ll llllGl.Ppp..gllG..Ll
            llllll..Pp llllll..Pp
            ...Ll..PpPplllll.Ll ...Ll..PpPplllll.LL
            .pp..g...lpGg .pp..p...lp.g
            ..G...PpggggggG.pp..Pppppp...L ..G...PpggggggG.pp..Pppplp...L
            gggg.ggg gggg.ggg
            PpG..pppp PpG..pppp
            p.l...PppPpppppp.l.pppL..g.... p.l...PppPppPppp.l.pppL..g....
            ppppPp....Ll..Pp..l.. ppppPp....Ll..Pp..L..
            ppppp..gggg...lgggggggg ppppplpgggg...lgggggggg
    ";

    fn tags_of(letters: &str) -> Vec<&'static str> {
        let tag = |letter| match letter {
            'P' => "B-PER",
            'p' => "I-PER",
            'L' => "B-LOC",
            'l' => "I-LOC",
            'G' => "B-ORG",
            'g' => "I-ORG",
            _ => "O",
        };
        letters.chars().map(tag).collect()
    }

    #[test]
    fn figures_are_those_of_seqeval() {
        let mut scorer = Scorer::strict();
        for pair in RANDOM_TAGS.split_whitespace().collect::<Vec<_>>().chunks(2) {
            let [gold, predicted] = [pair[0], pair[1]].map(|letters| spans_of_tags(&tags_of(letters)));
            scorer.add(pair[0], &gold, &predicted);
        }
        let report = scorer.report();
        let figures = report.types.iter().chain([&report.micro]);
        let figures: Vec<_> = figures
            .map(|s| (s.precision, s.recall, s.f1, s.support))
            .collect();
        // seqeval 1.2.2: classification_report(…, mode="strict", scheme=IOB2).
        let expected = [
            (0.8, 0.8695652173913043, 0.8333333333333333, 23),
            (0.6071428571428571, 0.7727272727272727, 0.68, 22),
            (0.5, 0.7333333333333333, 0.5945945945945945, 15),
            (0.64, 0.8, 0.7111111111111111, 60),
        ];
        for (ours, theirs) in figures.iter().zip(expected) {
            let pairs = [(ours.0, theirs.0), (ours.1, theirs.1), (ours.2, theirs.2)];
            assert!(
                pairs.iter().all(|(a, b)| (a - b).abs() < 1e-12),
                "{ours:?} {theirs:?}"
            );
            assert_eq!(ours.3, theirs.3);
        }
    }

    fn lenient(text: &str, gold: &[(usize, usize, &str)], predicted: &[(usize, usize, &str)]) -> (f64, f64) {
        let mut scorer = Scorer::lenient();
        scorer.add(text, &spans(gold), &spans(predicted));
        let micro = scorer.report().micro;
        (micro.precision, micro.recall)
    }

    #[test]
    fn lenient_scores_forgive_guidelines_and_nothing_else() {
        let china_and_us: &[_] = &[(0, 1, "LOC"), (1, 2, "LOC")];
        assert_eq!(lenient("中美关系", china_and_us, &[(0, 2, "LOC")]), (1.0, 1.0));
        assert_eq!(
            lenient("中國政府", &[(0, 2, "LOC")], &[(0, 4, "ORG")]),
            (1.0, 1.0)
        );
        assert_eq!(
            lenient("中国政府", &[(0, 4, "ORG")], &[(0, 2, "LOC")]),
            (1.0, 1.0)
        );
        assert_eq!(
            lenient("北京大学", &[(0, 4, "ORG")], &[(0, 2, "LOC")]),
            (0.0, 0.0)
        );
        assert_eq!(
            lenient("董军来了", &[(0, 2, "PER")], &[(0, 2, "LOC")]),
            (0.0, 0.0)
        );
        assert_eq!(
            lenient("董军访美", &[(0, 2, "PER"), (3, 4, "LOC")], &[(0, 2, "PER")]),
            (1.0, 1.0)
        );
        assert_eq!(lenient("董军", &[(0, 2, "PER")], &[]), (0.0, 0.0));
    }

    #[test]
    fn the_table_is_aligned_whatever_the_names() {
        let mut scorer = Scorer::strict().with_kinds(&["人名", "ORG"]);
        scorer.add("董军", &spans(&[(0, 2, "人名")]), &spans(&[(0, 2, "人名")]));
        let table = scorer.report().to_string();
        let widths: Vec<usize> = table.lines().map(UnicodeWidthStr::width).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
        assert!(table.contains("人名      100.00"), "{table}");
    }

    fn any_spans() -> impl Strategy<Value = Vec<Span>> {
        let span = (0usize..8, 1usize..4, 0usize..4);
        let kinds = ["PER", "LOC", "ORG", "DATE"];
        let span = span.prop_map(move |(start, length, kind)| Span::new(start, start + length, kinds[kind]));
        prop::collection::vec(span, 0..8)
    }

    proptest! {
        #[test]
        fn exchanging_the_sides_exchanges_precision_and_recall(gold in any_spans(), predicted in any_spans()) {
            for scorer in [Scorer::strict(), Scorer::lenient()] {
                let (mut there, mut back) = (scorer.clone(), scorer);
                there.add("中国政府军方人中国政府", &gold, &predicted);
                back.add("中国政府军方人中国政府", &predicted, &gold);
                let (there, back) = (there.report().micro, back.report().micro);
                prop_assert_eq!((there.precision, there.recall), (back.recall, back.precision));
                prop_assert!(there.f1 <= 1.0);
            }
        }

        #[test]
        fn the_lenient_score_is_never_lower(gold in any_spans(), predicted in any_spans()) {
            let (mut strict, mut lenient) = (Scorer::strict(), Scorer::lenient());
            strict.add("中国政府军方人中国政府", &gold, &predicted);
            lenient.add("中国政府军方人中国政府", &gold, &predicted);
            prop_assert!(lenient.report().micro.correct >= strict.report().micro.correct);
        }
    }
}
