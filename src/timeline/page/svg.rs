//! The picture of timelines: how much was written, bursts shaded, events marked.

use std::fmt::Write;

use jiff::civil::Date;

use super::super::lang::Lang;
use super::super::markup::escape;
use super::axis;
use crate::store::day_of;
use crate::timeline::{Burst, Point, Timeline};

/// Bins that get a tooltip each.
const MAX_TOOLTIPS: usize = 400;

/// Height of the bars of bursts in a comparison.
const BAR: f64 = 6.0;

/// Least distance between the marks of events.
const EVENT_GAP: f64 = 4.0;

/// Lines of compared timelines have this many colours.
pub(super) const COLORS: usize = 6;

/// How large, in CSS pixels of text at its natural size.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
}

pub(super) const WIDE: Size = Size {
    width: 960.0,
    height: 300.0,
};
pub(super) const NARROW: Size = Size {
    width: 400.0,
    height: 280.0,
};

const LEFT: f64 = 46.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 24.0;
const BETWEEN: f64 = 26.0;

/// Width of the label of a tick of time.
const LABEL: f64 = 48.0;

/// The highest value stays a little below the upper edge.
const HEADROOM: f64 = 1.04;

/// A part of the picture with its own vertical axis.
struct Panel {
    top: f64,
    bottom: f64,
    title: &'static str,
    highest: f64,
    value: fn(&Point) -> f64,
    show: fn(f64) -> String,
}

impl Panel {
    fn y(&self, value: f64) -> f64 {
        self.bottom - value / self.highest * (self.bottom - self.top)
    }
}

struct Picture<'t> {
    timelines: &'t [Timeline],
    lang: Lang,
    size: Size,
    first: Date,
    last: Date,
    svg: String,
}

/// Draws the picture. `link` is what the address of an event's mark begins with; its
/// number follows. Returns nothing if no article has a date.
pub(super) fn draw(timelines: &[Timeline], lang: Lang, size: Size, link: Option<&str>) -> String {
    let first = timelines.iter().filter_map(|timeline| timeline.from).min();
    let last = timelines.iter().filter_map(|timeline| timeline.to).max();
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    let mut picture = Picture {
        timelines,
        lang,
        size,
        first,
        last,
        svg: String::new(),
    };
    picture.draw(link);
    picture.svg
}

