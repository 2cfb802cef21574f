//! Why topics were assigned, for `shiji explain`.

use super::Topics;
use super::definition::Kind;
use super::folded::FoldedText;
use super::iptc;
use super::matcher::Finding;
use super::record::{Explanation, FiredRule, Scheme, TopicInput, places, rounded};

impl Topics {
    /// Every issue and subject of which anything was found in the text, assigned or
    /// not, with the reasons: issues before subjects, assigned ones first.
    pub fn explain(&self, input: &TopicInput) -> Vec<Explanation> {
        let text = FoldedText::new(input.text);
        let original: Vec<char> = input.text.chars().collect();
        let findings = self.matcher.find(&text, input);
        let mut explanations: Vec<_> = findings
            .iter()
            .map(|finding| self.by_terms(finding, &original))
            .collect();
        explanations.extend(self.by_classifier(&text, &findings, &original));
        explanations.sort_by(|a, b| {
            let order = (a.scheme, !a.assigned).cmp(&(b.scheme, !b.assigned));
            order.then(b.score.total_cmp(&a.score))
        });
        explanations
    }

    fn by_terms(&self, finding: &Finding, original: &[char]) -> Explanation {
        let compiled = &self.matcher.definitions[finding.definition];
        let definition = &compiled.definition;
        let at = |&span: &(u32, u32)| (slice(original, span), places(span));
        let fired = finding.fired.iter().map(|fired| FiredRule {
            terms: match fired.combination {
                None => slice(original, fired.spans[0]),
                Some(number) => {
                    let terms = fired.spans.iter().take(definition.near[number].all.len());
                    terms
                        .map(|&span| slice(original, span))
                        .collect::<Vec<_>>()
                        .join(" + ")
                }
            },
            weight: rounded(f64::from(fired.weight)),
            evidence: fired.spans.iter().map(|&span| places(span)).collect(),
        });
        let (scheme, id, name) = match (compiled.kind, compiled.codes.first()) {
            (Kind::Subject, Some(code)) => (
                Scheme::Iptc,
                format!("{}{}", iptc::PREFIX, code.code),
                code.name.to_owned(),
            ),
            _ => (Scheme::Issue, definition.id.clone(), definition.name.clone()),
        };
        Explanation {
            scheme,
            id,
            name,
            assigned: finding.is_assigned(),
            score: rounded(f64::from(finding.score)),
            threshold: rounded(f64::from(finding.threshold)),
            in_passing: finding.in_passing,
            centrality: (compiled.kind == Kind::Issue).then(|| rounded(f64::from(finding.centrality))),
            fired: fired.collect(),
            excluded_by: finding.excluded.iter().map(at).collect(),
            excepted: finding.excepted.iter().map(at).collect(),
        }
    }

    /// The first level; of the classes that were not assigned only close ones.
    fn by_classifier(&self, text: &FoldedText, findings: &[Finding], original: &[char]) -> Vec<Explanation> {
        const CLOSE: f32 = -2.0;
        let decision = self.decide(text, findings);
        let assigned: Vec<&str> = decision.assigned().map(|(code, _)| code).collect();
        let shown = decision
            .logits
            .iter()
            .filter(|(code, logit)| *logit >= CLOSE || assigned.contains(code));
        shown
            .filter_map(|&(code, logit)| {
                let concept = iptc::concept(code)?;
                let terms = self.term_evidence(code, findings);
                let mut fired = self.classifier.ngrams(code, text, original);
                fired.extend(self.classifier.terms_fired(code, terms));
                Some(Explanation {
                    scheme: Scheme::Iptc,
                    id: format!("{}{code}", iptc::PREFIX),
                    name: concept.name.to_owned(),
                    assigned: assigned.contains(&code),
                    score: rounded(f64::from(logit)),
                    threshold: 0.0,
                    in_passing: false,
                    centrality: None,
                    fired,
                    excluded_by: Vec::new(),
                    excepted: Vec::new(),
                })
            })
            .collect()
    }
}

pub(super) fn slice(original: &[char], (start, end): (u32, u32)) -> String {
    original
        .get(start as usize..end as usize)
        .unwrap_or_default()
        .iter()
        .collect()
}
