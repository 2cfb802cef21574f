//! The picture and the page: single files that need nothing else, no server and no net.

mod axis;
mod html;
mod policy;
mod svg;
mod tables;

use super::lang::Lang;
use super::model::Timeline;

pub use html::html;

const COLORS: &str = include_str!("colors.css");

/// The picture of one timeline, or of several over one another, as an SVG file.
pub fn svg(timelines: &[Timeline], lang: Lang) -> String {
    let picture = svg::draw(timelines, lang, svg::WIDE, None);
    match picture.split_once('>') {
        Some((head, rest)) => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}>\n<style>{COLORS}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"var(--ground)\"/>{rest}"
        ),
        // Nothing has a date: an empty picture is still a picture.
        None => "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>\n".to_owned(),
    }
}
