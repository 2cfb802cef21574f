//! Which title an entity bore when, as the corpus says.

use super::model::RolePeriod;
use crate::store::{RoleRow, date_of};

/// Sums up the sightings of each title, in the order in which they were first seen.
pub(super) fn roles(rows: Vec<RoleRow>) -> Vec<RolePeriod> {
    let mut periods: Vec<RolePeriod> = Vec::new();
    for row in rows {
        let at = periods
            .iter()
            .position(|period| period.title == row.title && period.of == row.of);
        let at = at.unwrap_or_else(|| {
            periods.push(RolePeriod {
                title: row.title,
                of: row.of,
                first: None,
                last: None,
                former_since: None,
                articles: 0,
            });
            periods.len() - 1
        });
        let period = &mut periods[at];
        period.articles += 1;
        let Some(date) = row.day.map(date_of) else {
            continue;
        };
        if row.former {
            period.former_since = Some(period.former_since.map_or(date, |since| since.min(date)));
        } else {
            period.first = Some(period.first.map_or(date, |first| first.min(date)));
            period.last = Some(period.last.map_or(date, |last| last.max(date)));
        }
    }
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
            row("海军司令员", false, "2021-09-06"),
        ]);
        assert_eq!(periods[0].title, "海军司令员");
        assert_eq!(periods[0].former_since.unwrap().to_string(), "2024-02-01");
        assert_eq!(periods[1].first.unwrap().to_string(), "2023-12-29");
        assert_eq!(periods[1].last.unwrap().to_string(), "2024-01-05");
        assert_eq!(periods[1].articles, 2);
    }
}
