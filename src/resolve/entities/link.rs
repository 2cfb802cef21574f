//! The mentions of one document become entities.

use std::collections::HashMap;

use super::compose::{self, Body};
use super::context::Context;
use super::gloss;
use super::key::{has_han, is_han, key};
use super::knowledge::KnowledgeBase;
use super::person::{self, FullNames};
use super::place::{self, PlaceMention};
use super::roles::{self, TitleBeside};
use super::score::{self, Scored};
use super::table::{Number, Strength};
use super::target::{Target, TargetId, Targets};
use super::{Entity, EntityRef, Linked, Role, Rule};
use crate::document::{EntityType, Mention, Published};
use crate::text::{CharOffsets, fold_str};

/// How near a person must follow a body to tell whose it is, in code points.
const BESIDE: usize = 12;

/// Joins the mentions of a document into entities.
///
/// `mentions` must be in text order, not overlap and lie inside the text; others are
/// left out of account. Pure: the same document gives the same result, whatever was
/// linked before.
///
/// ```
/// use shiji::resolve::entities::{KnowledgeBase, link};
/// use shiji::{EntityType, Mention};
///
/// let text = "特朗普說：川普回來了";
/// let mention = |start, end: usize| Mention {
///     start,
///     end,
///     text: text.chars().skip(start).take(end - start).collect(),
///     kind: EntityType::Person,
///     confidence: 1.0,
///     entity: None,
/// };
/// let linked = link(text, &[mention(0, 3), mention(5, 7)], None, &KnowledgeBase::embedded()?);
/// assert_eq!(linked.entities.len(), 1);
/// assert_eq!(linked.entities[0].name, "唐纳德·特朗普");
/// # Ok::<(), shiji::Error>(())
/// ```
pub fn link(text: &str, mentions: &[Mention], published: Option<Published>, kb: &KnowledgeBase) -> Linked {
    let offsets = CharOffsets::new(text);
    let sound = mentions.iter().all(|m| m.start < m.end && m.end <= offsets.len())
        && mentions.windows(2).all(|pair| pair[0].end <= pair[1].start);
    if !sound {
        return link_sound(text, mentions, published, kb, &offsets);
    }
    let year = published.and_then(|date| u16::try_from(date.date().year()).ok());
    let mut linker = Linker {
        kb,
        text,
        keys: mentions.iter().map(|mention| key(&mention.text)).collect(),
        decisions: vec![Decision::default(); mentions.len()],
        titles: roles::titles(text, &offsets, mentions),
        context: Context::new(year),
        targets: Targets::default(),
        glossed: HashMap::new(),
        offsets,
        mentions,
    };
    linker.read_context();
    linker.places();
    linker.glosses();
    linker.organizations();
    linker.people();
    linker.finish()
}

/// Links the mentions that lie inside the text in order; the others stay undecided.
fn link_sound(
    text: &str,
    mentions: &[Mention],
    published: Option<Published>,
    kb: &KnowledgeBase,
    offsets: &CharOffsets,
) -> Linked {
    let mut free = 0;
    let mut kept = Vec::new();
    for (at, mention) in mentions.iter().enumerate() {
        if mention.start >= free && mention.start < mention.end && mention.end <= offsets.len() {
            free = mention.end;
            kept.push(at);
        }
    }
    let sound: Vec<Mention> = kept.iter().map(|&at| mentions[at].clone()).collect();
    let mut linked = link(text, &sound, published, kb);
    let mut refs = vec![EntityRef::default(); mentions.len()];
    for (&at, found) in kept.iter().zip(linked.refs) {
        refs[at] = found;
    }
    linked.refs = refs;
    linked
}

/// What one mention was decided to be.
#[derive(Clone, Debug)]
struct Decision {
    target: Option<TargetId>,
    rule: Rule,
    candidates: Vec<Scored>,
}

impl Default for Decision {
    fn default() -> Self {
        Self {
            target: None,
            rule: Rule::Undecided,
            candidates: Vec::new(),
        }
    }
}

struct Linker<'a> {
    kb: &'a KnowledgeBase,
    text: &'a str,
    offsets: CharOffsets,
    mentions: &'a [Mention],
    keys: Vec<String>,
    decisions: Vec<Decision>,
    titles: Vec<TitleBeside>,
    context: Context,
    targets: Targets,
    /// Names that a gloss decides.
    glossed: HashMap<(EntityType, String), TargetId>,
}

