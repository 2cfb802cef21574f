//! A summary for people at a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::super::lang::Lang;
use super::super::role::by_use;
use super::Timeline;
use crate::timeline::{ArticleRef, DateSource, Event, Point};

/// How text for people is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Use colours.
    pub color: bool,
    /// Width in terminal cells.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
        }
    }
}

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const NAME: Style = AnsiColor::Magenta.on_default().bold();
const DATE: Style = AnsiColor::Cyan.on_default().bold();
const BURST: Style = AnsiColor::Yellow.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// What stands below a date.
const INDENT: &str = "    ";

/// Bursts, companions and roles that are listed.
const MAX_BURSTS: usize = 8;
const MAX_COMPANIONS: usize = 12;
const MAX_ROLES: usize = 20;

pub(super) fn write(out: &mut dyn Write, timelines: &[Timeline], lang: Lang, look: Look) -> io::Result<()> {
    for (at, timeline) in timelines.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        Page { out, lang, look }.timeline(timeline)?;
    }
    Ok(())
}

struct Page<'o> {
    out: &'o mut dyn Write,
    lang: Lang,
    look: Look,
}

impl Page<'_> {
    fn timeline(&mut self, timeline: &Timeline) -> io::Result<()> {
        let lang = self.lang;
        let name = self.styled(NAME, lang.name(&timeline.entity));
        writeln!(self.out, "{name}  {}", self.styled(FAINT, &timeline.entity.id))?;
        let (Some(from), Some(to)) = (timeline.from, timeline.to) else {
            return writeln!(self.out, "{} {}", lang.articles(timeline.undated), lang.no_date());
        };
        let sums = [
            lang.days(from, to),
            lang.articles(timeline.articles),
            lang.mentions(timeline.mentions),
            lang.outlets(timeline.sources),
        ];
        writeln!(self.out, "{}\n", sums.join(" · "))?;
        self.sparkline(timeline)?;
        self.bursts(timeline)?;
        for event in &timeline.events {
            self.event(event)?;
        }
        self.companions(timeline)?;
        self.roles(timeline)
    }

    /// Share of all articles, as many bins to a column as needed; columns in a burst are coloured.
    fn sparkline(&mut self, timeline: &Timeline) -> io::Result<()> {
        let per_column = timeline.series.len().div_ceil(self.look.width.max(10)).max(1);
        let columns: Vec<&[Point]> = timeline.series.chunks(per_column).collect();
        let share =
            |column: &[Point]| column.iter().map(|point| point.share).sum::<f64>() / column.len() as f64;
        let highest = columns.iter().map(|column| share(column)).fold(0.0, f64::max);
        if highest == 0.0 {
            return Ok(());
        }
        let mut line = String::new();
        let mut marks = String::new();
        for (at, column) in columns.iter().enumerate() {
            let end = columns.get(at + 1).map(|next| next[0].date);
            let in_burst = timeline
                .bursts
                .iter()
                .any(|burst| column[0].date <= burst.end && end.is_none_or(|end| burst.start < end));
            let height = share(column) / highest;
            let block = match (height * 8.0).ceil() as usize {
                0 => ' ',
                level => BLOCKS[level.min(8) - 1],
            };
            let block = block.to_string();
            line.push_str(&if in_burst {
                self.styled(BURST, &block)
            } else {
                block
            });
            marks.push(if in_burst { '▔' } else { ' ' });
        }
        let (first, last) = (&columns[0][0], &timeline.series[timeline.series.len() - 1]);
        let (left, right) = (
            self.lang.bin(first.date, timeline.by),
            self.lang.bin(last.date, timeline.by),
        );
        let gap = columns.len().saturating_sub(cells(&left) + cells(&right)).max(1);
        writeln!(self.out, "{line}\n{}", marks.trim_end())?;
        writeln!(
            self.out,
            "{}",
            self.styled(FAINT, &format!("{left}{}{right}", " ".repeat(gap)))
        )?;
        let caption = format!(
            "{} ({}), max {:.1} %",
            self.lang.share_axis(),
            self.lang.per(timeline.by),
            highest * 100.0
        );
        writeln!(self.out, "{}\n", self.styled(FAINT, &caption))
    }

    fn bursts(&mut self, timeline: &Timeline) -> io::Result<()> {
        if timeline.bursts.is_empty() {
            return Ok(());
        }
        writeln!(
            self.out,
            "{}",
            self.styled(Style::new().bold(), self.lang.bursts())
        )?;
        let mut strongest: Vec<_> = timeline.bursts.iter().collect();
        strongest.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        strongest.truncate(MAX_BURSTS);
        strongest.sort_by_key(|burst| burst.start);
        for burst in strongest {
            let days = format!("{}…{}", burst.start, burst.end);
            let articles = self.lang.articles(burst.articles);
            let room = self
                .look
                .width
                .saturating_sub(cells(&days) + cells(&articles) + 6);
            // As many terms as the line holds.
            let terms = (1..=burst.terms.len())
                .map(|count| self.lang.terms(&burst.terms[..count]))
                .take_while(|terms| cells(terms) <= room)
                .last()
                .unwrap_or_default();
            let line = format!("  {}  {articles}  {}", self.styled(BURST, &days), clean(&terms));
            writeln!(self.out, "{}", line.trim_end())?;
        }
        writeln!(self.out)
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        let source = match event.date_source {
            DateSource::Text => "",
            DateSource::Published => self.lang.published(),
        };
        let mut facts = vec![self.lang.articles(event.count as u64)];
        if event.sources > 1 {
            facts.push(self.lang.outlets(event.sources as u64));
        }
        if !source.is_empty() {
            facts.push(source.to_owned());
        }
        let date = self.styled(DATE, &event.date);
        writeln!(self.out, "{date}  {}", self.styled(FAINT, &facts.join(" · ")))?;
        for sentence in &event.sentences {
            self.sentence(&sentence.text, &sentence.mentions)?;
        }
        let article = event
            .articles
            .iter()
            .find(|article| Some(&article.id) == event.sentences.first().map(|s| &s.article));
        if let Some(article) = article.or(event.articles.first()) {
            writeln!(self.out, "    {}", self.styled(FAINT, &self.origin(article)))?;
        }
        Ok(())
    }

    /// Outlet and address in one line, or the headline instead of an address that is too long.
    fn origin(&self, article: &ArticleRef) -> String {
        let source = article.source.as_deref().unwrap_or_default();
        let room = self.look.width.saturating_sub(INDENT.len() + cells(source) + 1);
        let title = article
            .title
            .as_deref()
            .map(|title| shortened(&clean(title), room));
        let url = article.url.as_deref();
        let place = match url.filter(|url| cells(url) <= room) {
            Some(url) => Some(url.to_owned()),
            None => title.or_else(|| url.map(str::to_owned)),
        };
        format!("{source} {}", place.unwrap_or_default())
            .trim()
            .to_owned()
    }

    /// Breaks the sentence at the width of the terminal, the entity highlighted.
    fn sentence(&mut self, text: &str, mentions: &[(usize, usize)]) -> io::Result<()> {
        let room = self.look.width.saturating_sub(INDENT.len()).max(20);
        let mut line = INDENT.to_owned();
        let mut used = 0;
        let mut is_marked = false;
        for (at, c) in clean(text).chars().enumerate() {
            let width = c.width().unwrap_or(0);
            let wants_mark =
                self.look.color && mentions.iter().any(|(start, end)| (*start..*end).contains(&at));
            if wants_mark != is_marked {
                let code = if wants_mark {
                    NAME.render().to_string()
                } else {
                    NAME.render_reset().to_string()
                };
                line.push_str(&code);
                is_marked = wants_mark;
            }
            if used + width > room && !is_closing(c) {
                line.push('\n');
                line.push_str(INDENT);
                used = 0;
            }
            line.push(c);
            used += width;
        }
        if is_marked {
            line.push_str(&NAME.render_reset().to_string());
        }
        writeln!(self.out, "{line}")
    }

    fn companions(&mut self, timeline: &Timeline) -> io::Result<()> {
        if timeline.companions.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = timeline
            .companions
            .iter()
            .take(MAX_COMPANIONS)
            .map(|companion| format!("{} {}", self.lang.name_of(&companion.entity), companion.articles))
            .collect();
        writeln!(
            self.out,
            "\n{}",
            self.styled(Style::new().bold(), self.lang.companions())
        )?;
        self.sentence(&names.join(" · "), &[])
    }

    fn roles(&mut self, timeline: &Timeline) -> io::Result<()> {
        if timeline.roles.is_empty() {
            return Ok(());
        }
        writeln!(
            self.out,
            "\n{}",
            self.styled(Style::new().bold(), self.lang.roles())
        )?;
        let (mut shown, _) = by_use(&timeline.roles);
        shown.truncate(MAX_ROLES);
        for role in &shown {
            let period = match (role.first, role.last) {
                (Some(first), Some(last)) => format!("{first}…{last}"),
                _ => self.lang.former().to_owned(),
            };
            let title = format!("{}{}", role.of.as_deref().unwrap_or_default(), role.title);
            writeln!(
                self.out,
                "    {}  {period}  {}",
                clean(&title),
                self.lang.articles(role.articles)
            )?;
        }
        if timeline.roles.len() > shown.len() {
            let rest = format!("    … +{}", timeline.roles.len() - shown.len());
            writeln!(self.out, "{}", self.styled(FAINT, &rest))?;
        }
        Ok(())
    }

    fn styled(&self, style: Style, text: &str) -> String {
        let text = clean(text);
        if self.look.color {
            format!("{style}{text}{style:#}")
        } else {
            text
        }
    }
}

