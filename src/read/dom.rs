//! From an HTML tree to blocks of running text.
//!
//! A block is what a browser shows as one paragraph: block-level tags and
//! `<br>` end it, inline tags do not leave a trace, not even a space.

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};

use super::clean::Collapser;
use super::furniture;

/// One paragraph of a page, with what is needed to judge whether it belongs to
/// the article.
#[derive(Debug)]
pub(super) struct Block {
    /// White space is normalised; never empty.
    pub text: String,
    /// How many characters it has, white space not counted.
    pub length: usize,
    /// How many of them are links.
    pub linked: usize,
    /// The innermost block-level element around it.
    pub container: NodeId,
    /// What that element is.
    pub kind: Kind,
}

/// What a block was marked up as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Ordinary text.
    Paragraph,
    /// `<h1>` to `<h6>`.
    Heading,
    /// `<li>`, `<dt>`, `<dd>`.
    ListItem,
    /// Nothing but `<time>`, or nothing but `<small>`: a time stamp, a caption.
    Note,
}

impl Block {
    /// Whether the whole block is links.
    pub(super) fn is_link(&self) -> bool {
        self.linked > 0 && (self.length - self.linked) * 20 <= self.linked
    }
}

/// The blocks below `root` in reading order, without scripts, controls, images
/// with their captions, navigation, advertisements and whatever else
/// [`furniture`] names.
pub(super) fn blocks(root: NodeRef<'_, Node>) -> Vec<Block> {
    let length = |blocks: &[Block]| blocks.iter().map(|block| block.length).sum::<usize>();
    let blocks = walk(root, furniture::is_furniture);
    if length(&blocks) >= SHORT {
        return blocks;
    }
    // Perhaps the element around the whole article has an unlucky name.
    let all = walk(root, furniture::is_never_text);
    if length(&all) >= 4 * SHORT { all } else { blocks }
}

/// An article with fewer characters is suspect.
const SHORT: usize = 50;

fn walk(root: NodeRef<'_, Node>, is_furniture: fn(&Element) -> bool) -> Vec<Block> {
    let is_left_out = |node: NodeRef<'_, Node>, element: &Element| match element.name() {
        "figure" => is_picture(node),
        "a" if furniture::is_link_label(&text_of(node)) => true,
        _ => is_furniture(element),
    };
    let mut walk = Walk::new(root.id());
    let mut skipped: Option<NodeId> = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => {
                if node
                    .value()
                    .as_element()
                    .is_some_and(|element| is_left_out(node, element))
                {
                    skipped = Some(node.id());
                    walk.boundary(node);
                } else {
                    walk.open(node);
                }
            }
            Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
            Edge::Close(node) if skipped.is_none() => walk.close(node),
            _ => {}
        }
    }
    walk.flush();
    walk.blocks
}

/// A figure that holds an image or a film rather than a table or a quotation.
fn is_picture(figure: NodeRef<'_, Node>) -> bool {
    let names: Vec<&str> = figure
        .descendants()
        .filter_map(|node| node.value().as_element().map(Element::name))
        .collect();
    let holds = |wanted: &[&str]| names.iter().any(|name| wanted.contains(name));
    holds(&["img", "picture", "video", "audio", "iframe", "noscript", "svg"])
        && !holds(&["table", "blockquote", "pre"])
}

/// All text below a node, white space normalised.
pub(super) fn text_of(node: NodeRef<'_, Node>) -> String {
    let mut text = Collapser::default();
    for part in node.descendants().filter_map(|node| node.value().as_text()) {
        text.push_str(part);
    }
    text.take()
}

/// Decodes the character references of a text without tags (`&amp;`).
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let fragment = Html::parse_fragment(&text.replace('<', "&lt;"));
    fragment
        .tree
        .nodes()
        .filter_map(|node| node.value().as_text())
        .map(|text| &**text)
        .collect()
}

struct Walk {
    blocks: Vec<Block>,
    text: Collapser,
    linked: usize,
    length: usize,
    noted: usize,
    links: usize,
    notes: usize,
    preformatted: usize,
    containers: Vec<(NodeId, Kind)>,
}

impl Walk {
    fn new(root: NodeId) -> Self {
        Self {
            blocks: Vec::new(),
            text: Collapser::default(),
            linked: 0,
            length: 0,
            noted: 0,
            links: 0,
            notes: 0,
            preformatted: 0,
            containers: vec![(root, Kind::Paragraph)],
        }
    }

