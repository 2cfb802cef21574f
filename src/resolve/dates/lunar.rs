//! The Chinese lunisolar calendar from 1900 to 2100, and the 24 solar terms.

use jiff::civil::Date;

use super::period::{add_days, day};

/// A year an entry, from 1900: the low four bits are the number of the leap
/// month (0 for none), bit 15 down to bit 4 say whether month 1 to 12 has 30
/// days rather than 29, bit 16 says so of the leap month. Computed from new
/// moons and solar terms at UTC+8 (Peking local time before 1929), checked
/// against two published tables; where those differ, the astronomy decided.
#[rustfmt::skip]
const YEARS: [u32; 201] = [
    0x04bd8, 0x04ae0, 0x0a570, 0x054d5, 0x0d260, 0x0d950, 0x16554, 0x056a0, 0x09ad0, 0x055d2,
    0x04ae0, 0x0a5b6, 0x0a4d0, 0x0d250, 0x1d255, 0x0b540, 0x0d6a0, 0x0ada2, 0x095b0, 0x14977,
    0x04970, 0x0a4b0, 0x0b4b5, 0x06a50, 0x06d40, 0x1ab54, 0x02b60, 0x09570, 0x052f2, 0x04970,
    0x06566, 0x0d4a0, 0x0ea50, 0x16a95, 0x05ad0, 0x02b60, 0x186e3, 0x092e0, 0x1c8d7, 0x0c950,
    0x0d4a0, 0x1d8a6, 0x0b550, 0x056a0, 0x1a5b4, 0x025d0, 0x092d0, 0x0d2b2, 0x0a950, 0x0b557,
    0x06ca0, 0x0b550, 0x15355, 0x04da0, 0x0a5b0, 0x14573, 0x052b0, 0x0a9a8, 0x0e950, 0x06aa0,
    0x0aea6, 0x0ab50, 0x04b60, 0x0aae4, 0x0a570, 0x05260, 0x0f263, 0x0d950, 0x05b57, 0x056a0,
    0x096d0, 0x04dd5, 0x04ad0, 0x0a4d0, 0x0d4d4, 0x0d250, 0x0d558, 0x0b540, 0x0b6a0, 0x195a6,
    0x095b0, 0x049b0, 0x0a974, 0x0a4b0, 0x0b27a, 0x06a50, 0x06d40, 0x0af46, 0x0ab60, 0x09570,
    0x04af5, 0x04970, 0x064b0, 0x074a3, 0x0ea50, 0x06b58, 0x05ac0, 0x0ab60, 0x096d5, 0x092e0,
    0x0c960, 0x0d954, 0x0d4a0, 0x0da50, 0x07552, 0x056a0, 0x0abb7, 0x025d0, 0x092d0, 0x0cab5,
    0x0a950, 0x0b4a0, 0x0baa4, 0x0ad50, 0x055d9, 0x04ba0, 0x0a5b0, 0x15176, 0x052b0, 0x0a930,
    0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4e0, 0x0d260, 0x0ea65, 0x0d530,
    0x05aa0, 0x076a3, 0x096d0, 0x04afb, 0x04ad0, 0x0a4d0, 0x1d0b6, 0x0d250, 0x0d520, 0x0dd45,
    0x0b5a0, 0x056d0, 0x055b2, 0x049b0, 0x0a577, 0x0a4b0, 0x0aa50, 0x1b255, 0x06d20, 0x0ada0,
    0x14b63, 0x09370, 0x049f8, 0x04970, 0x064b0, 0x168a6, 0x0ea50, 0x06aa0, 0x1a6c4, 0x0aae0,
    0x092e0, 0x0d2e3, 0x0c960, 0x0d557, 0x0d4a0, 0x0da50, 0x05d55, 0x056a0, 0x0a6d0, 0x055d4,
    0x052d0, 0x0a9b8, 0x0a950, 0x0b4a0, 0x0b6a6, 0x0ad50, 0x055a0, 0x0aba4, 0x0a5b0, 0x052b0,
    0x0b273, 0x06930, 0x07337, 0x06aa0, 0x0ad50, 0x14b55, 0x04b60, 0x0a570, 0x054e4, 0x0d160,
    0x0e968, 0x0d520, 0x0daa0, 0x16aa6, 0x056d0, 0x04ae0, 0x0a9d4, 0x0a2d0, 0x0d150, 0x0f252,
    0x0d520,
];

const FIRST_YEAR: i16 = 1900;

/// The day that a lunar date falls on: `year` is the Gregorian year in which the
/// lunar year begins. `None` outside 1900 to 2100 and for dates that do not exist.
pub(super) fn date(year: i16, month: u8, leap: bool, day_of_month: u8) -> Option<Date> {
    let (first, days) = month_span(year, month, leap)?;
    if !(1..=days).contains(&day_of_month) {
        return None;
    }
    add_days(first, i32::from(day_of_month) - 1)
}

/// First day and number of days of a lunar month.
pub(super) fn month_span(year: i16, month: u8, leap: bool) -> Option<(Date, u8)> {
    let code = year_code(year)?;
    let leap_month = (code & 0xf) as u8;
    if !(1..=12).contains(&month) || (leap && leap_month != month) {
        return None;
    }
    let mut offset = 0;
    for earlier in 1..month {
        offset += month_days(code, earlier);
        if earlier == leap_month {
            offset += leap_days(code);
        }
    }
    if leap {
        offset += month_days(code, month);
        return Some((add_days(new_year(year)?, offset)?, leap_days(code) as u8));
    }
    Some((add_days(new_year(year)?, offset)?, month_days(code, month) as u8))
}

