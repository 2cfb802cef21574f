//! The pipeline for one article: segment → recognise → record.

use std::sync::Arc;

use crate::document::{Article, Document, Mention, SCHEMA, Token};
use crate::recognise::Recogniser;
use crate::segment::{Segmenter, Word};
use crate::text::{CharOffsets, fold_str};

/// What [`Tagger::tag`] puts into a record beside the mentions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Add the words with their parts of speech.
    pub tokens: bool,
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
    options: Options,
}

impl Tagger {
    /// A tagger with the default model and dictionary.
    ///
    /// # Errors
    /// If this build carries no model.
    pub fn new() -> crate::Result<Self> {
        Ok(Self::with(
            Segmenter::new(),
            Recogniser::embedded()?,
            Options::default(),
        ))
    }

    /// A tagger of the given parts.
    pub fn with(segmenter: Segmenter, recogniser: Recogniser, options: Options) -> Self {
        Self {
            segmenter: Arc::new(segmenter),
            recogniser: Arc::new(recogniser),
            options,
        }
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
        let inputs: Vec<_> = texts
            .iter()
            .map(String::as_str)
            .zip(words.iter().map(Vec::as_slice))
            .collect();
        let mentions = self.recogniser.mentions(&inputs);
        let tokens: Vec<_> = inputs
            .iter()
            .zip(&mentions)
            .map(|((text, words), mentions)| self.options.tokens.then(|| tokens(text, words, mentions)))
            .collect();
        articles
            .into_iter()
            .zip(texts)
            .zip(mentions.into_iter().zip(tokens))
            .map(|((article, text), (mentions, tokens))| Document {
                schema: SCHEMA.to_owned(),
                id: article.id,
                url: article.url,
                source: article.source,
                title: article.title,
                published: article.published,
                text,
                mentions,
                tokens,
            })
            .collect()
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
            },
            Word {
                start: 4,
                end: 5,
                pos: "x",
            },
            Word {
                start: 5,
                end: 6,
                pos: "a",
            },
        ];
        let place = |start: usize| Mention {
            start,
            end: start + 1,
            text: text.chars().skip(start).take(1).collect(),
            kind: EntityType::Location,
            confidence: 1.0,
        };
        let cut: Vec<_> = tokens(text, &words, &[place(0), place(1)])
            .into_iter()
            .map(|t| t.text)
            .collect();
        assert_eq!(cut, ["中", "美", "关系", "好"]);
    }
}
