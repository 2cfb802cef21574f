//! The names that may be joined, with what is known of each.

use std::collections::HashMap;

use super::articles::Articles;
use super::evidence::{Evidence, Facts};
use crate::document::EntityType;
use crate::resolve::entities::key::{has_han, is_dot, key, last_part};
use crate::resolve::entities::roles::is_high;
use crate::resolve::entities::table::Number;
use crate::resolve::entities::{KnowledgeBase, Role, same_office};

/// A name: an entity of the records, or a form that a gloss gives.
#[derive(Debug)]
pub(super) struct Node<'e> {
    pub id: String,
    pub kind: EntityType,
    pub name: String,
    pub key: String,
    /// Whether the knowledge base has it; such a one is never moved.
    pub known: bool,
    /// Its number there.
    pub number: Option<Number>,
    facts: Option<&'e Facts>,
}

/// All names of people and organisations.
#[derive(Debug)]
pub(super) struct Nodes<'e> {
    all: Vec<Node<'e>>,
    index: HashMap<String, usize>,
}

static NO_ARTICLES: Articles = Articles::none();

impl Node<'_> {
    pub fn articles(&self) -> &Articles {
        self.facts.map_or(&NO_ARTICLES, |facts| &facts.articles)
    }

    pub fn facts(&self) -> Option<&Facts> {
        self.facts
    }

    pub fn is_person(&self) -> bool {
        self.kind == EntityType::Person
    }

    /// 帕特·莱德, not 莱德.
    pub fn is_dotted(&self) -> bool {
        has_han(&self.name) && self.name.chars().any(is_dot)
    }

    pub fn length(&self) -> usize {
        self.key.chars().count()
    }

    /// The roles under which it stands, those of one article only if given.
    pub fn roles(&self, article: Option<u64>) -> impl Iterator<Item = &Role> {
        let roles = self.facts.map(|facts| facts.roles.iter());
        roles
            .into_iter()
            .flatten()
            .filter(move |(_, articles)| article.is_none_or(|article| articles.contains(article)))
            .map(|(role, _)| role)
    }
}

impl<'e> Nodes<'e> {
    /// The people and organisations of the records.
    pub fn gather(evidence: &'e Evidence, kb: &KnowledgeBase) -> Self {
        let mut nodes = Self {
            all: Vec::new(),
            index: HashMap::new(),
        };
        for (id, facts) in &evidence.entities {
            if facts.kind == EntityType::Location {
                continue;
            }
            let key = key(&facts.name);
            let number = kb
                .find(&key)
                .iter()
                .map(|&(entity, _)| entity)
                .find(|&entity| kb.id(entity) == *id);
            nodes.push(Node {
                id: id.clone(),
                kind: facts.kind,
                name: facts.name.clone(),
                key,
                known: number.is_some() || is_qid(id),
                number,
                facts: Some(facts),
            });
        }
        nodes
    }

    /// The node of a form that only a gloss gives.
    pub fn of_form(&mut self, kind: EntityType, form: &str) -> usize {
        let id = format!("{kind}:{form}");
        if let Some(&node) = self.index.get(&id) {
            return node;
        }
        self.push(Node {
            id,
            kind,
            name: form.to_owned(),
            key: key(form),
            known: false,
            number: None,
            facts: None,
        })
    }

    /// The node of an entity of the knowledge base.
    pub fn of_known(&mut self, entity: Number, kb: &KnowledgeBase) -> usize {
        let id = kb.id(entity);
        if let Some(&node) = self.index.get(&id) {
            return node;
        }
        let name = kb.name(entity).to_owned();
        self.push(Node {
            id,
            kind: kb.kind(entity),
            key: key(&name),
            name,
            known: true,
            number: Some(entity),
            facts: None,
        })
    }

    fn push(&mut self, node: Node<'e>) -> usize {
        let at = self.all.len();
        self.index.insert(node.id.clone(), at);
        self.all.push(node);
        at
    }

    pub fn find(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    pub fn all(&self) -> &[Node<'e>] {
        &self.all
    }

    /// The people that a bare family name may stand for: bearers of 莱德 are those
    /// called 帕特·莱德. (Names without a dot do not tell where the family name ends.)
    pub fn bearers(&self) -> HashMap<String, Vec<usize>> {
        let mut bearers: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, node) in self.all.iter().enumerate().filter(|(_, node)| node.is_person()) {
            let last = last_part(&node.name).filter(|_| node.is_dotted()).map(key);
            if let Some(short) = last.filter(|short| short.chars().count() > 1) {
                bearers.entry(short).or_default().push(at);
            }
        }
        bearers
    }

    /// Whether two people stand under one high office of one place or body.
    pub fn share_office(&self, a: usize, b: usize, kb: &KnowledgeBase) -> bool {
        let (a, b) = (&self.all[a], &self.all[b]);
        let in_records = a.roles(None).any(|x| b.roles(None).any(|y| is_one_office(x, y)));
        in_records || holds_office(a, b, kb) || holds_office(b, a, kb)
    }
}

/// Whether `titled` stands under an office that the knowledge base gives to `known`.
fn holds_office(known: &Node<'_>, titled: &Node<'_>, kb: &KnowledgeBase) -> bool {
    let Some(entity) = known.number else { return false };
    let Some(country) = kb.country(entity) else {
        return false;
    };
    titled.roles(None).any(|role| {
        role.of.as_deref() == Some(kb.name(country))
            && is_high(&role.title)
            && kb
                .offices(entity)
                .any(|office| same_office(office.title, &role.title))
    })
}

fn is_one_office(a: &Role, b: &Role) -> bool {
    a.of.is_some() && a.of == b.of && is_high(&a.title) && same_office(&a.title, &b.title)
}

/// Whether an identifier is Wikidata's.
pub(super) fn is_qid(id: &str) -> bool {
    id.strip_prefix('Q')
        .is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}
