//! The tables below the events: companions and roles.

use super::super::markup::escape;
use super::super::role::by_use;
use super::html::{Page, class};
use crate::timeline::{Companion, RolePeriod, Timeline};

/// Blocks for numbers of articles.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

impl Page {
    pub(super) fn tables(&mut self, timelines: &[Timeline]) {
        self.html.push_str("<div class=\"tables\">\n");
        for timeline in timelines {
            let name = if self.is_comparison {
                format!(" · {}", escape(self.lang.name(&timeline.entity)))
            } else {
                String::new()
            };
            if !timeline.companions.is_empty() {
                self.add(format_args!(
                    "<div><h2>{}{name}</h2>\n<table>\n",
                    self.lang.companions()
                ));
                for companion in &timeline.companions {
                    self.companion(companion, timeline);
                }
                self.html.push_str("</table></div>\n");
            }
            if !timeline.roles.is_empty() {
                self.add(format_args!(
                    "<div><h2>{}{name}</h2>\n<table>\n",
                    self.lang.roles()
                ));
                let (usual, rare) = by_use(&timeline.roles);
                usual.into_iter().for_each(|role| self.role(role));
                self.html.push_str("</table>\n");
                if !rare.is_empty() {
                    self.add(format_args!(
                        "<details><summary>{} +{}</summary>\n<table>\n",
                        self.lang.rare(),
                        rare.len()
                    ));
                    rare.into_iter().for_each(|role| self.role(role));
                    self.html.push_str("</table></details>\n");
                }
                self.html.push_str("</div>\n");
            }
        }
        self.html.push_str("</div>\n");
    }

    fn companion(&mut self, companion: &Companion, timeline: &Timeline) {
        let years = timeline
            .from
            .zip(timeline.to)
            .map(|(from, to)| from.year()..=to.year());
        let count = |year: i16| {
            companion
                .years
                .iter()
                .find(|entry| entry.0 == year)
                .map_or(0, |entry| entry.1)
        };
        let most = companion
            .years
            .iter()
            .map(|entry| entry.1)
            .max()
            .unwrap_or(1)
            .max(1);
        let chart: String = years
            .into_iter()
            .flatten()
            .map(|year| match (count(year) * 8).div_ceil(most) {
                0 => '·',
                height => BLOCKS[height as usize - 1],
            })
            .collect();
        self.add(format_args!(
            "<tr><td><span class=\"chip {}\">{}</span></td><td class=\"number\">{}</td><td class=\"years\" title=\"{} – {}\">{chart}</td></tr>\n",
            class(&companion.entity.kind),
            escape(self.lang.name_of(&companion.entity)),
            self.lang.articles(companion.articles),
            companion.first,
            companion.last,
        ));
    }

    fn role(&mut self, role: &RolePeriod) {
        let mut periods = Vec::new();
        if let (Some(first), Some(last)) = (role.first, role.last) {
            periods.push(self.lang.days(first, last));
        }
        if let Some(since) = role.former_since {
            periods.push(format!("{} {}", self.lang.former_since(), self.lang.day(since)));
        }
        self.add(format_args!(
            "<tr><td class=\"title\">{}{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n",
            escape(role.of.as_deref().unwrap_or_default()),
            escape(&role.title),
            periods.join("; "),
            self.lang.articles(role.articles),
        ));
    }
}
