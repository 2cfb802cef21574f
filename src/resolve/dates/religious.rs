//! The movable feasts of other calendars, as Gregorian dates.
//!
//! Easter after Meeus/Jones/Butcher and Meeus's Julian rule; the Islamic calendar
//! of Saudi Arabia, which can be a day off the sighting of the moon elsewhere; the
//! Hebrew calendar after Dershowitz and Reingold, *Calendrical Calculations*.

use jiff::civil::{Date, Weekday};

use super::period::{add_days, day};

/// Easter Sunday of the Western churches.
pub(super) fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (golden, century, in_century) = (y % 19, y / 100, y % 100);
    let (leap_centuries, rest) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - correction + 15) % 30;
    let weekday = (32 + 2 * rest + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let index = epact + weekday - 7 * late + 114;
    day(
        year,
        i8::try_from(index / 31).ok()?,
        i8::try_from(index % 31 + 1).ok()?,
    )
}

/// Easter Sunday of the Orthodox churches.
pub(super) fn orthodox_easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let epact = (19 * (y % 19) + 15) % 30;
    let weekday = (2 * (y % 4) + 4 * (y % 7) - epact + 34) % 7;
    let index = epact + weekday + 114;
    let julian = day(
        year,
        i8::try_from(index / 31).ok()?,
        i8::try_from(index % 31 + 1).ok()?,
    )?;
    add_days(julian, y / 100 - y / 400 - 2)
}

/// The calendar of Umm al-Qura that Saudi Arabia publishes, from the year 1365 of
/// the Hijra on: bit 0 to bit 11 of an entry say whether month 1 to 12 of that
/// year has 30 days rather than 29.
#[rustfmt::skip]
const UMM_AL_QURA: [u16; 136] = [
    0xd55, 0x555, 0x555, 0xd55, 0x6d5, 0x555, 0xea5, 0xd2a, 0xaaa, 0xcd5, 0x655, 0x572, 0xda9, 0x555,
    0xaaa, 0x555, 0x52d, 0xa6d, 0x55a, 0x555, 0x74d, 0xd53, 0xd54, 0x556, 0xd55, 0x2d5, 0xd55, 0xd54,
    0xd45, 0x655, 0x52d, 0xa5d, 0x55a, 0xad5, 0x6aa, 0xd4b, 0x52a, 0xa57, 0x4ae, 0x976, 0x56c, 0xb55,
    0xaaa, 0xa55, 0x4ad, 0x95d, 0x2da, 0x5d9, 0xdb2, 0xba4, 0xb4a, 0xa55, 0x2b5, 0x575, 0xb6a, 0xbd2,
    0xbc4, 0xb89, 0xa95, 0x52d, 0x5ad, 0xb6a, 0x6d4, 0xdc9, 0xd92, 0xaa6, 0x956, 0x2ae, 0x56d, 0x36a,
    0xb55, 0xaaa, 0x94d, 0x49d, 0x95d, 0x2ba, 0x5b5, 0x5aa, 0xd55, 0xa9a, 0x92e, 0x26e, 0x55d, 0xada,
    0x6d4, 0x6a5, 0x54b, 0xa97, 0x54e, 0xaae, 0x5ac, 0xba9, 0xd92, 0xb25, 0x64b, 0xcab, 0x55a, 0xb55,
    0x6d2, 0xea5, 0xe4a, 0xa95, 0x52d, 0xaad, 0x36c, 0x759, 0x6d2, 0x695, 0x52d, 0xa5b, 0x4ba, 0x9ba,
    0x3b4, 0xb69, 0xb52, 0xaa6, 0x4b6, 0x96d, 0x2ec, 0x6d9, 0xeb2, 0xd54, 0xd2a, 0xa56, 0x4ae, 0x96d,
    0xd6a, 0xb54, 0xb29, 0xa93, 0x52b, 0xa57, 0x536, 0xab5, 0x6aa, 0xe93,
];

/// The first day in the Gregorian `year` that the Islamic calendar calls so.
pub(super) fn islamic_date(year: i16, month: u8, day_of_month: u8) -> Option<Date> {
    let about = (i32::from(year) - 622) * 33 / 32;
    (about - 1..=about + 2)
        .filter_map(|hijri| {
            let (month, of_month) = (i32::from(month), i32::from(day_of_month));
            umm_al_qura(hijri, month, of_month).or_else(|| tabular_islamic(hijri, month, of_month))
        })
        .find(|date| date.year() == year)
}

fn umm_al_qura(year: i32, month: i32, day_of_month: i32) -> Option<Date> {
    let index = usize::try_from(year - 1365).ok()?;
    let this = *UMM_AL_QURA.get(index)?;
    let days = |code: u16, months: i32| 29 * months + (code & ((1 << months) - 1)).count_ones() as i32;
    let earlier: i32 = UMM_AL_QURA[..index].iter().map(|&code| days(code, 12)).sum();
    // 1 Muharram 1365 was 5 December 1945.
    add_days(
        day(1945, 12, 5)?,
        earlier + days(this, month - 1) + day_of_month - 1,
    )
}

