//! Finds the terms of all definitions in one pass over the text and weighs them.

use std::collections::{HashMap, HashSet};

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::centrality::{DEALS_WITH, LINE, beside_wider, centrality};
use super::definition::{Definition, Definitions, Kind, Term};
use super::folded::FoldedText;
use super::iptc::Concept;
use super::near::Combination;
use super::record::TopicInput;
use super::words::WordMap;
use crate::error::{Error, Result};

/// What each further occurrence of a term adds, as a share of its weight.
const REPETITION: f32 = 0.25;
/// What an occurrence in the headline or the lead adds, as a share of the weight.
const LEAD: f32 = 0.45;
/// For subjects, in a long text a passing mention says less: the threshold rises from a
/// length of `SHORT` characters on, by `RISE` at most, which it reaches at `LONG`.
const SHORT: f32 = 1200.0;
const LONG: f32 = 2000.0;
const RISE: f32 = 0.35;
/// In a text of more characters than this a subject that comes up once, and not in
/// the headline, is mentioned in passing, however clear its name.
const ONCE_IS_ENOUGH: usize = 1000;
/// No term counts for more than so many times its weight.
const CEILING: f32 = 2.0;

/// A linked entity, in code points of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedEntity<'a> {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// Wikidata item.
    pub qid: &'a str,
}

/// Definitions made ready to be matched.
pub(super) struct Matcher {
    pub definitions: Vec<Compiled>,
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    terms: Vec<TermUses>,
    entities: HashMap<String, Vec<Use>>,
}

/// A definition with its terms numbered.
pub(super) struct Compiled {
    pub kind: Kind,
    pub definition: Definition,
    pub threshold: f32,
    /// The IPTC concepts it stands for.
    pub codes: Vec<&'static Concept>,
    combinations: Vec<Combination>,
}

struct TermUses {
    characters: u32,
    uses: Vec<Use>,
}

#[derive(Clone, Copy)]
struct Use {
    definition: u32,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Role {
    Except,
    Exclude,
    Term(f32),
    Near { combination: u8, group: u8 },
}

/// A term found in the text, for one of the definitions that use it.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    definition: u32,
    pub start: u32,
    pub end: u32,
    pub role: Role,
}

/// Places in code points.
type Spans = Vec<(u32, u32)>;

/// What a definition found in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finding {
    /// Number of the definition.
    pub definition: usize,
    /// Sum of the weights.
    pub score: f32,
    /// What it must reach in a text of this length.
    pub threshold: f32,
    /// How far the text deals with it; see [`centrality`](super::centrality).
    pub centrality: f32,
    /// Whether the text only mentions it.
    pub in_passing: bool,
    /// What added to the score, the heaviest first.
    pub fired: Vec<Fired>,
    /// Where terms of `exclude` stand.
    pub excluded: Vec<(u32, u32)>,
    /// Where terms did not count for standing inside a phrase of `except`.
    pub excepted: Vec<(u32, u32)>,
}

/// A term or a combination that fired.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fired {
    /// Number of the combination, or `None` for a term.
    pub combination: Option<usize>,
    /// Weight in the definition.
    pub base: f32,
    /// What it adds to the score.
    pub weight: f32,
    /// How often it occurs.
    pub occurrences: usize,
    /// Where its terms stand.
    pub spans: Vec<(u32, u32)>,
}

impl Finding {
    /// Whether the text has the matter among its topics.
    pub fn is_assigned(&self) -> bool {
        self.excluded.is_empty() && !self.in_passing && self.score >= self.threshold - 1e-4
    }
}

impl Fired {
    /// The first span of every occurrence.
    pub fn starts(&self) -> impl Iterator<Item = &(u32, u32)> {
        self.spans
            .iter()
            .step_by((self.spans.len() / self.occurrences.max(1)).max(1))
    }
}

impl Matcher {
    pub fn new(definitions: Definitions) -> Result<Self> {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut patterns: Vec<(String, u32)> = Vec::new();
        let mut terms: Vec<TermUses> = Vec::new();
        let mut entities: HashMap<String, Vec<Use>> = HashMap::new();
        let mut compiled = Vec::with_capacity(definitions.entries.len());
        for (number, (kind, entry)) in definitions.entries.iter().enumerate() {
            let definition = number as u32;
            for (term, role) in uses(&definitions, entry) {
                let at = *numbers.entry(term.clone()).or_insert_with(|| {
                    terms.push(TermUses {
                        characters: term.chars().count() as u32,
                        uses: Vec::new(),
                    });
                    patterns.push((term, terms.len() as u32 - 1));
                    terms.len() - 1
                });
                let of_term = &mut terms[at].uses;
                if !of_term
                    .iter()
                    .any(|u| u.definition == definition && u.role == role)
                {
                    of_term.push(Use { definition, role });
                }
            }
            for qid in &entry.entities {
                let role = Role::Term(1.0);
                entities
                    .entry(qid.clone())
                    .or_default()
                    .push(Use { definition, role });
            }
            let combinations = entry.near.iter().map(|near| Combination {
                groups: near.all.len() as u8,
                within: near.within,
                weight: near.weight,
            });
            compiled.push(Compiled {
                kind: *kind,
                threshold: entry.threshold(),
                codes: definitions.codes(*kind, entry)?,
                combinations: combinations.collect(),
                definition: entry.clone(),
            });
        }
        let automaton = match patterns.is_empty() {
            true => None,
            false => Some(
                CharwiseDoubleArrayAhoCorasick::with_values(patterns)
                    .map_err(|error| Error::resource("topics", format!("cannot index the terms: {error}")))?,
            ),
        };
        Ok(Self {
            definitions: compiled,
            automaton,
            terms,
            entities,
        })
    }

