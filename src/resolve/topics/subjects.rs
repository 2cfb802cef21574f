//! IPTC Media Topics of a text: the first level from the classifier, the second from
//! terms below an assigned first level.

use super::Topics;
use super::classify::TermEvidence;
use super::definition::Kind;
use super::features::{Features, WINDOW};
use super::folded::FoldedText;
use super::iptc;
use super::matcher::Finding;
use super::record::{Scheme, Topic, evidence, rounded, strength};

/// Where no class reaches its threshold, the best one counts from this logit on.
const FALLBACK: f32 = -1.5;
/// Concepts of the second level that an assigned first level gets at most.
const NARROWER: usize = 3;

/// The first level of a text, decided.
pub(super) struct Decision {
    /// Code and logit of every class, in the order of the table.
    pub logits: Vec<(&'static str, f32)>,
}

impl Decision {
    /// The assigned classes with their logits.
    pub fn assigned(&self) -> impl Iterator<Item = (&'static str, f32)> + '_ {
        let best = self
            .logits
            .iter()
            .map(|&(_, logit)| logit)
            .fold(f32::MIN, f32::max);
        let from = if best >= 0.0 { 0.0 } else { best.max(FALLBACK) };
        self.logits
            .iter()
            .copied()
            .filter(move |&(_, logit)| logit >= from)
    }
}

impl Topics {
    pub(super) fn decide(&self, text: &FoldedText, findings: &[Finding]) -> Decision {
        let features = Features::new(text);
        let logits = self
            .classifier
            .logits(&features, |top| self.term_evidence(top, findings));
        Decision { logits }
    }

    /// What the terms of subjects and issues say for a class of the first level.
    pub(super) fn term_evidence(&self, top: &str, findings: &[Finding]) -> TermEvidence {
        let (mut subjects, mut issues) = (0.0, 0.0f32);
        for finding in findings {
            let compiled = &self.matcher.definitions[finding.definition];
            if !compiled.codes.iter().any(|code| code.top() == top) {
                continue;
            }
            let early = finding
                .fired
                .iter()
                .filter(|fired| (fired.spans[0].0 as usize) < WINDOW);
            let score: f32 = early.map(|fired| fired.weight).sum();
            match compiled.kind {
                Kind::Subject if finding.excluded.is_empty() => subjects += score,
                Kind::Issue if finding.is_assigned() => issues = issues.max(score / finding.threshold),
                _ => {}
            }
        }
        TermEvidence {
            subjects: 1.0 - 0.5f32.powf(subjects / 2.0),
            issues: 1.0 - 0.5f32.powf(issues),
        }
    }

    pub(super) fn subjects(&self, text: &FoldedText, findings: &[Finding]) -> Vec<Topic> {
        let mut topics = Vec::new();
        for (top, logit) in self.decide(text, findings).assigned() {
            let mut narrower = self.narrower(top, findings);
            let mut spans: Vec<[usize; 2]> =
                narrower.iter().flat_map(|topic| topic.evidence.clone()).collect();
            if spans.is_empty() {
                spans = evidence(self.classifier.evidence(top, text));
            }
            spans.sort_unstable();
            spans.dedup();
            let score = rounded(1.0 / (1.0 + f64::from(-logit).exp()));
            topics.extend(concept(top, score, spans));
            narrower.truncate(NARROWER);
            topics.append(&mut narrower);
        }
        topics
    }

    /// The concepts below `top` whose terms, or whose issues, were found; the
    /// strongest first.
    fn narrower(&self, top: &str, findings: &[Finding]) -> Vec<Topic> {
        let mut found: Vec<Topic> = Vec::new();
        for finding in findings.iter().filter(|finding| finding.is_assigned()) {
            let compiled = &self.matcher.definitions[finding.definition];
            for code in compiled.codes.iter().filter(|code| code.parent == Some(top)) {
                let score = strength(finding.score / finding.threshold);
                let spans = evidence(finding.fired.iter().flat_map(|fired| fired.spans.iter().copied()));
                match found.iter_mut().find(|topic| topic.id.ends_with(code.code)) {
                    None => found.extend(concept(code.code, score, spans)),
                    Some(known) => {
                        known.score = known.score.max(score);
                        known.evidence.extend(spans);
                        known.evidence.sort_unstable();
                        known.evidence.dedup();
                    }
                }
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found
    }
}

fn concept(code: &str, score: f64, evidence: Vec<[usize; 2]>) -> Option<Topic> {
    let concept = iptc::concept(code)?;
    Some(Topic {
        scheme: Scheme::Iptc,
        id: format!("{}{}", iptc::PREFIX, concept.code),
        name: concept.name.to_owned(),
        name_en: Some(concept.name_en.to_owned()),
        score,
        evidence,
    })
}
