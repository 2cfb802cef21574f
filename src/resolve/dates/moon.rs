//! Phases of the moon, for the feasts of India.
//!
//! After Meeus, *Astronomical Algorithms*, chapter 49, with the terms that amount
//! to more than three minutes.

use jiff::civil::Date;

use super::period::{add_days, day, days_between};

/// New or full moon.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    New,
    Full,
}

/// The evening on which the lunar day of a phase begins in India: the last sunset
/// before the moment of the phase. The phase is the first one from `month` and
/// `day` of the year on, moved by a number of half lunations.
pub(super) fn evening_of(
    year: i16,
    month: i8,
    of_month: i8,
    phase: Phase,
    half_lunations: i32,
) -> Option<Date> {
    let epoch = day(2000, 1, 1)?;
    let from = f64::from(days_between(epoch, day(year, month, of_month)?));
    let part = match phase {
        Phase::New => 0.0,
        Phase::Full => 0.5,
    };
    let mut lunation = (from / 29.530_588_861).floor() - 2.0 + part;
    while moment(lunation) < from {
        lunation += 1.0;
    }
    let at = moment(lunation + f64::from(half_lunations) / 2.0);
    // Sunset in India is at about 17:45 of its time, 12:15 UTC.
    add_days(epoch, (at - 12.25 / 24.0).floor() as i32)
}

/// Days after 1 January 2000, 0 h UTC, of the phase; whole numbers are new moons.
fn moment(lunation: f64) -> f64 {
    let centuries = lunation / 1_236.85;
    let mean = 5.597_66 + 29.530_588_861 * lunation + 0.000_154_37 * centuries * centuries;
    let eccentricity = 1.0 - 0.002_516 * centuries;
    let sun = (2.5534 + 29.105_356_70 * lunation).to_radians();
    let moon = (201.5643 + 385.816_935_28 * lunation).to_radians();
    let latitude = (160.7108 + 390.670_502_84 * lunation).to_radians();
    mean - 0.4072 * moon.sin()
        + 0.172_41 * eccentricity * sun.sin()
        + 0.016_08 * (2.0 * moon).sin()
        + 0.010_39 * (2.0 * latitude).sin()
        + 0.007_39 * eccentricity * (moon - sun).sin()
        - 0.005_14 * eccentricity * (moon + sun).sin()
        + 0.002_08 * (2.0 * sun).sin()
        - 69.0 / 86_400.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn festival_of_lights() {
        for (year, date) in [
            (2012, "2012-11-13"),
            (2013, "2013-11-03"),
            (2020, "2020-11-14"),
            (2023, "2023-11-12"),
        ] {
            assert_eq!(evening_of(year, 10, 17, Phase::New, 0).unwrap().to_string(), date);
        }
        let full = evening_of(2024, 2, 27, Phase::Full, 0).unwrap();
        assert_eq!(full.to_string(), "2024-03-24");
    }
}
