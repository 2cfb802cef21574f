//! The first level of the IPTC Media Topics, in two layers of logistic regression: one a
//! class over hashed n-grams, then one a class over all of these and the terms of
//! `subjects/*.toml` and of the issues.

use super::explain::slice;
use super::features::{BITS, Features, bucket, for_each_ngram};
use super::folded::FoldedText;
use super::iptc;
use super::record::{FiredRule, places, rounded};
use crate::error::{Error, Result};

/// Written by `training/topics/train.py`.
const EMBEDDED: &[u8] = include_bytes!("../../../data/topics/subjects.model");
const MAGIC: &[u8; 8] = b"SJTOPIC2";
/// So many n-grams are shown as evidence where no term fired.
const SHOWN: usize = 5;

/// The classifier.
pub(super) struct Classifier {
    classes: Vec<Class>,
    /// `classes.len()` weights a bucket.
    weights: Vec<i8>,
}

struct Class {
    code: &'static str,
    /// First layer: what a unit of the weights is worth, and the intercept.
    scale: f32,
    bias: f32,
    /// Second layer: weights of the first layer's classes, then of subject terms and
    /// issues a class, then the intercept, less the logit of the threshold.
    second: Vec<f32>,
}

/// How strongly the terms speak for a class of the first level, 0..1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TermEvidence {
    pub subjects: f32,
    pub issues: f32,
}

impl Classifier {
    pub fn embedded() -> Result<Self> {
        Self::read(EMBEDDED)
    }

    fn read(model: &[u8]) -> Result<Self> {
        let damaged = || Error::resource("topics/subjects.model", "damaged, or of another version");
        let mut rest = model.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let mut number = || {
            let (head, tail) = rest.split_first_chunk::<4>()?;
            rest = tail;
            Some(f32::from_le_bytes(*head))
        };
        let mut header = || number().filter(|n| n.is_finite()).ok_or_else(damaged);
        let (bits, count) = (header()?, header()?);
        let tops: Vec<&str> = iptc::concepts()
            .iter()
            .filter(|c| c.parent.is_none())
            .map(|c| c.code)
            .collect();
        if bits != BITS as f32 || count != tops.len() as f32 {
            return Err(damaged());
        }
        let mut classes = Vec::with_capacity(tops.len());
        for _ in &tops {
            let (code, scale, bias) = (header()?, header()?, header()?);
            let code = tops
                .iter()
                .copied()
                .find(|top| number_of(top) == Some(code))
                .ok_or_else(damaged)?;
            let second = Vec::new();
            classes.push(Class {
                code,
                scale,
                bias,
                second,
            });
        }
        for class in &mut classes {
            class.second = (0..=3 * tops.len()).map(|_| header()).collect::<Result<_>>()?;
        }
        if rest.len() != classes.len() << BITS {
            return Err(damaged());
        }
        Ok(Self {
            classes,
            weights: rest.iter().map(|&byte| byte as i8).collect(),
        })
    }

    /// The logit of every class, above 0 where the class is assigned.
    pub fn logits(
        &self,
        features: &Features,
        evidence: impl Fn(&str) -> TermEvidence,
    ) -> Vec<(&'static str, f32)> {
        let ngrams = self.ngram_scores(features).into_iter().zip(&self.classes);
        let mut inputs: Vec<f32> = ngrams.map(|((_, score), class)| score + class.bias).collect();
        for class in &self.classes {
            let terms = evidence(class.code);
            inputs.extend([terms.subjects, terms.issues]);
        }
        inputs.push(1.0);
        let logit = |class: &Class| {
            inputs
                .iter()
                .zip(&class.second)
                .map(|(input, weight)| input * weight)
                .sum()
        };
        self.classes
            .iter()
            .map(|class| (class.code, logit(class)))
            .collect()
    }

    /// What the n-grams say for every class, without how frequent it is in the news.
    pub fn ngram_scores(&self, features: &Features) -> Vec<(&'static str, f32)> {
        let headline = self.sum(&features.headline);
        let body = self.sum(&features.body);
        let classes = self.classes.iter().enumerate();
        classes
            .map(|(at, class)| (class.code, class.scale * (headline[at] + body[at])))
            .collect()
    }