/// The arithmetical calendar, for years that no table covers.
fn tabular_islamic(year: i32, month: i32, day_of_month: i32) -> Option<Date> {
    let days =
        (year - 1) * 354 + (3 + 11 * year).div_euclid(30) + 29 * (month - 1) + month / 2 + day_of_month - 1;
    // 1 Muharram of year 1 is 19 July 622 in the Gregorian calendar.
    add_days(day(622, 7, 19)?, days)
}

/// The day in the Gregorian `year` that the Hebrew calendar calls so (Nisan = 1);
/// month 12 is Adar, or Adar II in a leap year.
pub(super) fn hebrew_date(year: i16, month: u8, day_of_month: u8) -> Option<Date> {
    let from_nisan = i32::from(year) + 3760;
    [from_nisan, from_nisan + 1]
        .into_iter()
        .filter_map(|hebrew| hebrew_to_gregorian(hebrew, i32::from(month), i32::from(day_of_month)))
        .find(|date| date.year() == year)
}

/// Independence Day of Israel: 5 Iyar, moved so that neither it nor the memorial day
/// before it touches the Sabbath; from a Monday to the Tuesday only since 2004.
pub(super) fn independence_of_israel(year: i16) -> Option<Date> {
    let date = hebrew_date(year, 2, 5)?;
    let moved = match date.weekday() {
        Weekday::Friday => -1,
        Weekday::Saturday => -2,
        Weekday::Monday if year >= 2004 => 1,
        _ => 0,
    };
    add_days(date, moved)
}

fn hebrew_to_gregorian(year: i32, month: i32, day_of_month: i32) -> Option<Date> {
    let new_year = hebrew_new_year(year);
    let length = hebrew_new_year(year + 1) - new_year;
    let leap = length > 380;
    let month_days = |month: i32| match month {
        2 | 4 | 6 | 10 => 29,
        8 if length % 10 != 5 => 29,
        9 if length % 10 == 3 => 29,
        12 if !leap => 29,
        13 => 29,
        _ => 30,
    };
    let last = if leap { 13 } else { 12 };
    let month = if month == 12 { last } else { month };
    // The year begins with month 7 (Tishri).
    let earlier: i32 = if month >= 7 {
        (7..month).map(month_days).sum()
    } else {
        (7..=last).chain(1..month).map(month_days).sum()
    };
    // Tishri 1 of 5774 is 5 September 2013.
    add_days(
        day(2013, 9, 5)?,
        new_year - hebrew_new_year(5774) + earlier + day_of_month - 1,
    )
}

/// Days from the epoch of the Hebrew calendar to the new year of `year`.
fn hebrew_new_year(year: i32) -> i32 {
    let elapsed = |year: i32| {
        let months = (235 * i64::from(year) - 234).div_euclid(19);
        let parts = 12_084 + 13_753 * months;
        let days = 29 * months + parts.div_euclid(25_920);
        if (3 * (days + 1)).rem_euclid(7) < 3 {
            days + 1
        } else {
            days
        }
    };
    let (before, here, after) = (elapsed(year - 1), elapsed(year), elapsed(year + 1));
    let delay = if after - here == 356 {
        2
    } else if here - before == 382 {
        1
    } else {
        0
    };
    (here + delay) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(date: Option<Date>) -> String {
        date.unwrap().to_string()
    }

    #[test]
    fn known_feasts() {
        assert_eq!(text(easter(2024)), "2024-03-31");
        assert_eq!(text(easter(2000)), "2000-04-23");
        assert_eq!(text(orthodox_easter(2013)), "2013-05-05");
        assert_eq!(text(orthodox_easter(2024)), "2024-05-05");
        assert_eq!(text(islamic_date(2013, 1, 1)), "2013-11-04");
        assert_eq!(text(islamic_date(2024, 9, 1)), "2024-03-11");
        assert_eq!(text(islamic_date(2013, 10, 1)), "2013-08-08");
        assert_eq!(text(islamic_date(2034, 9, 1)), "2034-11-12");
        assert_eq!(text(islamic_date(1800, 1, 1)), "1800-05-25");
        assert_eq!(text(hebrew_date(2018, 7, 1)), "2018-09-10");
        assert_eq!(text(hebrew_date(2024, 1, 15)), "2024-04-23");
        assert_eq!(text(hebrew_date(2024, 12, 14)), "2024-03-24");
        assert_eq!(text(hebrew_date(2014, 11, 15)), "2014-01-16");
        let independence = [
            (2013, "04-16"),
            (2021, "04-15"),
            (2022, "05-05"),
            (2023, "04-26"),
            (2024, "05-14"),
        ];
        for (year, day) in independence {
            assert_eq!(text(independence_of_israel(year)), format!("{year}-{day}"));
        }
    }
}
