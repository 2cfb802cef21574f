//! The list of other articles that stands below an article.

use crate::text::fold;

/// What heads such a list, in simplified characters.
#[rustfmt::skip]
const HEADINGS: [&str; 9] = [
    "延伸阅读", "相关阅读", "推荐阅读", "相关报道", "相关新闻", "相关文章", "更多新闻", "更多阅读", "更多报道",
];
/// More than `【延伸閱讀】` with its marks is a sentence.
const LONGEST_HEADING: usize = 12;

/// Number of the line from which on there is nothing but a heading such as 延伸閱讀 and
/// the headlines below it: no line that ends with a full stop.
pub(crate) fn related_from<'t>(
    lines: impl DoubleEndedIterator<Item = &'t str> + ExactSizeIterator,
) -> Option<usize> {
    let headlines = lines
        .enumerate()
        .rev()
        .take_while(|(_, line)| !ends_sentence(line));
    headlines
        .filter(|(_, line)| is_heading(line))
        .last()
        .map(|(at, _)| at)
}

fn is_heading(line: &str) -> bool {
    if line.chars().count() > LONGEST_HEADING {
        return false;
    }
    let bare: String = line.chars().filter(|c| c.is_alphanumeric()).map(fold).collect();
    HEADINGS.contains(&bare.as_str())
}

/// Headlines may ask or exclaim, but have no full stop.
fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['”', '"', '’', '\'', '」', '』', '》', ')', '）', ' '])
        .ends_with('。')
}

#[cfg(test)]
mod tests {
    use super::related_from;

    fn from(text: &str) -> Option<usize> {
        related_from(text.lines().collect::<Vec<_>>().into_iter())
    }

    #[test]
    fn a_list_at_the_end_is_found() {
        assert_eq!(from("标题\n正文。\n【延伸閱讀】\n甲赴京\n乙會落空？"), Some(2));
        assert_eq!(from("标题\n正文。\n相关报道：\n甲\n推荐阅读\n乙"), Some(2));
    }

    #[test]
    fn text_goes_on_or_nothing_is_listed() {
        assert_eq!(from("标题\n正文。\n延伸阅读\n甲赴京\n正文继续。"), None);
        assert_eq!(from("标题\n正文。\n延伸阅读是学生的一项作业，老师每周布置"), None);
        assert_eq!(from(""), None);
    }
}
