//! Which title an entity bore when, as the corpus says.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::model::RolePeriod;
use crate::store::{RoleRow, date_of};

/// Titles that fewer articles give, beside the most frequent one, are rare,
const RARE: f64 = 0.01;

/// and so are those that a single article gives, if others have more.
const FEW: u64 = 2;

/// Whether an article calls it former, and its day.
type Sighting = (bool, Option<Date>);

/// A title, and the body or place it belongs to.
type Title = (String, Option<String>);

/// Sums up the sightings of each title, in the order in which they were first seen.
pub(super) fn roles(rows: Vec<RoleRow>) -> Vec<RolePeriod> {
    let mut sightings: BTreeMap<Title, Vec<Sighting>> = BTreeMap::new();
    for row in rows {
        let sighting = (row.former, row.day.map(date_of));
        sightings.entry((row.title, row.of)).or_default().push(sighting);
    }
    complete(&mut sightings);
    let mut periods: Vec<RolePeriod> = sightings
        .into_iter()
        .map(|((title, of), sightings)| {
            let days = |former: bool| {
                let of_kind = sightings.iter().filter(move |sighting| sighting.0 == former);
                of_kind.filter_map(|sighting| sighting.1)
            };
            let last = days(false).max();
            RolePeriod {
                title,
                of,
                first: days(false).min(),
                last,
                // While others still call it current, “former” was said of somebody else.
                former_since: days(true).filter(|day| last.is_none_or(|last| *day > last)).min(),
                articles: sightings.len() as u64,
            }
        })
        .collect();
    periods.sort_by(|a, b| {
        let start = |period: &RolePeriod| (period.first.is_none(), period.first.or(period.former_since));
        start(a).cmp(&start(b)).then_with(|| b.articles.cmp(&a.articles))
    });
    periods
}

/// Gives titles without a body (特首, 香港特首) to the most frequent one that has it (特首 of
/// 香港).
fn complete(sightings: &mut BTreeMap<Title, Vec<Sighting>>) {
    let bare: Vec<Title> = sightings
        .keys()
        .filter(|title| title.1.is_none())
        .cloned()
        .collect();
    for title in bare {
        let is_form = |full: &Title| match &full.1 {
            Some(of) => full.0 == title.0 || title.0.strip_prefix(of.as_str()) == Some(&full.0),
            None => false,
        };
        let full = sightings
            .iter()
            .filter(|(full, _)| is_form(full))
            .max_by(|a, b| a.1.len().cmp(&b.1.len()).then(b.0.cmp(a.0)))
            .map(|(full, _)| full.clone());
        if let Some(full) = full
            && let Some(moved) = sightings.remove(&title)
        {
            sightings.entry(full).or_default().extend(moved);
        }
    }
}

/// The usual titles and the rare ones, many of which are misreadings.
pub(super) fn by_use(roles: &[RolePeriod]) -> (Vec<&RolePeriod>, Vec<&RolePeriod>) {
    let most = roles.iter().map(|role| role.articles).max().unwrap_or(0);
    roles
        .iter()
        .partition(|role| role.articles >= FEW.min(most) && role.articles as f64 >= RARE * most as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::day_of;

    #[test]
    fn sightings_become_periods() {
        let row = |title: &str, former, day: &str| RoleRow {
            title: title.to_owned(),
            of: Some("中国".to_owned()),
            former,
            day: Some(day_of(day.parse().unwrap())),
        };
        let periods = roles(vec![
            row("国防部长", false, "2024-01-05"),
            row("国防部长", false, "2023-12-29"),
            row("海军司令员", true, "2024-02-01"),
            row("海军司令员", true, "2021-10-01"),
            row("海军司令员", false, "2021-12-01"),
            row("海军司令员", false, "2021-09-06"),
        ]);
        assert_eq!(periods[0].title, "海军司令员");
        assert_eq!(periods[0].former_since.unwrap().to_string(), "2024-02-01");
        assert_eq!(periods[1].first.unwrap().to_string(), "2023-12-29");
        assert_eq!(periods[1].last.unwrap().to_string(), "2024-01-05");
        assert_eq!(periods[1].articles, 2);
    }

    #[test]
    fn forms_of_a_title_are_one_and_single_ones_are_rare() {
        let row = |title: &str, of: Option<&str>| RoleRow {
            title: title.to_owned(),
            of: of.map(str::to_owned),
            former: false,
            day: Some(day_of("2019-06-09".parse().unwrap())),
        };
        let periods = roles(vec![
            row("特首", Some("香港")),
            row("特首", Some("香港")),
            row("香港特首", None),
            row("特首", None),
            row("特首", Some("澳门")),
            row("司长", None),
        ]);
        let (usual, rare) = by_use(&periods);
        assert_eq!((usual.len(), rare.len()), (1, 2));
        assert_eq!((usual[0].of.as_deref(), usual[0].articles), (Some("香港"), 4));
        assert_eq!(by_use(&periods[1..2]).0.len(), 1);
    }
}
