//! Which names of a corpus are one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::articles::Articles;
use super::clusters::Clusters;
use super::evidence::Evidence;
use super::gather::{Node, Nodes};
use super::learned::{Learned, Reason};
use super::short;
use super::sounds::{differences, sound};
use crate::document::EntityType;
use crate::resolve::entities::KnowledgeBase;
use crate::resolve::entities::gloss::is_abbreviation;
use crate::resolve::entities::key::{has_han, is_dot, is_han, key, last_part};
use crate::resolve::entities::person::similar;
use crate::resolve::entities::table::{Number, Strength};

/// A form that several names are glossed by stands for one of them if that one has
/// at least this many articles and this share of them.
const CLEAR_ARTICLES: usize = 3;
const CLEAR_SHARE: f64 = 0.9;
/// A form that so many other names end in is a kind of body, not a body: 教育局.
const KIND_OF_BODY: usize = 3;
/// Latin forms up to this length must stand in several articles.
const ACRONYM: usize = 5;
/// A family name stands for the person who glosses it if at least every so many-th of its
/// articles says so.
const OFTEN: usize = 5;
/// From this length two transliterated full names that sound alike are one without
/// further evidence, as the same full name twice would be.
const LONG_NAME: usize = 5;

pub(super) fn decide(evidence: &Evidence, kb: &KnowledgeBase) -> Learned {
    let mut nodes = Nodes::gather(evidence, kb);
    let glosses = gloss_edges(evidence, &mut nodes, kb);
    let look_alikes = known_look_alikes(&mut nodes, kb);
    let mut joiner = Joiner {
        clusters: Clusters::new(nodes.all().iter().map(|node| node.known)),
        reasons: BTreeMap::new(),
        nodes,
    };
    joiner.same_writing();
    for edge in &glosses {
        joiner.gloss(edge);
    }
    for (node, known) in look_alikes {
        joiner.look_alike(node, known, Reason::Sound);
    }
    joiner.alike(kb);
    let Joiner {
        nodes,
        clusters,
        reasons,
    } = joiner;
    let shorts = short::decide(evidence, &nodes, &clusters, kb);
    Learned::new(&nodes, &clusters, &reasons, &shorts, kb)
}

/// Why a name was joined to others, with the articles that say so where articles do.
pub(super) type Reasons = BTreeMap<usize, (Reason, usize)>;

struct Joiner<'e> {
    nodes: Nodes<'e>,
    clusters: Clusters,
    reasons: Reasons,
}

/// A form that glosses an entity.
struct Gloss {
    entity: usize,
    form: usize,
    articles: usize,
}

impl Joiner<'_> {
    fn join(&mut self, a: usize, b: usize, reason: Reason, articles: usize) {
        if !self.clusters.join(a, b) {
            return;
        }
        for node in [a, b] {
            self.reasons.entry(node).or_insert((reason, articles));
        }
    }

    /// Whether names of both sets stand side by side in an article.
    fn apart(&self, a: usize, b: usize) -> bool {
        let articles = |node: usize| {
            let members = self.clusters.members(node).iter();
            members.map(|&member| self.nodes.all()[member].articles())
        };
        articles(a).any(|a| articles(b).any(|b| a.meets(b)))
    }

    fn same_writing(&mut self) {
        let mut first: HashMap<(EntityType, String), usize> = HashMap::new();
        for at in 0..self.nodes.all().len() {
            let node = &self.nodes.all()[at];
            if node.known || node.key.is_empty() {
                continue;
            }
            let known = *first.entry((node.kind, node.key.clone())).or_insert(at);
            self.join(known, at, Reason::Writing, 0);
        }
    }

    fn gloss(&mut self, gloss: &Gloss) {
        // Articles alternate between long and short, Chinese and Latin forms; two Chinese
        // names of people side by side are rather two people.
        let form = &self.nodes.all()[gloss.form];
        let alias = form.is_person() && has_han(&form.name);
        if alias && gloss.articles < 2 && self.apart(gloss.entity, gloss.form) {
            return;
        }
        self.join(gloss.entity, gloss.form, Reason::Gloss, gloss.articles);
    }

    fn look_alike(&mut self, a: usize, b: usize, reason: Reason) {
        if !self.apart(a, b) {
            self.join(a, b, reason, 0);
        }
    }

    /// Transliterations that sound alike, and given names that are alike.
    fn alike(&mut self, kb: &KnowledgeBase) {
        let (mut by_sound, mut by_family): (BTreeMap<String, Vec<usize>>, BTreeMap<String, Vec<usize>>) =
            Default::default();
        for (at, node) in self.nodes.all().iter().enumerate() {
            if !node.is_person() || !node.key.chars().all(is_han) || node.length() < 3 {
                continue;
            }
            by_sound.entry(sound(&node.key)).or_default().push(at);
            if let Some(last) = last_part(&node.name).filter(|_| node.is_dotted()) {
                let family = sound(&key(last));
                by_family.entry(family).or_default().push(at);
            }
        }
        for (reason, groups) in [(Reason::Sound, &by_sound), (Reason::GivenName, &by_family)] {
            for group in groups.values() {
                for (at, &a) in group.iter().enumerate() {
                    for &b in &group[at + 1..] {
                        let alike = match reason {
                            Reason::Sound => self.sound_alike(a, b, kb),
                            _ => self.given_names_alike(a, b, kb),
                        };
                        if alike {
                            self.look_alike(a, b, reason);
                        }
                    }
                }
            }
        }
    }

    fn sound_alike(&self, a: usize, b: usize, kb: &KnowledgeBase) -> bool {
        let (x, y) = (&self.nodes.all()[a], &self.nodes.all()[b]);
        if x.known && y.known || !few_differences(&x.key, &y.key) {
            return false;
        }
        let long = x.is_dotted() && y.is_dotted() && x.length() >= LONG_NAME;
        long || self.nodes.share_office(a, b, kb)
    }

    fn given_names_alike(&self, a: usize, b: usize, kb: &KnowledgeBase) -> bool {
        let (x, y) = (&self.nodes.all()[a], &self.nodes.all()[b]);
        if x.known && y.known {
            return false;
        }
        let given = |name: &str| name.split(is_dot).next().unwrap_or_default().to_owned();
        similar(&given(&x.name), &given(&y.name)) && self.nodes.share_office(a, b, kb)
    }
}