    /// The sum of the weights of some buckets over the root of their number.
    fn sum(&self, buckets: &[u32]) -> Vec<f32> {
        let count = self.classes.len();
        let mut sums = vec![0i32; count];
        for &bucket in buckets {
            let row = &self.weights[bucket as usize * count..][..count];
            for (sum, &weight) in sums.iter_mut().zip(row) {
                *sum += i32::from(weight);
            }
        }
        let norm = (buckets.len().max(1) as f32).sqrt();
        sums.into_iter().map(|sum| sum as f32 / norm).collect()
    }

    /// Where the n-grams stand that speak most for a class.
    pub fn evidence(&self, code: &str, text: &FoldedText) -> Vec<(u32, u32)> {
        let mut spans: Vec<_> = self
            .heaviest(code, text)
            .into_iter()
            .map(|(span, _)| span)
            .collect();
        spans.sort_unstable();
        merge(spans)
    }

    /// The n-grams that speak most for a class, with what they add to the logit.
    pub fn ngrams(&self, code: &str, text: &FoldedText, original: &[char]) -> Vec<FiredRule> {
        let heaviest = self.heaviest(code, text).into_iter();
        let rules = heaviest.map(|(span, weight)| FiredRule {
            terms: slice(original, span),
            weight: rounded(f64::from(weight)),
            evidence: vec![places(span)],
        });
        rules.collect()
    }

    /// What the terms of subjects and issues add to the logit.
    pub fn terms_fired(&self, code: &str, evidence: TermEvidence) -> impl Iterator<Item = FiredRule> {
        let count = self.classes.len();
        let class = self.classes.iter().position(|class| class.code == code);
        let weight = |offset: usize| class.map_or(0.0, |at| self.classes[at].second[count + 2 * at + offset]);
        let parts = [
            ("terms of subjects", weight(0) * evidence.subjects),
            ("terms of issues", weight(1) * evidence.issues),
        ];
        parts
            .into_iter()
            .filter(|(_, weight)| *weight != 0.0)
            .map(|(name, weight)| FiredRule {
                terms: name.to_owned(),
                weight: rounded(f64::from(weight)),
                evidence: Vec::new(),
            })
    }

    fn heaviest(&self, code: &str, text: &FoldedText) -> Vec<((u32, u32), f32)> {
        let Some(class) = self.classes.iter().position(|class| class.code == code) else {
            return Vec::new();
        };
        let (mut spans, mut counts) = (Vec::new(), [0usize; 2]);
        for_each_ngram(text, |(start, end), in_headline| {
            counts[usize::from(in_headline)] += 1;
            let bucket = bucket(&text.chars[start..end], in_headline) as usize;
            let weight = self.weights[bucket * self.classes.len() + class];
            if weight > 0 {
                spans.push((weight, (start as u32, end as u32), in_headline));
            }
        });
        spans.sort_by_key(|&(weight, span, _)| (-i16::from(weight), span));
        let share = |weight: i8, in_headline: bool| {
            let norm = (counts[usize::from(in_headline)].max(1) as f32).sqrt();
            let Class { scale, second, .. } = &self.classes[class];
            second[class] * scale * f32::from(weight) / norm
        };
        let shown = spans.into_iter().take(SHOWN);
        shown
            .map(|(weight, span, in_headline)| (span, share(weight, in_headline)))
            .collect()
    }
}

/// `13` for `13000000`: how the model names its classes.
fn number_of(top: &str) -> Option<f32> {
    Some((top.parse::<u32>().ok()? / 1_000_000) as f32)
}

/// Joins spans that overlap; they come sorted.
fn merge(spans: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let mut merged: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_model_is_an_error() {
        assert!(Classifier::embedded().is_ok());
        assert!(Classifier::read(b"").is_err());
        assert!(Classifier::read(&EMBEDDED[..EMBEDDED.len() - 1]).is_err());
        let mut other = EMBEDDED.to_vec();
        other[8] ^= 0xff;
        assert!(Classifier::read(&other).is_err());
    }

    #[test]
    fn spans_that_overlap_are_joined() {
        assert_eq!(merge(vec![(0, 2), (1, 4), (4, 5)]), [(0, 4), (4, 5)]);
    }
}