impl Linker<'_> {
    fn of_kind(&self, kind: EntityType) -> Vec<usize> {
        (0..self.mentions.len())
            .filter(|&at| self.mentions[at].kind == kind && !self.keys[at].is_empty())
            .collect()
    }

    fn decide(&mut self, at: usize, target: TargetId, rule: Rule, scored: &[Scored]) {
        self.decisions[at] = Decision {
            target: Some(target),
            rule,
            candidates: scored.to_vec(),
        };
    }

    fn undecided(&mut self, at: usize, scored: &[Scored]) {
        self.decisions[at].candidates = scored.to_vec();
    }

    /// The places that the document names beyond doubt, in names of bodies too.
    fn read_context(&mut self) {
        for (mention, key) in self.mentions.iter().zip(&self.keys) {
            let found = match mention.kind {
                // Whose it is, the context is to say.
                EntityType::Organization if self.kb.institutions.find(key).is_some() => None,
                EntityType::Location => place::certain(self.kb, key),
                EntityType::Organization => place::prefix(self.kb, key)
                    .map(|(place, _)| place)
                    .or_else(|| self.only_one(mention.kind, key)),
                EntityType::Person => self
                    .only_one(mention.kind, key)
                    .filter(|&entity| self.kb.is_prominent(entity)),
            };
            if let Some(entity) = found {
                self.context.add(mention.start, entity, self.kb);
            }
        }
        self.context.finish();
    }

    /// The one entity of a kind that a key names.
    fn only_one(&self, kind: EntityType, key: &str) -> Option<Number> {
        let found = self.kb.find(key);
        let mut known = found.iter().filter(|&&(entity, _)| self.kb.kind(entity) == kind);
        let &(first, strength) = known.next()?;
        (known.next().is_none() && strength <= Strength::Variant).then_some(first)
    }

    fn places(&mut self) {
        for at in self.of_kind(EntityType::Location) {
            let mention = &self.mentions[at];
            let touching = |other: Option<usize>| {
                let other = other.filter(|&o| o < self.mentions.len())?;
                let (a, b) = (&self.mentions[at.min(other)], &self.mentions[at.max(other)]);
                (a.end == b.start).then_some(self.keys[other].as_str())
            };
            let scored = place::candidates(
                self.kb,
                &self.context,
                &PlaceMention {
                    key: &self.keys[at],
                    at: mention.start,
                    neighbours: [touching(at.checked_sub(1)), touching(Some(at + 1))],
                },
            );
            self.choose(at, scored, EntityType::Organization);
        }
    }

    /// Takes the best candidate; without any, one of the kind that it is often
    /// confused with, or makes an entity of the name itself.
    fn choose(&mut self, at: usize, scored: Vec<Scored>, confused_with: EntityType) {
        if let Some(entity) = score::decide(&scored) {
            let target = self.targets.known(entity);
            return self.decide(at, target, Rule::Name, &scored);
        }
        if !scored.is_empty() {
            return self.undecided(at, &scored);
        }
        let start = self.mentions[at].start;
        let other = score::candidates(self.kb, &self.context, confused_with, &self.keys[at], start);
        if let Some(entity) = score::decide(&other).filter(|_| self.keys[at].chars().count() > 1) {
            let target = self.targets.known(entity);
            return self.decide(at, target, Rule::Name, &other);
        }
        let target = self.new_entity(at);
        self.decide(at, target, Rule::New, &[]);
    }

    /// An entity that only this document knows, named as the text names it.
    fn new_entity(&mut self, at: usize) -> TargetId {
        let mention = &self.mentions[at];
        self.targets.made(mention.kind, canonical_form(&mention.text))
    }

    /// What a name alone says, for the two sides of a gloss.
    fn by_name(&self, at: usize) -> Option<Number> {
        let mention = &self.mentions[at];
        let scored = score::candidates(
            self.kb,
            &self.context,
            mention.kind,
            &self.keys[at],
            mention.start,
        );
        score::decide(&scored).or_else(|| {
            (mention.kind == EntityType::Person)
                .then(|| person::transliteration(self.kb, &mention.text))
                .flatten()
        })
    }

    fn glosses(&mut self) {
        for (name, gloss) in gloss::pairs(self.text, &self.offsets, self.mentions) {
            let kind = self.mentions[name].kind;
            if kind == EntityType::Location {
                continue;
            }
            let sides = [self.entry(name), self.entry(gloss)];
            let known = sides.iter().find_map(|side| self.glossed.get(side).copied());
            let target = match known {
                Some(target) => target,
                None => match (self.by_name(name), self.by_name(gloss)) {
                    // Two known ones that differ: not a gloss after all.
                    (Some(a), Some(b)) if a != b && kind == EntityType::Person => continue,
                    (Some(entity), _) | (None, Some(entity)) => self.targets.known(entity),
                    (None, None) => {
                        let composed = self.composed(name).map(|(target, _)| target);
                        let named = if has_han(&self.mentions[name].text) {
                            name
                        } else {
                            gloss
                        };
                        composed.unwrap_or_else(|| self.new_entity(named))
                    }
                },
            };
            for side in sides {
                self.glossed.entry(side).or_insert(target);
            }
        }
    }

    fn entry(&self, at: usize) -> (EntityType, String) {
        (self.mentions[at].kind, self.keys[at].clone())
    }

    fn gloss_of(&self, at: usize) -> Option<TargetId> {
        if self.glossed.is_empty() {
            return None;
        }
        self.glossed.get(&self.entry(at)).copied()
    }

    fn composed(&mut self, at: usize) -> Option<(TargetId, Rule)> {
        let mention = &self.mentions[at];
        if mention.kind != EntityType::Organization {
            return None;
        }
        let folded = fold_str(&mention.text);
        let person_country = self.mentions[at + 1..]
            .iter()
            .zip(&self.keys[at + 1..])
            .take_while(|(next, _)| next.start < mention.end + BESIDE)
            .filter(|(next, _)| next.kind == EntityType::Person)
            .find_map(|(next, key)| self.kb.country(self.only_one_or_first(next.kind, key)?));
        let body = Body {
            text: &folded,
            key: &self.keys[at],
            at: mention.start,
            person_country,
        };
        compose::compose(self.kb, &self.context, &mut self.targets, &body)
    }

    fn only_one_or_first(&self, kind: EntityType, key: &str) -> Option<Number> {
        let found = self.kb.find(key);
        let mut known = found
            .iter()
            .filter(|&&(entity, strength)| self.kb.kind(entity) == kind && strength <= Strength::Short);
        let &(first, _) = known.next()?;
        known.next().is_none().then_some(first)
    }

    fn organizations(&mut self) {
        let bodies = self.of_kind(EntityType::Organization);
        let mut unknown = Vec::new();
        for &at in &bodies {
            if let Some(target) = self.gloss_of(at) {
                self.decide(at, target, Rule::Gloss, &[]);
                continue;
            }
            let is_institution = self.kb.institutions.find(&self.keys[at]).is_some();
            let start = self.mentions[at].start;
            let scored = score::candidates(
                self.kb,
                &self.context,
                EntityType::Organization,
                &self.keys[at],
                start,
            );
            if is_institution || scored.is_empty() {
                match self.composed(at) {
                    Some((target, rule)) => self.decide(at, target, rule, &[]),
                    None => unknown.push(at),
                }
                continue;
            }
            match score::decide(&scored) {
                Some(entity) => {
                    let target = self.targets.known(entity);
                    self.decide(at, target, Rule::Name, &scored);
                }
                None => self.undecided(at, &scored),
            }
        }
        for at in unknown {
            match self.longer_body(at, &bodies) {
                Some(target) => self.decide(at, target, Rule::InDocument, &[]),
                None => self.choose(at, Vec::new(), EntityType::Location),
            }
        }
    }

    /// A longer name of a body in the document that this one shortens.
    fn longer_body(&self, at: usize, bodies: &[usize]) -> Option<TargetId> {
        let short = self.keys[at].as_str();
        let length = short.chars().count();
        if length < 3 {
            return None;
        }
        let mut found = None;
        for &other in bodies {
            let long = self.keys[other].as_str();
            let Some(target) = self.decisions[other].target else {
                continue;
            };
            if long.len() <= short.len() || !(long.ends_with(short) || long.starts_with(short)) {
                continue;
            }
            match found {
                None => found = Some(target),
                Some(known) if known != target => return None,
                Some(_) => {}
            }
        }
        found
    }

    fn people(&mut self) {
        let people = self.of_kind(EntityType::Person);
        let mut names = FullNames::default();
        let mut short = Vec::new();
        let mut decided: HashMap<String, (TargetId, Rule)> = HashMap::new();
        // Full names first: they explain the short ones.
        for &at in &people {
            if let Some(&(target, rule)) = decided.get(&self.keys[at]) {
                self.decide(at, target, rule, &[]);
                continue;
            }
            match self.full_person(at) {
                Some((target, rule, scored)) => {
                    names.add(self.mentions[at].start, &self.mentions[at].text, target);
                    decided.insert(self.keys[at].clone(), (target, rule));
                    self.decide(at, target, rule, &scored);
                }
                None => short.push(at),
            }
        }
        // The longer a name, the more it explains.
        short.sort_by_key(|&at| (std::cmp::Reverse(self.keys[at].chars().count()), at));
        for at in short {
            let (target, rule, scored) = self.short_person(at, &names);
            match target {
                Some(target) => {
                    if rule == Rule::New {
                        names.add(self.mentions[at].start, &self.mentions[at].text, target);
                    }
                    self.decide(at, target, rule, &scored);
                }
                None => self.undecided(at, &scored),
            }
        }
    }

    /// A person whose name stands in full, or whom a gloss decides.
    fn full_person(&mut self, at: usize) -> Option<(TargetId, Rule, Vec<Scored>)> {
        if let Some(target) = self.gloss_of(at) {
            return Some((target, Rule::Gloss, Vec::new()));
        }
        let mention = &self.mentions[at];
        let found = self.kb.find(&self.keys[at]);
        let strongest = found
            .iter()
            .filter(|&&(entity, _)| self.kb.kind(entity) == EntityType::Person)
            .map(|&(_, strength)| strength)
            .min();
        let dotted = super::key::last_part(&mention.text).is_some();
        match strongest {
            Some(strength) if strength == Strength::Canonical || dotted && strength == Strength::Variant => {
                let scored = self.person_candidates(at);
                let entity = score::decide(&scored)?;
                let stranger = self.is_stranger(at, entity);
                let target = if stranger {
                    self.new_entity(at)
                } else {
                    self.targets.known(entity)
                };
                let rule = if stranger { Rule::New } else { Rule::Name };
                Some((target, rule, scored))
            }
            Some(_) => None,
            None if dotted => {
                if let Some(entity) = person::transliteration(self.kb, &mention.text) {
                    return Some((self.targets.known(entity), Rule::Transliteration, Vec::new()));
                }
                Some((self.new_entity(at), Rule::New, Vec::new()))
            }
            None => None,
        }
    }

    /// Candidates of a person, with the titles beside the mention as evidence.
    fn person_candidates(&self, at: usize) -> Vec<Scored> {
        let mention = &self.mentions[at];
        let mut scored = score::candidates(
            self.kb,
            &self.context,
            EntityType::Person,
            &self.keys[at],
            mention.start,
        );
        for (score, entity) in &mut scored {
            if self.held_title(at, *entity) {
                *score += 2.0;
            }
        }
        score::sort(&mut scored);
        scored
    }

    /// Whether a title beside the mention is an office that the person held.
    fn held_title(&self, at: usize, entity: Number) -> bool {
        self.titles
            .iter()
            .filter(|title| title.person == at)
            .any(|title| {
                self.kb
                    .offices(entity)
                    .any(|office| same_office(office.title, &title.title))
            })
    }

    /// Whether a common short name beside a plain title is somebody else: 居民李强.
    fn is_stranger(&self, at: usize, entity: Number) -> bool {
        let name = &self.mentions[at].text;
        if name.chars().count() > 2 || !name.chars().all(is_han) {
            return false;
        }
        let titled = self.titles.iter().any(|title| title.person == at);
        let fits = self.held_title(at, entity);
        (titled || !self.kb.is_prominent(entity))
            && !fits
            && !self
                .titles
                .iter()
                .any(|t| t.person == at && roles::is_high(&t.title))
    }

    fn short_person(&mut self, at: usize, names: &FullNames) -> (Option<TargetId>, Rule, Vec<Scored>) {
        let scored = self.person_candidates(at);
        let best = score::decide(&scored);
        let in_document = names.find(&self.keys[at], self.mentions[at].start);
        if let Some(found) = in_document {
            let known = best.map(|entity| self.targets.known(entity));
            // A president goes by the family name beside his son, too.
            let lesser = self
                .targets
                .number(found.target)
                .is_some_and(|e| !self.kb.is_prominent(e));
            let rival = known.is_some_and(|known| {
                let entity = self.targets.number(known);
                known != found.target
                    && (!found.before || lesser)
                    && entity.is_some_and(|e| self.kb.is_prominent(e))
            });
            if !rival {
                return (Some(found.target), Rule::InDocument, scored);
            }
        }
        match best {
            Some(entity) => {
                // A guess needs the context's support.
                let supported = scored[0].0 > 3.0 || self.held_title(at, entity);
                let target = if supported {
                    self.targets.known(entity)
                } else {
                    self.new_entity(at)
                };
                (
                    Some(target),
                    if supported { Rule::Name } else { Rule::New },
                    scored,
                )
            }
            None if scored.is_empty() => (Some(self.new_entity(at)), Rule::New, scored),
            None => (None, Rule::Undecided, scored),
        }
    }

    /// Mentions of suppressed entities go by their longest form in the document.
    fn release_suppressed(&mut self) {
        let mut released: HashMap<TargetId, TargetId> = HashMap::new();
        for at in 0..self.decisions.len() {
            let Some(target) = self.decisions[at].target else {
                continue;
            };
            let suppressed = self
                .targets
                .number(target)
                .is_some_and(|e| self.kb.is_suppressed(e));
            if !suppressed {
                continue;
            }
            let made = *released.entry(target).or_insert_with(|| {
                let forms = self.decisions.iter().zip(self.mentions);
                let own = forms.filter(|(decision, _)| decision.target == Some(target));
                let longest = own.max_by_key(|(_, mention)| {
                    (mention.text.chars().count(), std::cmp::Reverse(mention.start))
                });
                let mention = longest.map_or(&self.mentions[at], |(_, mention)| mention);
                self.targets.made(mention.kind, canonical_form(&mention.text))
            });
            self.decisions[at].target = Some(made);
            self.decisions[at].rule = Rule::New;
        }
    }

    fn finish(mut self) -> Linked {
        if self.kb.suppresses() {
            self.release_suppressed();
        }
        let mut linked = Linked::default();
        let mut index: HashMap<TargetId, usize> = HashMap::new();
        for (at, decision) in self.decisions.iter().enumerate() {
            let entity = decision.target.map(|target| {
                *index.entry(target).or_insert_with(|| {
                    linked.entities.push(self.entity(target));
                    linked.entities.len() - 1
                })
            });
            if let Some(entity) = entity {
                let surface = &self.mentions[at].text;
                let variants = &mut linked.entities[entity].variants;
                if !variants.contains(surface) {
                    variants.push(surface.clone());
                }
            }
            linked.refs.push(EntityRef {
                entity,
                rule: decision.rule,
                candidates: score::explain(self.kb, &decision.candidates),
                roles: Vec::new(),
            });
        }
        self.add_roles(&mut linked);
        for entity in &mut linked.entities {
            if entity.name_hant.is_none() {
                entity.name_hant = traditional_of(entity);
            }
        }
        linked
    }

    fn add_roles(&self, linked: &mut Linked) {
        for title in self.titles.iter().filter(|title| roles::is_title(&title.title)) {
            let of = title.of.and_then(|of| {
                let target = self.decisions[of].target?;
                Some(self.targets.name(target, self.kb).to_owned())
            });
            let role = Role {
                title: title.title.clone(),
                of,
                former: title.former,
            };
            let mention = &mut linked.refs[title.person];
            mention.roles.push(role.clone());
            let Some(person) = mention.entity else { continue };
            let roles = &mut linked.entities[person].roles;
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
    }

    fn entity(&self, target: TargetId) -> Entity {
        let filled = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        let (id, kind, name, hant, english) = match self.targets.get(target) {
            Target::Known(number) => (
                self.kb.id(*number),
                self.kb.kind(*number),
                self.kb.name(*number).to_owned(),
                filled(self.kb.hant(*number)),
                filled(self.kb.english(*number)),
            ),
            Target::Made { kind, name } => (
                format!("{kind}:{name}"),
                *kind,
                name.clone(),
                None,
                self.targets.english.get(&target).cloned(),
            ),
        };
        Entity {
            id,
            kind,
            name,
            name_hant: hant,
            name_en: english,
            variants: Vec::new(),
            roles: Vec::new(),
        }
    }
}