    /// What the definitions of `kind` found, whether or not it is enough.
    pub fn find(&self, text: &FoldedText, input: &TopicInput) -> Vec<Finding> {
        let words = WordMap::new(text, input);
        let mut hits = self.hits(text, &words);
        let fits = |entity: &&LinkedEntity| entity.start < entity.end && entity.end <= text.chars.len();
        for entity in input.entities.iter().filter(fits) {
            for &Use { definition, role } in self.entities.get(entity.qid).into_iter().flatten() {
                let (start, end) = (entity.start as u32, entity.end as u32);
                hits.push(Hit {
                    definition,
                    start,
                    end,
                    role,
                });
            }
        }
        // Longer terms first where several begin at one place.
        hits.sort_unstable_by_key(|hit| (hit.definition, hit.start, u32::MAX - hit.end));
        let mut findings: Vec<Finding> = hits
            .chunk_by(|a, b| a.definition == b.definition)
            .filter_map(|hits| self.definitions[hits[0].definition as usize].weigh(hits, text))
            .collect();
        self.weigh_narrower(&mut findings);
        findings
    }

    /// What an article about the wider issue says of a narrower one is part of its matter.
    fn weigh_narrower(&self, findings: &mut [Finding]) {
        let id = |finding: &Finding| self.definitions[finding.definition].definition.id.as_str();
        let dealt_with: HashSet<&str> = findings
            .iter()
            .filter(|finding| finding.is_assigned() && finding.centrality >= DEALS_WITH)
            .map(id)
            .collect();
        for finding in findings {
            let compiled = &self.definitions[finding.definition];
            let parent = compiled.definition.parent.as_deref();
            if compiled.kind == Kind::Issue && parent.is_some_and(|parent| dealt_with.contains(parent)) {
                finding.centrality = beside_wider(finding.centrality);
                finding.in_passing = finding.centrality < LINE;
            }
        }
    }

    fn hits(&self, text: &FoldedText, words: &WordMap) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let mut hits = Vec::new();
        // Matches come in the order of their ends, so bytes are turned into
        // characters on the way.
        let (mut byte, mut end) = (0, 0);
        for found in automaton.find_overlapping_iter(&text.text) {
            while byte < found.end() {
                byte += text.chars[end].len_utf8();
                end += 1;
            }
            let term = &self.terms[found.value() as usize];
            let start = end - term.characters as usize;
            if end > text.related as usize {
                break;
            }
            if cuts_word(&text.chars, start) || cuts_word(&text.chars, end) {
                continue;
            }
            let whole = words.fits(start, end);
            let uses = term
                .uses
                .iter()
                .filter(|u| whole || matches!(u.role, Role::Except | Role::Exclude));
            hits.extend(uses.map(|&Use { definition, role }| Hit {
                definition,
                start: start as u32,
                end: end as u32,
                role,
            }));
        }
        hits
    }
}

/// Every term of a definition, with what it is there for.
fn uses(definitions: &Definitions, entry: &Definition) -> Vec<(String, Role)> {
    let weighted = |terms: Vec<Term>| terms.into_iter().map(|term| (term.text, Role::Term(term.weight)));
    let mut uses: Vec<(String, Role)> = weighted(definitions.strong(entry)).collect();
    uses.extend(weighted(definitions.hints(entry)));
    uses.extend(
        definitions
            .plain(&entry.except)
            .into_iter()
            .map(|term| (term, Role::Except)),
    );
    uses.extend(
        definitions
            .plain(&entry.exclude)
            .into_iter()
            .map(|term| (term, Role::Exclude)),
    );
    for (combination, near) in entry.near.iter().enumerate() {
        for (group, terms) in near.all.iter().enumerate() {
            let role = Role::Near {
                combination: combination as u8,
                group: group as u8,
            };
            uses.extend(definitions.plain(terms).into_iter().map(|term| (term, role)));
        }
    }
    uses
}

/// Whether a Latin word or a number goes on across position `at`.
fn cuts_word(chars: &[char], at: usize) -> bool {
    let alphanumeric = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphanumeric);
    at > 0 && alphanumeric(at) && alphanumeric(at - 1)
}