/// Text of the corpus may not command the terminal; keeps the number of characters.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn cells(text: &str) -> usize {
    text.chars().filter_map(char::width).sum()
}

/// The beginning of a text, if it is wider than `room`.
fn shortened(text: &str, room: usize) -> String {
    if cells(text) <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= room
    });
    kept.chain(['…']).collect()
}

/// Marks that do not begin a line.
fn is_closing(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '”'
            | '’'
            | '」'
            | '』'
            | '》'
            | '）'
            | ','
            | '.'
            | ')'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_do_not_fit_give_way_to_headlines() {
        assert_eq!(shortened("林郑月娥宣布撤回", 10), "林郑月娥…");
        assert_eq!(shortened("林郑月娥", 8), "林郑月娥");
        let article = |url: &str| ArticleRef {
            id: "a".to_owned(),
            title: Some("林郑月娥宣布撤回修订".to_owned()),
            url: Some(url.to_owned()),
            source: Some("甲报".to_owned()),
            published: None,
        };
        let page = Page {
            out: &mut io::sink(),
            lang: Lang::Chinese,
            look: Look {
                color: false,
                width: 30,
            },
        };
        assert_eq!(page.origin(&article("https://a.cn/1")), "甲报 https://a.cn/1");
        assert_eq!(
            page.origin(&article("https://a.cn/%E6%94%BF%E6%B2%BB/")),
            "甲报 林郑月娥宣布撤回修订"
        );
    }

    #[test]
    fn sentences_are_broken_and_cannot_command_the_terminal() {
        let mut out = Vec::new();
        let look = Look {
            color: true,
            width: 24,
        };
        let text = "林郑月娥\u{1b}[2J宣布撤回逃犯条例修订，随后离开。";
        Page {
            out: &mut out,
            lang: Lang::Chinese,
            look,
        }
        .sentence(text, &[(0, 4)])
        .unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(
            shown.starts_with("    \u{1b}[1m\u{1b}[35m林郑月娥\u{1b}[0m [2J宣"),
            "{shown:?}"
        );
        assert_eq!(shown.lines().count(), 3);
        assert!(!shown.contains("\u{1b}[2J"));
    }
}