/// The simplified form under which an unknown entity goes, without line breaks.
pub(super) fn canonical_form(text: &str) -> String {
    let folded: String = if has_han(text) {
        fold_str(text)
    } else {
        text.to_owned()
    };
    folded
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(if has_han(text) { "" } else { " " })
}

/// The traditional form that the document itself shows.
pub(super) fn traditional_of(entity: &Entity) -> Option<String> {
    entity
        .variants
        .iter()
        .find(|variant| *variant != &entity.name && fold_str(variant) == entity.name)
        .cloned()
}

/// Whether two titles name one office: 国防部长 and 美国国防部长, 外长 and 外交部长.
pub(super) fn same_office(known: &str, seen: &str) -> bool {
    known.contains(seen) || seen.contains(known) || {
        let short = |title: &str| title.replace("交部", "").replace("防部", "").replace("相", "");
        short(known) == short(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mentions written inline: `[特朗普|PER]说`.
    fn linked(marked: &str, published: &str) -> (Vec<Mention>, Linked) {
        let (mut text, mut mentions) = (String::new(), Vec::new());
        let mut rest = marked;
        while let Some((plain, tail)) = rest.split_once('[') {
            text.push_str(plain);
            let (mention, tail) = tail.split_once(']').expect("closed");
            let (surface, kind) = mention.split_once('|').expect("typed");
            let start = text.chars().count();
            text.push_str(surface);
            mentions.push(Mention {
                start,
                end: text.chars().count(),
                text: surface.to_owned(),
                kind: kind.parse().expect("type"),
                confidence: 1.0,
                entity: None,
            });
            rest = tail;
        }
        text.push_str(rest);
        let kb = KnowledgeBase::embedded().expect("embedded");
        let linked = link(&text, &mentions, published.parse().ok(), &kb);
        (mentions, linked)
    }

    fn names(marked: &str, published: &str) -> Vec<String> {
        let (_, linked) = linked(marked, published);
        linked
            .refs
            .iter()
            .map(|found| {
                found
                    .entity
                    .map_or(String::new(), |entity| linked.entities[entity].name.clone())
            })
            .collect()
    }

    #[test]
    fn one_entity_for_all_names_of_trump() {
        let (_, linked) = linked(
            "[特朗普|PER]、[川普|PER]、[唐納德·川普|PER]、[Trump|PER]",
            "2020-10-16",
        );
        assert_eq!(linked.entities.len(), 1);
        let trump = &linked.entities[0];
        assert_eq!(
            (trump.id.as_str(), trump.name.as_str()),
            ("Q22686", "唐纳德·特朗普")
        );
        assert_eq!(trump.name_en.as_deref(), Some("Donald Trump"));
        assert_eq!(trump.name_hant.as_deref(), Some("唐納德·特朗普"));
        assert_eq!(trump.variants.len(), 4);
    }

    #[test]
    fn short_forms_join_the_long_one() {
        assert_eq!(
            names(
                "[帕特·希尔德斯海姆|PER]说……[希尔德斯海姆|PER]又说，[郑义伟|PER]和[郑|PER]",
                "2024-04-17"
            ),
            ["帕特·希尔德斯海姆", "帕特·希尔德斯海姆", "郑义伟", "郑义伟"]
        );
        // A relative is not the president.
        assert_eq!(
            names("[亨特·拜登|PER]与[拜登|PER]", "2021-03-01"),
            ["亨特·拜登", "乔·拜登"]
        );
    }

    #[test]
    fn glosses_name_the_same() {
        let who = names("[世界卫生组织|ORG]（[世卫组织|ORG]，[WHO|ORG]）称", "2020-08-01");
        assert_eq!(who, ["世界卫生组织"; 3]);
        let unknown = names(
            "[绿水协会|ORG]（以下简称“[绿协|ORG]”）成立，[绿协|ORG]说",
            "2020-08-01",
        );
        assert_eq!(unknown, ["绿水协会"; 3]);
        assert_eq!(
            names(
                "[拜登|PER]和[哈里斯|PER]([Kamala Harris|PER])，[Biden|PER]",
                "2020-08-20"
            ),
            ["乔·拜登", "卡玛拉·哈里斯", "卡玛拉·哈里斯", "乔·拜登"]
        );
    }

    #[test]
    fn the_context_says_whose_body_it_is() {
        assert_eq!(
            names("[美国|LOC]防长访华，[国防部|ORG]说", "2024-04-17")[1],
            "美国国防部"
        );
        assert_eq!(
            names("[中国|LOC]的[国防部|ORG]发言人", "2024-04-17")[1],
            "中国国防部"
        );
        assert_eq!(names("[法国|LOC]的[外交部|ORG]", "2024-04-17")[1], "法国外交部");
        assert_eq!(
            names(
                "[俄外交部|ORG]、[南京市委|ORG]、[港大教職員工會|ORG]",
                "2024-04-17"
            ),
            ["俄罗斯外交部", "中国共产党南京市委员会", "香港大学教职员工会"]
        );
        assert_eq!(
            names("交通固定投资，[财政部|ORG]表示", "2026-01-31"),
            ["中国财政部"]
        );
    }

    #[test]
    fn headlines_abbreviate_the_country() {
        assert_eq!(
            names("[美国会|ORG]与[英国会|ORG]", "2024-04-17"),
            ["美国国会", "英国议会"]
        );
    }

    #[test]
    fn one_character_places() {
        assert_eq!(
            names(
                "[中|LOC][俄|LOC]与[港|LOC][澳|LOC]、[印|LOC][巴|LOC]、[巴|LOC][以|LOC]",
                "2024-04-17"
            ),
            [
                "中国",
                "俄罗斯",
                "香港",
                "澳门",
                "印度",
                "巴基斯坦",
                "巴勒斯坦",
                "以色列"
            ]
        );
        assert_eq!(
            names(
                "[美国|LOC][乔治亚州|LOC]、[东京都|LOC]、[台中市|LOC]",
                "2020-11-07"
            )[1..],
            ["佐治亚州", "东京", "台中"]
        );
    }

    #[test]
    fn a_namesake_is_not_the_premier() {
        assert_eq!(
            linked("国务院总理[李强|PER]", "2024-04-17").1.refs[0].rule,
            Rule::Name
        );
        assert_eq!(linked("居民[李强|PER]说", "2024-04-17").1.refs[0].rule, Rule::New);
    }

    #[test]
    fn roles_with_body_and_time() {
        let (_, linked) = linked(
            "[美国|LOC]国防部长 [奥斯汀|PER]与时任国防部长[魏凤和|PER]、[五角大楼|ORG]发言人、空军少将[帕特·莱德|PER]，[拜登|PER]总统",
            "2024-04-17",
        );
        let role = |name: &str| {
            let entity = linked.entities.iter().find(|e| e.name == name).expect("entity");
            entity
                .roles
                .iter()
                .map(|r| format!("{}/{}/{}", r.title, r.of.as_deref().unwrap_or(""), r.former))
                .collect::<Vec<_>>()
        };
        assert_eq!(role("劳埃德·奥斯汀"), ["国防部长/美国/false"]);
        assert_eq!(role("魏凤和"), ["国防部长//true"]);
        assert_eq!(role("帕特·莱德"), ["空军少将//false", "发言人/美国国防部/false"]);
        assert_eq!(role("乔·拜登"), ["总统//false"]);
    }

    proptest::proptest! {
        /// No text and no mentions, however wrong their offsets, make it panic.
        #[test]
        fn never_panics(text in "[中国防部长前、（）()兼 a·]{0,40}", spans in proptest::collection::vec((0usize..45, 0usize..9, 0usize..3), 0..6)) {
            let length = text.chars().count();
            let mut spans = spans;
            spans.sort_unstable();
            let mut mentions = Vec::new();
            let mut free = 0;
            for (start, size, kind) in spans {
                let end = (start + size).min(length);
                if start < free || start >= end {
                    continue;
                }
                free = end;
                mentions.push(Mention {
                    start,
                    end,
                    text: text.chars().skip(start).take(end - start).collect(),
                    kind: EntityType::ALL[kind],
                    confidence: 0.5,
                    entity: None,
                });
            }
            let kb = KnowledgeBase::embedded().expect("embedded");
            let linked = link(&text, &mentions, None, &kb);
            proptest::prop_assert_eq!(linked.refs.len(), mentions.len());
        }
    }
}
