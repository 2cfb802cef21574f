//! Which part of a web page is the article.

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};

use super::dom;
use super::dom::Block;

/// How much of a page's text a marked element must hold to be believed.
const MARKED_SHARE: f64 = 0.3;
/// What part of an element's credit for a paragraph goes to the one around it.
const OUTWARD: f64 = 0.6;
/// How far above a paragraph an element is still credited with it.
const REACH: usize = 4;
/// Least length of a paragraph beside the main part that belongs to it.
const LEAD_LENGTH: usize = 40;

/// The blocks of the page's main part.
///
/// If the page marks its article (`itemprop="articleBody"`, `<article>`) and the
/// mark holds a good part of the text, that is it. Else it is the element with
/// the best score, after the idea of Arc90's Readability: a paragraph counts
/// with its unlinked characters for the element around it, with fewer for the
/// next one outward, and so on; so the element directly around many paragraphs
/// wins over the wrapper of the whole page and over a list of teasers, the more
/// so the nearer it is to the headline. A lead may stand beside it.
pub(super) fn main_blocks(page: &Html, blocks: Vec<Block>, title: Option<&str>) -> Vec<Block> {
    let root = page.tree.root();
    let weights = Weights::of(page, &blocks);
    let headline = Headline::find(page, title);
    let marked = [is_body_mark, is_article_mark]
        .into_iter()
        .find_map(|is_mark| weights.heaviest(root, is_mark, &headline));
    let main = marked.unwrap_or_else(|| {
        let part = weights.heaviest(root, is_main_mark, &headline);
        weights.best_below(part.unwrap_or(root), &headline)
    });
    let belongs = |block: &Block| {
        let Some(container) = page.tree.get(block.container) else {
            return false;
        };
        let inside = container == main || container.ancestors().any(|ancestor| ancestor == main);
        let beside =
            container.parent() == main.parent() && is_paragraph(container) && block.length >= LEAD_LENGTH;
        inside || beside
    };
    let is_text = |block: &Block| block.linked * 2 <= block.length || block.is_link();
    blocks
        .into_iter()
        .filter(|block| belongs(block) && is_text(block))
        .collect()
}

/// How much text the elements of a page have.
#[derive(Default)]
struct Weights {
    total: f64,
    /// All text below an element.
    full: HashMap<NodeId, f64>,
    /// The same, diminished with each level of distance.
    near: HashMap<NodeId, f64>,
}

impl Weights {
    fn of(page: &Html, blocks: &[Block]) -> Self {
        let mut weights = Self::default();
        for block in blocks {
            let weight = weight(block);
            weights.total += weight;
            let container = page.tree.get(block.container);
            let around = container
                .into_iter()
                .flat_map(|node| std::iter::once(node).chain(node.ancestors()));
            for node in around.clone() {
                *weights.full.entry(node.id()).or_default() += weight;
            }
            let mut share = weight;
            for node in around.filter(|node| !is_paragraph(*node)).take(REACH) {
                *weights.near.entry(node.id()).or_default() += share;
                share *= OUTWARD;
            }
        }
        weights
    }

    /// The element with most text among those that are marked, if it has the
    /// headline or a good part of the page's text.
    fn heaviest<'p>(
        &self,
        root: NodeRef<'p, Node>,
        is_mark: fn(&Element) -> bool,
        headline: &Headline,
    ) -> Option<NodeRef<'p, Node>> {
        let weight = |node: &NodeRef<'_, Node>| self.full.get(&node.id()).copied().unwrap_or_default();
        let marked = root
            .descendants()
            .filter(|node| node.value().as_element().is_some_and(is_mark));
        let best = marked.max_by(|a, b| {
            let by_headline = headline.is_in(*a).cmp(&headline.is_in(*b));
            by_headline.then(weight(a).total_cmp(&weight(b)))
        })?;
        let least = if headline.is_in(best) {
            0.0
        } else {
            MARKED_SHARE * self.total
        };
        (weight(&best) > least).then_some(best)
    }

    /// The element below `root` that is nearest to most text.
    fn best_below<'p>(&self, root: NodeRef<'p, Node>, headline: &Headline) -> NodeRef<'p, Node> {
        let scored = root.descendants().map(|node| {
            let near = self.near.get(&node.id()).copied().unwrap_or_default();
            (
                node,
                if near > 0.0 {
                    near * headline.nearness(node)
                } else {
                    0.0
                },
            )
        });
        // Of equals the last is returned, which is the innermost.
        scored
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(root, |(node, _)| node)
    }
}

/// The elements around the page's visible headline.
struct Headline(HashSet<NodeId>);

impl Headline {
    fn find(page: &Html, title: Option<&str>) -> Self {
        let is_title = |node: &NodeRef<'_, Node>| {
            let element = node.value().as_element();
            element.is_some_and(|element| dom::is_block(element.name()))
                && node.descendants().take(8).count() < 8
                && title == Some(dom::text_of(*node).as_str())
        };
        let is_h1 = |node: &NodeRef<'_, Node>| {
            node.value()
                .as_element()
                .is_some_and(|element| element.name() == "h1")
        };
        let nodes = || page.tree.root().descendants();
        let headline = nodes().find(is_title).or_else(|| nodes().find(is_h1));
        Self(
            headline
                .into_iter()
                .flat_map(|node| node.ancestors())
                .map(|node| node.id())
                .collect(),
        )
    }

    fn is_in(&self, node: NodeRef<'_, Node>) -> bool {
        self.0.contains(&node.id())
    }

    /// 1 for an element with the headline inside or beside it, less for one
    /// further off.
    fn nearness(&self, node: NodeRef<'_, Node>) -> f64 {
        let mut around = std::iter::once(node).chain(node.ancestors());
        match around.position(|node| self.is_in(node)) {
            _ if self.0.is_empty() => 1.0,
            Some(0 | 1) => 1.0,
            Some(2) => 0.5,
            _ => 0.25,
        }
    }
}

/// Characters outside of links; short lines (menus, labels) count for little.
fn weight(block: &Block) -> f64 {
    let plain = (block.length - block.linked) as f64;
    if plain < 15.0 { plain * 0.1 } else { plain }
}

fn is_paragraph(node: NodeRef<'_, Node>) -> bool {
    const NAMES: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre"];
    node.value()
        .as_element()
        .is_some_and(|element| NAMES.contains(&element.name()))
}

fn is_body_mark(element: &Element) -> bool {
    element.attr("itemprop") == Some("articleBody")
}

fn is_article_mark(element: &Element) -> bool {
    element.name() == "article"
}

fn is_main_mark(element: &Element) -> bool {
    element.name() == "main" || element.attr("role") == Some("main")
}
