//! Which title an entity bore when, as the corpus says.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::model::RolePeriod;
use crate::store::{RoleRow, date_of};

/// Whether an article calls it former, and its day.
type Sighting = (bool, Option<Date>);

/// Sums up the sightings of each title, in the order in which they were first seen.
pub(super) fn roles(rows: Vec<RoleRow>) -> Vec<RolePeriod> {
    let mut sightings: BTreeMap<(String, Option<String>), Vec<Sighting>> = BTreeMap::new();
    for row in rows {
        let sighting = (row.former, row.day.map(date_of));
        sightings.entry((row.title, row.of)).or_default().push(sighting);
    }
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
}
