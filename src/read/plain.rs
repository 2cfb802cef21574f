//! Plain text: a file is an article.

use super::clean;
use crate::document::Article;

/// Longest first line that is taken for a title, in characters.
const TITLE_LENGTH: usize = 100;

/// Reads a plain text; the article's `id` is left empty.
///
/// Every line is a paragraph. The first line is the title if a blank line
/// follows it, or if it is short and ends without punctuation while the next
/// line is a longer one that ends a sentence.
pub(super) fn parse(text: &str) -> Article {
    let mut article = Article::default();
    let mut lines: Vec<String> = clean::paragraphs(text).collect();
    if has_title(text, &lines) {
        article.title = Some(lines.remove(0));
    }
    article.body = lines.join("\n");
    article
}

fn has_title(text: &str, lines: &[String]) -> bool {
    let [first, second, ..] = lines else {
        return false;
    };
    if first.chars().count() > TITLE_LENGTH {
        return false;
    }
    let mut source = text
        .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
        .lines()
        .skip(1);
    let blank_follows = source.next().is_some_and(|line| clean::collapse(line).is_empty());
    let ends_sentence =
        |line: &str| line.ends_with(['。', '！', '？', '.', '!', '?', '”', '」', '；', '，', '：']);
    blank_follows
        || (!ends_sentence(first) && ends_sentence(second) && second.chars().count() > first.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Option<String>, String) {
        let article = parse(text);
        (article.title, article.body)
    }

    #[test]
    fn titles() {
        let title = Some("部长访问甲地".to_owned());
        assert_eq!(
            split("\u{FEFF}部长访问甲地\r\n\r\n　　第一段。\r\n第二段。\r\n"),
            (title.clone(), "第一段。\n第二段。".into())
        );
        assert_eq!(
            split("部长访问甲地\n部长王小明周五访问甲地。\n"),
            (title, "部长王小明周五访问甲地。".into())
        );
        assert_eq!(
            split("第一段。\n第二段更长一点。"),
            (None, "第一段。\n第二段更长一点。".into())
        );
        assert_eq!(split("只有一行"), (None, "只有一行".into()));
        assert_eq!(split(" \n"), (None, String::new()));
    }
}
