//! The forms under which entities go.

use super::Entity;
use super::key::has_han;
use crate::text::fold_str;

/// The simplified form under which an unknown entity goes, without line breaks.
pub(super) fn canonical_form(text: &str) -> String {
    let folded: String = if has_han(text) {
        fold_str(text)
    } else {
        text.to_owned()
    };
    folded
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(if has_han(text) { "" } else { " " })
}

/// The traditional form that the document itself shows.
pub(super) fn traditional_of(entity: &Entity) -> Option<String> {
    entity
        .variants
        .iter()
        .find(|variant| *variant != &entity.name && fold_str(variant) == entity.name)
        .cloned()
}