impl Picture<'_> {
    fn draw(&mut self, link: Option<&str>) {
        let names: Vec<&str> = self
            .timelines
            .iter()
            .map(|timeline| self.lang.name(&timeline.entity))
            .collect();
        let label = format!("{}: {}", names.join(", "), self.lang.attention());
        let Size { width, height } = self.size;
        let _ = writeln!(
            self.svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
            escape(&label)
        );
        let panels = self.panels();
        for (number, timeline) in self.timelines.iter().enumerate() {
            for burst in &timeline.bursts {
                self.burst(burst, number, &panels);
            }
        }
        for panel in &panels {
            self.axis(panel);
            for (number, timeline) in self.timelines.iter().enumerate() {
                self.line(panel, timeline, number);
            }
        }
        self.time_axis(&panels);
        self.tooltips(&panels);
        self.events(link);
        self.svg.push_str("</svg>\n");
    }

    /// Articles above their share; compared timelines have the share alone.
    fn panels(&self) -> Vec<Panel> {
        let highest = |value: fn(&Point) -> f64| {
            let values = self
                .timelines
                .iter()
                .flat_map(|timeline| &timeline.series)
                .map(value);
            values.fold(0.0, f64::max).max(f64::MIN_POSITIVE) * HEADROOM
        };
        let articles: fn(&Point) -> f64 = |point| point.articles as f64;
        let share: fn(&Point) -> f64 = |point| point.share * 100.0;
        let bottom = self.size.height - BOTTOM;
        let panel = |top: f64, bottom: f64, title, value: fn(&Point) -> f64, show| Panel {
            top,
            bottom,
            title,
            highest: highest(value),
            value,
            show,
        };
        let percent: fn(f64) -> String = |value| format!("{}%", trimmed(value));
        if self.timelines.len() > 1 {
            return vec![panel(TOP + 14.0, bottom, self.lang.share_axis(), share, percent)];
        }
        let middle = TOP + 14.0 + (bottom - TOP) * 0.55;
        vec![
            panel(TOP + 14.0, middle, self.lang.articles_axis(), articles, trimmed),
            panel(
                middle + BETWEEN + 4.0,
                bottom,
                self.lang.share_axis(),
                share,
                percent,
            ),
        ]
    }

    fn x(&self, date: Date) -> f64 {
        let days = f64::from(day_of(self.last) - day_of(self.first) + 1);
        let day = f64::from(day_of(date) - day_of(self.first)).clamp(0.0, days);
        LEFT + day / days * (self.size.width - LEFT - RIGHT)
    }

    /// Where the day after `date` begins.
    fn x_after(&self, date: Date) -> f64 {
        self.x(date.tomorrow().unwrap_or(date))
    }

    /// A shade behind all panels; in a comparison, a bar at the upper edge for each.
    fn burst(&mut self, burst: &Burst, number: usize, panels: &[Panel]) {
        let (from, to) = (self.x(burst.start), self.x_after(burst.end));
        let (top, bottom, class) = if self.timelines.len() == 1 {
            (panels[0].top, panels[panels.len() - 1].bottom, "burst".to_owned())
        } else {
            let top = panels[0].top + number as f64 * BAR;
            (top, top + BAR - 1.0, format!("burst c{}", number % COLORS))
        };
        let (days, terms) = (
            self.lang.days(burst.start, burst.end),
            self.lang.terms(&burst.terms),
        );
        let title = format!("{days}: {terms}");
        let _ = writeln!(
            self.svg,
            "<rect class=\"{class}\" data-from=\"{}\" data-to=\"{}\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
            burst.start,
            burst.end,
            (to - from).max(1.5),
            bottom - top,
            escape(&title)
        );
    }

    fn axis(&mut self, panel: &Panel) {
        let right = self.size.width - RIGHT;
        for value in axis::values(panel.highest / HEADROOM) {
            let y = panel.y(value);
            let _ = writeln!(
                self.svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"label end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT - 6.0,
                y + 4.0,
                (panel.show)(value)
            );
        }
        let _ = writeln!(
            self.svg,
            "<text class=\"label\" x=\"{LEFT}\" y=\"{:.1}\">{}</text>",
            panel.top - 6.0,
            panel.title
        );
    }

    /// A line of steps; a timeline alone is filled down to the axis.
    fn line(&mut self, panel: &Panel, timeline: &Timeline, number: usize) {
        let mut path = String::new();
        for (at, point) in timeline.series.iter().enumerate() {
            let y = panel.y((panel.value)(point));
            let x = self.x(point.date);
            let command = if path.is_empty() {
                format!("M{x:.1} {y:.1}")
            } else {
                format!("H{x:.1}V{y:.1}")
            };
            path.push_str(&command);
            if at + 1 == timeline.series.len() {
                let end = self.x_after(timeline.to.unwrap_or(point.date));
                let _ = write!(path, "H{end:.1}");
                if self.timelines.len() == 1 {
                    let _ = write!(
                        path,
                        "V{:.1}H{:.1}Z",
                        panel.bottom,
                        self.x(timeline.series[0].date)
                    );
                }
            }
        }
        let class = if self.timelines.len() == 1 {
            "area".to_owned()
        } else {
            format!("line c{}", number % COLORS)
        };
        let _ = writeln!(self.svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    fn time_axis(&mut self, panels: &[Panel]) {
        let bottom = panels[panels.len() - 1].bottom;
        let most = ((self.size.width - LEFT) / 64.0) as usize;
        for (date, label) in axis::dates(self.first, self.last, most) {
            let x = self.x(date);
            // A label below the last tick would be cut off.
            let (place, at) = match x + LABEL / 2.0 > self.size.width {
                true => ("end", self.size.width),
                false => ("middle", x),
            };
            let _ = writeln!(
                self.svg,
                "<line class=\"tick\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{bottom:.1}\" y2=\"{:.1}\"/><text class=\"label {place}\" x=\"{at:.1}\" y=\"{:.1}\">{label}</text>",
                bottom + 4.0,
                bottom + 17.0
            );
        }
    }

    /// Invisible columns that say what the bin is.
    fn tooltips(&mut self, panels: &[Panel]) {
        let [timeline] = self.timelines else { return };
        if timeline.series.len() > MAX_TOOLTIPS {
            return;
        }
        let (top, bottom) = (panels[0].top, panels[panels.len() - 1].bottom);
        for (at, point) in timeline.series.iter().enumerate() {
            let from = self.x(point.date);
            let to = timeline
                .series
                .get(at + 1)
                .map_or(self.x_after(self.last), |next| self.x(next.date));
            let title = format!(
                "{}: {}, {}, {:.2} %",
                self.lang.bin(point.date, timeline.by),
                self.lang.articles(point.articles),
                self.lang.mentions(point.mentions),
                point.share * 100.0
            );
            let _ = writeln!(
                self.svg,
                "<rect class=\"bin\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{title}</title></rect>",
                (to - from).max(0.5),
                bottom - top
            );
        }
    }

    /// Marks along the upper edge, none on another.
    fn events(&mut self, link: Option<&str>) {
        let mut marks: Vec<(Date, usize, usize, String)> = Vec::new();
        let events = self.timelines.iter().enumerate();
        let events = events.flat_map(|(of, timeline)| timeline.events.iter().map(move |event| (of, event)));
        for (number, (of, event)) in events.enumerate() {
            if (self.first..=self.last).contains(&event.first) {
                let sentence = event
                    .sentences
                    .first()
                    .map_or("", |sentence| sentence.text.as_str());
                marks.push((
                    event.first,
                    number,
                    of,
                    format!("{} {sentence}", self.lang.date(event)),
                ));
            }
        }
        marks.sort();
        let is_comparison = self.timelines.len() > 1;
        let mut last = f64::NEG_INFINITY;
        for (date, number, of, title) in marks {
            let x = (self.x(date) + self.x_after(date)) / 2.0;
            if x - last < EVENT_GAP {
                continue;
            }
            last = x;
            let class = if is_comparison {
                format!("event c{}", of % COLORS)
            } else {
                "event".to_owned()
            };
            let mark = format!(
                "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"3.5\"><title>{}</title></circle>",
                TOP / 2.0,
                escape(&title)
            );
            let _ = match link {
                Some(link) => writeln!(self.svg, "<a href=\"{link}{number}\" tabindex=\"-1\">{mark}</a>"),
                None => writeln!(self.svg, "{mark}"),
            };
        }
    }
}

/// At most two decimals, and none that is zero.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
