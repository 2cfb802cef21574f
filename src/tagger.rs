//! The pipeline for one article: segment → recognise → resolve → record.

use std::sync::Arc;

use crate::document::{Article, Document, Mention, Published, SCHEMA, Token};
use crate::recognise::Recogniser;
use crate::resolve::entities::Linked;
use crate::resolve::{Resolved, Resolver, topics};
use crate::segment::{Segmenter, Word};
use crate::text::{CharOffsets, fold_str};

/// What [`Tagger::tag`] puts into a record beside the mentions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Add the words with their parts of speech.
    pub tokens: bool,
}

/// What decided each span of a text, see [`Tagger::explain`].
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The words that the dictionaries made, cut at the mentions.
    pub tokens: Vec<Token>,
    /// The recogniser's mentions with its confidence in each.
    pub mentions: Vec<Mention>,
    /// For each mention, `file:line` of the dictionary that lists it, if one does.
    pub dictionary_lines: Vec<Option<String>>,
    /// For each mention, the rule that decided its entity and the candidates.
    pub links: Linked,
    /// For each topic that something spoke for, what did and how much.
    pub topics: Vec<topics::Explanation>,
}

/// Tags articles. Immutable: share one between all threads.
///
/// ```no_run
/// use shiji::{Article, Tagger};
///
/// let tagger = Tagger::new()?;
/// let document = tagger.tag(Article { body: "董军与奥斯汀通话。".into(), ..Article::default() });
/// for mention in &document.mentions {
///     println!("{} {} {}", mention.kind, mention.text, mention.confidence);
/// }
/// # Ok::<(), shiji::Error>(())
/// ```
#[derive(Clone)]
pub struct Tagger {
    segmenter: Arc<Segmenter>,
    recogniser: Arc<Recogniser>,
    resolver: Arc<Resolver>,
    options: Options,
}

impl Tagger {
    /// A tagger with the default model, dictionaries, knowledge base and topics.
    ///
    /// # Errors
    /// If one of them is damaged in this binary.
    pub fn new() -> crate::Result<Self> {
        let recogniser = Recogniser::embedded()?;
        Ok(Self::with(
            Segmenter::new(),
            recogniser,
            Resolver::embedded()?,
            Options::default(),
        ))
    }

    /// A tagger of the given parts.
    pub fn with(segmenter: Segmenter, recogniser: Recogniser, resolver: Resolver, options: Options) -> Self {
        Self {
            segmenter: Arc::new(segmenter),
            recogniser: Arc::new(recogniser),
            resolver: Arc::new(resolver),
            options,
        }
    }

    /// What finds the mentions.
    pub fn recogniser(&self) -> &Recogniser {
        &self.recogniser
    }

    /// Tags one article.
    pub fn tag(&self, article: Article) -> Document {
        self.tag_all(vec![article]).remove(0)
    }

    /// Tags several articles; faster than one at a time where they are short.
    pub fn tag_all(&self, articles: Vec<Article>) -> Vec<Document> {
        let texts: Vec<String> = articles.iter().map(Article::text).collect();
        let folded: Vec<String> = texts.iter().map(|text| fold_str(text)).collect();
        let words: Vec<Vec<Word<'_>>> = folded
            .iter()
            .map(|text| self.segmenter.words(text).collect())
            .collect();
        let inputs: Vec<(&str, &[Word<'_>])> = texts
            .iter()
            .map(String::as_str)
            .zip(words.iter().map(Vec::as_slice))
            .collect();
        let mentions = self.recogniser.mentions(&inputs);
        articles
            .into_iter()
            .zip(inputs)
            .zip(mentions)
            .map(|((article, (text, words)), mentions)| self.document(article, text, words, mentions))
            .collect()
    }

    /// What decided the mentions, entities and topics of a text.
    pub fn explain(&self, text: &str, published: Option<Published>) -> Explanation {
        let folded = fold_str(text);
        let words: Vec<Word<'_>> = self.segmenter.words(&folded).collect();
        let mut mentions = self.recogniser.mentions(&[(text, &words)]).remove(0);
        let (links, topics) = self.resolver.explain(text, published, &mut mentions, &words);
        let tokens = tokens(text, &words, &mentions);
        let dictionary_lines = mentions
            .iter()
            .map(|mention| self.segmenter.dictionary_line(&mention.text))
            .collect();
        Explanation {
            tokens,
            mentions,
            dictionary_lines,
            links,
            topics,
        }
    }

    fn document(
        &self,
        article: Article,
        text: &str,
        words: &[Word<'_>],
        mut mentions: Vec<Mention>,
    ) -> Document {
        let Resolved {
            entities,
            dates,
            topics,
        } = self
            .resolver
            .resolve(text, article.published, &mut mentions, words);
        let tokens = self.options.tokens.then(|| tokens(text, words, &mentions));
        Document {
            schema: SCHEMA.to_owned(),
            id: article.id,
            url: article.url,
            source: article.source,
            title: article.title,
            published: article.published,
            text: text.to_owned(),
            mentions,
            entities,
            dates,
            topics,
            tokens,
        }
    }
}

/// The words of `text` that are not white space, cut where a mention begins or
/// ends, so that a mention is always made of whole tokens.
fn tokens(text: &str, words: &[Word<'_>], mentions: &[Mention]) -> Vec<Token> {
    let offsets = CharOffsets::new(text);
    let mut borders = mentions.iter().flat_map(|m| [m.start, m.end]).peekable();
    let mut tokens = Vec::with_capacity(words.len());
    for word in words {
        let mut start = word.start;
        while start < word.end {
            while borders.next_if(|&border| border <= start).is_some() {}
            let end = borders.peek().map_or(word.end, |&border| border.min(word.end));
            let surface = offsets.slice(text, start, end);
            if !surface.trim().is_empty() {
                tokens.push(Token {
                    start,
                    end,
                    text: surface.to_owned(),
                    pos: word.pos.to_owned(),
                });
            }
            start = end;
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::EntityType;

    #[test]
    fn tokens_are_cut_at_mentions() {
        let text = "中美关系 好";
        let words = [
            Word {
                start: 0,
                end: 4,
                pos: "n",
                name: None,
                is_office: false,
            },
            Word {
                start: 4,
                end: 5,
                pos: "x",
                name: None,
                is_office: false,
            },
            Word {
                start: 5,
                end: 6,
                pos: "a",
                name: None,
                is_office: false,
            },
        ];
        let place = |start: usize| Mention {
            start,
            end: start + 1,
            text: text.chars().skip(start).take(1).collect(),
            kind: EntityType::Location,
            confidence: 1.0,
            entity: None,
        };
        let cut: Vec<_> = tokens(text, &words, &[place(0), place(1)])
            .into_iter()
            .map(|t| t.text)
            .collect();
        assert_eq!(cut, ["中", "美", "关系", "好"]);
    }
}