/// Whether keys of one sound differ in a third of their characters at most.
fn few_differences(a: &str, b: &str) -> bool {
    let length = a.chars().count();
    (1..=(length / 3).max(1)).contains(&differences(a, b))
}

/// Unknown people whose name sounds like that of one known person, and who stand under
/// that person's office or have the whole of a long name.
fn known_look_alikes(nodes: &mut Nodes<'_>, kb: &KnowledgeBase) -> Vec<(usize, usize)> {
    let mut known: HashMap<String, Vec<(String, Number, Strength)>> = HashMap::new();
    for (name, entity, strength) in kb.names_of(EntityType::Person) {
        if name.chars().count() >= 3 && name.chars().all(is_han) && strength <= Strength::Short {
            known
                .entry(sound(&name))
                .or_default()
                .push((name, entity, strength));
        }
    }
    let unknown: Vec<usize> = (0..nodes.all().len())
        .filter(|&at| !nodes.all()[at].known && nodes.all()[at].is_person())
        .collect();
    let mut found = Vec::new();
    for at in unknown {
        let node = &nodes.all()[at];
        let (key, is_long) = (node.key.clone(), node.is_dotted() && node.length() >= LONG_NAME);
        let Some(alike) = known.get(&sound(&key)) else {
            continue;
        };
        let people: BTreeSet<Number> = alike.iter().map(|&(_, entity, _)| entity).collect();
        let whole = alike
            .iter()
            .any(|(name, _, strength)| *strength <= Strength::Variant && few_differences(name, &key));
        let near = alike.iter().any(|(name, _, _)| few_differences(name, &key));
        let Some(&entity) = people.first().filter(|_| people.len() == 1 && near) else {
            continue;
        };
        let known = nodes.of_known(entity, kb);
        if is_long && whole || nodes.share_office(known, at, kb) {
            found.push((at, known));
        }
    }
    found
}

/// The glosses that say one thing only.
fn gloss_edges(evidence: &Evidence, nodes: &mut Nodes<'_>, kb: &KnowledgeBase) -> Vec<Gloss> {
    let mut edges = Vec::new();
    for ((id, form), articles) in &evidence.glosses {
        let Some(entity) = nodes.find(id) else { continue };
        let node = &nodes.all()[entity];
        if is_name(node, form, articles.len(), kb) {
            let kind = node.kind;
            edges.push((entity, nodes.of_form(kind, form), articles));
        }
    }
    let forms: BTreeSet<usize> = edges.iter().map(|&(_, form, _)| form).collect();
    let kinds_of_bodies = kinds_of_bodies(nodes, &forms);
    let bearers = nodes.bearers();
    let (latin, other): (Vec<_>, Vec<_>) = edges
        .into_iter()
        .filter(|(_, form, _)| !kinds_of_bodies.contains(form))
        // A bare family name is decided article by article.
        .filter(|(entity, ..)| nodes.all()[*entity].known || !bearers.contains_key(&nodes.all()[*entity].key))
        .partition(|&(_, form, _)| nodes.all()[form].is_person() && !has_han(&nodes.all()[form].name));
    let mut clear = clear_forms(nodes, other);
    clear.extend(latin_names(nodes, latin, kb));
    clear.sort_by_key(|gloss| (std::cmp::Reverse(gloss.articles), gloss.entity, gloss.form));
    clear
}