/// The first day of the lunar year.
pub(super) fn new_year(year: i16) -> Option<Date> {
    year_code(year)?;
    let earlier = usize::try_from(year - FIRST_YEAR).ok()?;
    let days: i32 = YEARS[..earlier].iter().map(|&code| year_days(code)).sum();
    add_days(day(FIRST_YEAR, 1, 31)?, days)
}

/// The last day of the lunar year, 除夕.
pub(super) fn new_years_eve(year: i16) -> Option<Date> {
    add_days(new_year(year)?, year_days(year_code(year)?) - 1)
}

fn year_code(year: i16) -> Option<u32> {
    let index = usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
    YEARS.get(index).copied()
}

fn month_days(code: u32, month: u8) -> i32 {
    29 + (code >> (16 - month) & 1) as i32
}

fn leap_days(code: u32) -> i32 {
    if code & 0xf == 0 {
        return 0;
    }
    29 + (code >> 16 & 1) as i32
}

fn year_days(code: u32) -> i32 {
    (1..=12).map(|month| month_days(code, month)).sum::<i32>() + leap_days(code)
}

/// The day of the solar term `index` (0 is 小寒 in January, 23 is 冬至) at UTC+8.
///
/// The sun's apparent longitude after Meeus, *Astronomical Algorithms*, chapter
/// 25 (low accuracy, 0.01°: a quarter of an hour).
pub(super) fn solar_term(year: i16, index: u8) -> Option<Date> {
    let target = (285.0 + 15.0 * f64::from(index)) % 360.0;
    let days_from_epoch = f64::from(year - 2000) * 365.2422 + 5.0 + 15.2184 * f64::from(index);
    let mut moment = days_from_epoch;
    for _ in 0..6 {
        let miss = (target - sun_longitude(moment) + 540.0).rem_euclid(360.0) - 180.0;
        moment += miss / 360.0 * 365.2422;
    }
    // From terrestrial time to Peking time; J2000.0 is noon, 1 January 2000.
    let local = moment - 69.0 / 86_400.0 + 8.0 / 24.0 + 0.5;
    add_days(day(2000, 1, 1)?, local.floor() as i32)
}

/// Apparent longitude of the sun in degrees, `days` after J2000.0.
fn sun_longitude(days: f64) -> f64 {
    let t = days / 36_525.0;
    let mean = 280.466_46 + 36_000.769_83 * t + 0.000_303_2 * t * t;
    let anomaly = (357.529_11 + 35_999.050_29 * t - 0.000_153_7 * t * t).to_radians();
    let center = (1.914_602 - 0.004_817 * t) * anomaly.sin()
        + (0.019_993 - 0.000_101 * t) * (2.0 * anomaly).sin()
        + 0.000_289 * (3.0 * anomaly).sin();
    let node = (125.04 - 1_934.136 * t).to_radians();
    mean + center - 0.005_69 - 0.004_78 * node.sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(date: Option<Date>) -> String {
        date.unwrap().to_string()
    }

    #[test]
    fn known_lunar_dates() {
        for (year, spring_festival) in [
            (1900, "1900-01-31"),
            (1949, "1949-01-29"),
            (1978, "1978-02-07"),
            (1985, "1985-02-20"),
            (2000, "2000-02-05"),
            (2008, "2008-02-07"),
            (2020, "2020-01-25"),
            (2023, "2023-01-22"),
            (2024, "2024-02-10"),
            (2025, "2025-01-29"),
            (2033, "2033-01-31"),
            (2034, "2034-02-19"),
            (2100, "2100-02-09"),
        ] {
            assert_eq!(text(new_year(year)), spring_festival);
        }
        assert_eq!(text(date(2020, 4, true, 1)), "2020-05-23");
        assert_eq!(text(date(2020, 8, false, 15)), "2020-10-01");
        assert_eq!(text(date(2023, 5, false, 5)), "2023-06-22");
        assert_eq!(text(date(1991, 8, false, 23)), "1991-09-30");
        assert_eq!(text(new_years_eve(2022)), "2023-01-21");
        assert_eq!(date(2021, 4, true, 1), None);
        assert_eq!(date(1899, 1, false, 1), None);
        assert_eq!(date(2101, 1, false, 1), None);
    }

    #[test]
    fn lunar_years_join_without_gap() {
        for year in 1900..2100 {
            let next = add_days(new_years_eve(year).unwrap(), 1);
            assert_eq!(next, new_year(year + 1), "{year}");
        }
    }

    #[test]
    fn known_solar_terms() {
        let term = |year, index| text(solar_term(year, index));
        assert_eq!(term(2024, 6), "2024-04-04"); // 清明
        assert_eq!(term(2023, 6), "2023-04-05");
        assert_eq!(term(2022, 2), "2022-02-04"); // 立春
        assert_eq!(term(2021, 2), "2021-02-03");
        assert_eq!(term(2021, 23), "2021-12-21"); // 冬至
        assert_eq!(term(2020, 23), "2020-12-21");
        assert_eq!(term(2021, 10), "2021-06-05"); // 芒种
        assert_eq!(term(1999, 23), "1999-12-22");
    }
}