    fn open(&mut self, node: NodeRef<'_, Node>) {
        match node.value() {
            Node::Text(text) => self.push(text),
            Node::Element(element) => {
                self.boundary(node);
                match element.name() {
                    "a" => self.links += 1,
                    "time" | "small" => self.notes += 1,
                    "pre" => self.preformatted += 1,
                    "td" | "th" => self.text.push(' '),
                    _ => {}
                }
                if is_block(element.name()) {
                    self.containers.push((node.id(), kind(element.name())));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, node: NodeRef<'_, Node>) {
        let Some(element) = node.value().as_element() else {
            return;
        };
        self.boundary(node);
        match element.name() {
            "a" => self.links -= 1,
            "time" | "small" => self.notes -= 1,
            "pre" => self.preformatted -= 1,
            _ => {}
        }
        if is_block(element.name()) {
            self.containers.pop();
        }
    }

    /// Ends the current block if `node` is something that does.
    fn boundary(&mut self, node: NodeRef<'_, Node>) {
        let ends = |element: &Element| is_block(element.name()) || matches!(element.name(), "br" | "hr");
        if node.value().as_element().is_some_and(ends) {
            self.flush();
        }
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\n' && self.preformatted > 0 {
                self.flush();
                continue;
            }
            self.text.push(c);
            let visible = usize::from(!c.is_whitespace());
            self.length += visible;
            self.linked += if self.links > 0 { visible } else { 0 };
            self.noted += if self.notes > 0 { visible } else { 0 };
        }
    }

    fn flush(&mut self) {
        let text = self.text.take();
        let (length, linked, noted) = (self.length, self.linked, self.noted);
        (self.length, self.linked, self.noted) = (0, 0, 0);
        if text.is_empty() {
            return;
        }
        let (container, kind) = *self.containers.last().expect("the root stays");
        let kind = if noted == length { Kind::Note } else { kind };
        self.blocks.push(Block {
            text,
            length,
            linked,
            container,
            kind,
        });
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading,
        "li" | "dt" | "dd" => Kind::ListItem,
        _ => Kind::Paragraph,
    }
}

/// Elements that begin on a line of their own. A start tag that lost the space
/// before its attributes (`<divclass="…">`) is a `div` still.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "html"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
    ) || name.starts_with("divclass=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        let fragment = Html::parse_fragment(html);
        blocks(fragment.tree.root())
            .into_iter()
            .map(|block| block.text)
            .collect()
    }

    #[test]
    fn inline_tags_leave_no_trace_inside_a_name() {
        let html =
            "<p><span>新任<span><span>部长</span></span>阿<b>卜</b>杜<a href=x>拉</a></span><i>发言</i></p>";
        assert_eq!(texts(html), ["新任部长阿卜杜拉发言"]);
    }

    #[test]
    fn blocks_and_breaks_end_a_paragraph() {
        let html =
            "甲<p>乙<br>丙<br/><br/>丁</p><ul><li>戊<li>己</ul><table><tr><td>1<td>2<tr><td>3</table>庚";
        assert_eq!(
            texts(html),
            ["甲", "乙", "丙", "丁", "戊", "己", "1 2", "3", "庚"]
        );
    }

    #[test]
    fn entities_spaces_and_comments() {
        let html = "<p>&#20013;&nbsp;&nbsp;A&amp;B\u{3000}<!-- x -->&ldquo;好&rdquo;\r\n</p><p>&nbsp;</p>";
        assert_eq!(texts(html), ["中 A&B “好”"]);
        assert_eq!(
            unescape("A&amp;B &lt;图&gt; <i> &nosuch;"),
            "A&B <图> <i> &nosuch;"
        );
    }

    #[test]
    fn controls_and_pictures_are_left_out_quotations_stay() {
        let html = "<figure><img src=x><figcaption>图</figcaption></figure><script>1</script><p>文<svg><text>x</text></svg></p>\
                    <figure><blockquote>引</blockquote></figure><button>按</button><nav>导航</nav>";
        assert_eq!(texts(html), ["文", "引"]);
    }

    #[test]
    fn links_are_measured() {
        let fragment = Html::parse_fragment("<p><a>全是链接</a></p><p>部分<a>链接</a></p>");
        let linked: Vec<bool> = blocks(fragment.tree.root()).iter().map(Block::is_link).collect();
        assert_eq!(linked, [true, false]);
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let html = format!("{}深{}", "<div><b>".repeat(5_000), "</b></div>".repeat(5_000));
        assert_eq!(texts(&html), ["深"]);
    }
}