type Edge<'e> = (usize, usize, &'e Articles);

/// Whether a form can be learned as a name: not one that the knowledge base decides.
fn is_name(node: &Node<'_>, form: &str, articles: usize, kb: &KnowledgeBase) -> bool {
    let key = key(form);
    let length = key.chars().count();
    let known = kb
        .find(&key)
        .iter()
        .any(|&(entity, _)| kb.kind(entity) == node.kind);
    if known || kb.institutions.find(&key).is_some() || length < 2 || node.length() < 2 {
        return false;
    }
    match (node.kind, has_han(&node.name), has_han(form)) {
        // One word may be anybody's family name.
        (EntityType::Person, _, false) => form.contains(' '),
        (EntityType::Person, ..) => true,
        (_, true, true) => is_abbreviation(&node.name, form) || is_abbreviation(form, &node.name),
        // Few letters abbreviate much.
        _ => length > ACRONYM || articles > 1,
    }
}

/// Forms that the names of several other bodies end in.
fn kinds_of_bodies(nodes: &Nodes<'_>, forms: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut count: HashMap<&str, usize> = forms
        .iter()
        .map(|&form| (nodes.all()[form].key.as_str(), 0))
        .collect();
    for node in nodes.all().iter().filter(|node| !node.is_person()) {
        for (at, _) in node.key.char_indices().skip(1) {
            if let Some(count) = count.get_mut(&node.key[at..]) {
                *count += 1;
            }
        }
    }
    let is_kind = |form: &usize| count[nodes.all()[*form].key.as_str()] >= KIND_OF_BODY;
    forms.iter().copied().filter(is_kind).collect()
}

/// Of forms that gloss several names, those that clearly gloss one.
fn clear_forms(nodes: &Nodes<'_>, edges: Vec<Edge<'_>>) -> Vec<Gloss> {
    let mut by_form: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (entity, form, articles) in edges {
        by_form.entry(form).or_default().push((articles.len(), entity));
    }
    let mut clear = Vec::new();
    for (form, mut entities) in by_form {
        entities.sort_by_key(|&(articles, entity)| (std::cmp::Reverse(articles), entity));
        let total: usize = entities.iter().map(|&(articles, _)| articles).sum();
        let (articles, entity) = entities[0];
        let is_clear = articles >= CLEAR_ARTICLES && articles as f64 >= CLEAR_SHARE * total as f64;
        // A bare family name is others' too, unless it is mostly glossed.
        let node = &nodes.all()[form];
        let often = !node.is_person() || node.is_dotted() || articles >= node.articles().len();
        if often && (entities.len() == 1 || is_clear) {
            clear.push(Gloss {
                entity,
                form,
                articles,
            });
        }
    }
    clear
}

/// Latin full names of people that have no other: a Chinese name that is glossed by two
/// stands for two people. A known person must be known by that family name.
fn latin_names(nodes: &Nodes<'_>, edges: Vec<Edge<'_>>, kb: &KnowledgeBase) -> Vec<Gloss> {
    let mut names: BTreeMap<usize, (BTreeSet<[String; 2]>, usize)> = BTreeMap::new();
    for &(entity, form, articles) in &edges {
        let (of_entity, glossed) = names.entry(entity).or_default();
        of_entity.insert(ends(&nodes.all()[form].name));
        *glossed += articles.len();
    }
    let is_one = |&(entity, form, _): &Edge<'_>| {
        let node = &nodes.all()[entity];
        let (forms, glossed) = &names[&entity];
        let known = node.number.map_or("", |number| kb.english(number));
        let fits = known.is_empty() || ends(known)[1] == ends(&nodes.all()[form].name)[1];
        // A bare family name is others' too, unless it is glossed often.
        let often = node.known || node.is_dotted() || *glossed * OFTEN >= node.articles().len();
        forms.len() == 1 && fits && often
    };
    let clear = edges.into_iter().filter(is_one);
    clear
        .map(|(entity, form, articles)| Gloss {
            entity,
            form,
            articles: articles.len(),
        })
        .collect()
}

/// Keys of the first and the last word of a name.
fn ends(name: &str) -> [String; 2] {
    let first = name.split_whitespace().next().unwrap_or_default();
    [first, last_part(name).unwrap_or(name)].map(key)
}