impl Compiled {
    /// Whether there is a term, or a term of every list of a combination: most
    /// definitions that a text touches have met a single term of a list.
    fn may_fire(&self, hits: &[Hit]) -> bool {
        let mut met = vec![0u64; self.combinations.len()];
        for hit in hits {
            match hit.role {
                Role::Term(_) => return true,
                Role::Near { combination, group } => met[usize::from(combination)] |= 1 << group,
                Role::Except | Role::Exclude => {}
            }
        }
        let mut lists = met.iter().zip(&self.combinations);
        lists.any(|(met, combination)| met.count_ones() >= u32::from(combination.groups))
    }

    /// Weighs the hits of this definition; `None` if nothing counts.
    fn weigh(&self, hits: &[Hit], text: &FoldedText) -> Option<Finding> {
        if !self.may_fire(hits) {
            return None;
        }
        let mut finding = Finding {
            definition: hits[0].definition as usize,
            ..Finding::default()
        };
        finding.threshold = self.threshold;
        if self.kind == Kind::Subject {
            let length = (text.chars.len() as f32 - SHORT) / (LONG - SHORT);
            finding.threshold *= 1.0 + RISE * length.clamp(0.0, 1.0);
        }
        let spans_of = |role: Role| {
            hits.iter()
                .filter(move |hit| hit.role == role)
                .map(|hit| (hit.start, hit.end))
        };
        let shields: Vec<(u32, u32)> = spans_of(Role::Except).collect();
        finding.excluded = spans_of(Role::Exclude).collect();
        let mut counting = Vec::with_capacity(hits.len());
        for hit in hits {
            if matches!(hit.role, Role::Except | Role::Exclude) {
                continue;
            }
            if shields
                .iter()
                .any(|shield| shield.0 <= hit.start && hit.end <= shield.1)
            {
                finding.excepted.push((hit.start, hit.end));
                continue;
            }
            counting.push(*hit);
        }
        finding.fired = terms_fired(&counting, text);
        let terms = finding.fired.len();
        for (number, combination) in self.combinations.iter().enumerate() {
            let mut windows = combination.windows(number as u8, &counting, text);
            windows.retain(|window| !is_one_term(window, &finding.fired[..terms]));
            if windows.is_empty() {
                continue;
            }
            let in_lead = windows.iter().any(|window| window[0].0 < text.lead);
            finding.fired.push(Fired {
                combination: Some(number),
                base: combination.weight,
                weight: combination.weight * damped(windows.len(), in_lead),
                occurrences: windows.len(),
                spans: windows.into_iter().flatten().collect(),
            });
        }
        finding.score = finding.fired.iter().map(|fired| fired.weight).sum();
        finding.centrality = centrality(&finding.fired, self.threshold, text);
        finding.in_passing = match self.kind {
            Kind::Issue => finding.centrality < LINE,
            Kind::Subject => text.chars.len() > ONCE_IS_ENOUGH && is_once(&finding.fired, text.headline),
        };
        finding.fired.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let found = !finding.fired.is_empty() || !finding.excepted.is_empty();
        found.then_some(finding)
    }
}

/// Whether a combination lies within one of the terms that have fired: 美国 + 大选
/// adds nothing to 美国大选.
fn is_one_term(window: &[(u32, u32)], terms: &[Fired]) -> bool {
    let (start, end) = (window[0].0, window[window.len() - 1].1);
    let mut spans = terms.iter().flat_map(|fired| &fired.spans);
    spans.any(|span| span.0 <= start && end <= span.1)
}

/// Whether all that fired is one term or combination at one place behind the headline.
fn is_once(fired: &[Fired], headline: u32) -> bool {
    let [only] = fired else { return false };
    only.occurrences == 1 && only.spans[0].0 >= headline
}

/// How many times its weight a term counts for.
fn damped(occurrences: usize, in_lead: bool) -> f32 {
    let lead = if in_lead { LEAD } else { 0.0 };
    (1.0 + REPETITION * (occurrences - 1) as f32 + lead).min(CEILING)
}

/// Weighs the terms that stand for themselves. A term inside a longer term of the
/// same definition does not count again.
fn terms_fired(hits: &[Hit], text: &FoldedText) -> Vec<Fired> {
    let mut by_term: HashMap<&[char], (f32, Spans)> = HashMap::new();
    let mut covered = 0;
    for hit in hits {
        let Role::Term(weight) = hit.role else { continue };
        if hit.end <= covered {
            continue;
        }
        covered = hit.end;
        let Some(term) = text.chars.get(hit.start as usize..hit.end as usize) else {
            continue;
        };
        let (heaviest, spans) = by_term.entry(term).or_insert((weight, Vec::new()));
        *heaviest = heaviest.max(weight);
        spans.push((hit.start, hit.end));
    }
    let mut fired: Vec<Fired> = by_term
        .into_values()
        .map(|(weight, spans)| Fired {
            combination: None,
            base: weight,
            weight: weight * damped(spans.len(), spans[0].0 < text.lead),
            occurrences: spans.len(),
            spans,
        })
        .collect();
    fired.sort_by_key(|fired| fired.spans[0]);
    fired
}
