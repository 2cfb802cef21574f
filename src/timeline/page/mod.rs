//! The picture and the page: single files that need nothing else, no server and no net.

mod axis;
mod html;
mod policy;
mod svg;
mod tables;

use super::lang::Lang;
use super::markup::escape;
use super::model::Timeline;

pub use html::html;

const COLORS: &str = include_str!("colors.css");

/// Height of the names above the picture.
const HEADING: f64 = 30.0;

/// The picture of one timeline, or of several over one another, as an SVG file.
pub fn svg(timelines: &[Timeline], lang: Lang) -> String {
    let picture = svg::draw(timelines, lang, svg::WIDE, None);
    if picture.is_empty() {
        // Nothing has a date: an empty picture is still a picture.
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>\n".to_owned();
    }
    let names = timelines.iter().enumerate().map(|(number, timeline)| {
        let class = match timelines.len() {
            1 => "name".to_owned(),
            _ => format!("name c{}", number % svg::COLORS),
        };
        format!(
            "<tspan class=\"{class}\" dx=\"12\">{}</tspan>",
            escape(lang.name(&timeline.entity))
        )
    });
    let width = svg::WIDE.width;
    let height = svg::WIDE.height + HEADING;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>{COLORS}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"var(--ground)\"/>\
         <text class=\"heading\" y=\"21\">{}</text>\n<g transform=\"translate(0 {HEADING})\">\n{picture}</g>\n</svg>\n",
        names.collect::<String>()
    )
}
