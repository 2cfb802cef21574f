//! Bare family names: 莱德 where the corpus knows one 帕特·莱德.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::articles::ArticleKey;
use super::clusters::Clusters;
use super::evidence::Evidence;
use super::gather::{Node, Nodes};
use crate::document::EntityType;
use crate::resolve::entities::key::is_han;
use crate::resolve::entities::{KnowledgeBase, Role, same_office};

/// A name in more articles than this share of the corpus says nothing about who else
/// is meant.
const RARE: f64 = 0.01;
/// … unless it is in so few.
const RARE_ARTICLES: usize = 5;
/// How far apart articles about one matter may be, in days.
const NEAR_DAYS: i32 = 31;

/// Article and bare name → the bearer it stands for.
pub(super) type Shorts = BTreeMap<(ArticleKey, usize), usize>;

/// Decides each bare family name in each of its articles.
pub(super) fn decide(
    evidence: &Evidence,
    nodes: &Nodes<'_>,
    clusters: &Clusters,
    kb: &KnowledgeBase,
) -> Shorts {
    let bearers = nodes.bearers();
    let candidates: Vec<(usize, usize)> = nodes
        .all()
        .iter()
        .enumerate()
        .filter(|(_, node)| is_bare(node))
        .filter_map(|(at, node)| Some((at, only_bearer(at, bearers.get(&node.key)?, nodes, clusters, kb)?)))
        .collect();
    let company = Company::new(evidence, nodes, clusters, &candidates);
    let mut shorts = Shorts::new();
    for &(bare, bearer) in &candidates {
        for article in nodes.all()[bare].articles().iter() {
            let is_one = match compare_titles(nodes, clusters, bare, bearer, article) {
                Some(fits) => fits,
                // Two characters may be anybody's name; without a title they stay.
                None => {
                    nodes.all()[bare].length() > 2
                        && company.is_shared(bearer, &nodes.all()[bare].id, article)
                }
            };
            if is_one {
                shorts.insert((article, bare), bearer);
            }
        }
    }
    shorts
}

/// A person's name of Chinese characters without a dot that the knowledge base lacks.
fn is_bare(node: &Node<'_>) -> bool {
    node.is_person()
        && !node.known
        && !node.is_dotted()
        && node.length() > 1
        && node.key.chars().all(is_han)
        && node.articles().len() > 0
}

/// The one person of the corpus and the knowledge base that bears a family name.
fn only_bearer(
    bare: usize,
    bearers: &[usize],
    nodes: &Nodes<'_>,
    clusters: &Clusters,
    kb: &KnowledgeBase,
) -> Option<usize> {
    let people: BTreeSet<usize> = bearers.iter().map(|&node| clusters.root(node)).collect();
    let &root = people.first().filter(|_| people.len() == 1)?;
    let known = clusters.known(root).and_then(|node| nodes.all()[node].number);
    let found = kb.find(&nodes.all()[bare].key);
    let strangers = found
        .iter()
        .any(|&(entity, _)| kb.kind(entity) == EntityType::Person && Some(entity) != known);
    // One that was joined already, or that has namesakes, is left alone.
    let alone = clusters
        .members(bare)
        .iter()
        .all(|&member| is_bare(&nodes.all()[member]));
    if strangers || !alone || clusters.root(bare) == root {
        return None;
    }
    bearers.first().copied()
}

/// Whether the titles of a bare name in an article fit those of the bearer; `None`
/// if it stands there without.
fn compare_titles(
    nodes: &Nodes<'_>,
    clusters: &Clusters,
    bare: usize,
    bearer: usize,
    article: ArticleKey,
) -> Option<bool> {
    let here: Vec<&Role> = nodes.all()[bare].roles(Some(article)).collect();
    if here.is_empty() {
        return None;
    }
    let fits = |role: &Role, known: &Role| {
        same_office(&role.title, &known.title)
            && (role.of.is_none() || known.of.is_none() || role.of == known.of)
    };
    let members = clusters.members(bearer).iter();
    let mut held = members.flat_map(|&member| nodes.all()[member].roles(None));
    Some(held.any(|known| here.iter().any(|role| fits(role, known))))
}

/// Which rare names stand beside which people.
struct Company<'e> {
    /// Article → the rare names in it, of the articles that matter.
    names: HashMap<ArticleKey, Vec<&'e str>>,
    /// Bearer → its rare companions with their articles.
    beside: HashMap<usize, HashMap<&'e str, Vec<ArticleKey>>>,
    days: &'e BTreeMap<ArticleKey, i32>,
}

impl<'e> Company<'e> {
    fn new(
        evidence: &'e Evidence,
        nodes: &Nodes<'_>,
        clusters: &Clusters,
        candidates: &[(usize, usize)],
    ) -> Self {
        let mut names: HashMap<ArticleKey, Vec<&str>> = HashMap::new();
        let with_bearer = |bearer: usize| {
            let members = clusters.members(bearer).iter();
            members.flat_map(|&member| nodes.all()[member].articles().iter())
        };
        for &(bare, bearer) in candidates {
            for article in nodes.all()[bare].articles().iter().chain(with_bearer(bearer)) {
                names.entry(article).or_default();
            }
        }
        let rare = ((count_articles(evidence) as f64 * RARE) as usize).max(RARE_ARTICLES);
        for (id, facts) in evidence
            .entities
            .iter()
            .filter(|(_, facts)| facts.articles.len() <= rare)
        {
            for article in facts.articles.iter() {
                if let Some(names) = names.get_mut(&article) {
                    names.push(id);
                }
            }
        }
        let mut beside: HashMap<usize, HashMap<&str, Vec<ArticleKey>>> = HashMap::new();
        for &(_, bearer) in candidates {
            if beside.contains_key(&bearer) {
                continue;
            }
            let companions = beside.entry(bearer).or_default();
            for article in with_bearer(bearer) {
                for &name in &names[&article] {
                    companions.entry(name).or_default().push(article);
                }
            }
        }
        Self {
            names,
            beside,
            days: &evidence.days,
        }
    }

    /// Whether a rare name of the article, other than the bare one itself, stood beside
    /// the bearer at about that time.
    fn is_shared(&self, bearer: usize, bare: &str, article: ArticleKey) -> bool {
        let Some(day) = self.days.get(&article) else {
            return false;
        };
        let near = |other: &ArticleKey| {
            let other = self.days.get(other);
            other.is_some_and(|other| (other - day).abs() <= NEAR_DAYS)
        };
        let companions = &self.beside[&bearer];
        let names = self.names.get(&article).into_iter().flatten();
        names
            .filter(|&&name| name != bare)
            .filter_map(|name| companions.get(name))
            .any(|articles| articles.iter().any(near))
    }
}

fn count_articles(evidence: &Evidence) -> usize {
    let mut articles: Vec<ArticleKey> = evidence
        .entities
        .values()
        .flat_map(|facts| facts.articles.iter())
        .collect();
    articles.sort_unstable();
    articles.dedup();
    articles.len()
}
