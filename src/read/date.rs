//! Publication dates in the spellings that corpora and pages use.

use jiff::fmt::rfc2822;
use jiff::{Timestamp, civil, tz::Offset};
use serde_json::Value;

use crate::document::Published;

/// Reads a date or moment: ISO 8601 with or without time and offset (also with
/// a blank for the `T`, or slashes), RFC 2822, `2024年4月17日`, seconds or
/// milliseconds since 1970.
///
/// A time without an offset counts as UTC, as in [`Published`]'s own notation.
pub(super) fn parse(text: &str) -> Option<Published> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return if looks_like_day(text) {
            parse_day(text)
        } else {
            from_number(number)
        };
    }
    if let Ok(published) = text.parse() {
        return Some(published);
    }
    if let Ok(moment) = rfc2822::DateTimeParser::new().parse_zoned(text) {
        return Some(Published::Moment(moment.timestamp(), moment.offset()));
    }
    normalized(text)?.parse().ok()
}

/// Reads a JSON value; `Ok(None)` stands for "no date given".
pub(super) fn from_json(value: &Value) -> Result<Option<Published>, String> {
    let published = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::Number(number) if number.as_f64() == Some(0.0) => return Ok(None),
        Value::String(text) => parse(text),
        Value::Number(number) => parse(&number.to_string()),
        _ => None,
    };
    published.map(Some).ok_or_else(|| value.to_string())
}

/// Like [`parse`], but a time without an offset yields its day alone: a page
/// gives the local time of a place that it does not name.
pub(super) fn parse_local(text: &str) -> Option<Published> {
    match parse(text)? {
        Published::Moment(moment, Offset::UTC) if !names_utc(text) => {
            Some(Published::Day(Offset::UTC.to_datetime(moment).date()))
        }
        published => Some(published),
    }
}

fn names_utc(text: &str) -> bool {
    let text = text.trim().to_ascii_uppercase();
    ["Z", "UTC", "GMT", "+00:00", "+0000", "-00:00"]
        .iter()
        .any(|name| text.ends_with(name))
        || text.bytes().all(|b| b.is_ascii_digit())
}

/// `20240417`: eight digits that are a date between 1900 and 2100.
fn looks_like_day(text: &str) -> bool {
    text.len() == 8 && (text.starts_with("19") || text.starts_with("20")) && parse_day(text).is_some()
}

fn parse_day(text: &str) -> Option<Published> {
    text.parse::<civil::Date>().ok().map(Published::Day)
}

/// Seconds since 1970, or milliseconds: a number that would lie beyond the year
/// 5138 in seconds is in milliseconds.
fn from_number(number: f64) -> Option<Published> {
    let milliseconds = if number.abs() < 1e11 {
        number * 1000.0
    } else {
        number
    };
    if !milliseconds.is_finite() || milliseconds.abs() > 1e15 {
        return None;
    }
    Timestamp::from_millisecond(milliseconds as i64)
        .ok()
        .map(|moment| Published::Moment(moment, Offset::UTC))
}

/// ISO spelling of `2024年4月7日 9:05`, `2024/4/7`, `2024-4-7 9:05:33 +0800`.
fn normalized(text: &str) -> Option<String> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    separator(&mut rest, &['年', '-', '/', '.'])?;
    let month = number(&mut rest, 2)?;
    separator(&mut rest, &['月', '-', '/', '.'])?;
    let day = number(&mut rest, 2)?;
    rest = rest.trim_start_matches(['日', '号']);
    let mut iso = format!("{year:04}-{month:02}-{day:02}");
    rest = rest.trim_start_matches([' ', '\u{A0}', '\u{3000}', 'T', ',', '，']);
    let Some(hour) = number(&mut rest, 2) else {
        return rest.is_empty().then_some(iso);
    };
    separator(&mut rest, &[':', '：', '时', '時'])?;
    let minute = number(&mut rest, 2)?;
    rest = rest.trim_start_matches('分');
    let second = match separator(&mut rest, &[':', '：']) {
        Some(()) => number(&mut rest, 2)?,
        None => 0,
    };
    iso += &format!("T{hour:02}:{minute:02}:{second:02}");
    let offset = rest.trim();
    iso += if offset.eq_ignore_ascii_case("utc") || offset.eq_ignore_ascii_case("gmt") {
        "Z"
    } else {
        offset
    };
    Some(iso)
}

fn number(rest: &mut &str, digits: usize) -> Option<u16> {
    let length = rest.bytes().take(digits).take_while(u8::is_ascii_digit).count();
    let (digits, tail) = rest.split_at(length);
    *rest = tail;
    digits.parse().ok()
}

fn separator(rest: &mut &str, accepted: &[char]) -> Option<()> {
    *rest = rest.strip_prefix(accepted)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn iso(text: &str) -> String {
        parse(text).map_or_else(|| "none".into(), |published| published.to_string())
    }

    #[test]
    fn spellings() {
        for (text, expected) in [
            ("2024-04-17", "2024-04-17"),
            ("20240417", "2024-04-17"),
            ("2024-04-17T14:15:01Z", "2024-04-17T14:15:01Z"),
            ("2024-04-17T22:15:01+08:00", "2024-04-17T22:15:01+08:00"),
            ("2024-04-17 22:15:01", "2024-04-17T22:15:01Z"),
            ("2024-4-7 9:05", "2024-04-07T09:05:00Z"),
            ("2024-04-17 22:15:01 +0800", "2024-04-17T22:15:01+08:00"),
            ("2024/04/17 22:15", "2024-04-17T22:15:00Z"),
            ("2024年4月17日 22:15", "2024-04-17T22:15:00Z"),
            ("2024年4月7日", "2024-04-07"),
            ("Wed, 14 Oct 2020 15:38:24 GMT", "2020-10-14T15:38:24Z"),
            ("Wed, 14 Oct 2020 15:38:24 +0800", "2020-10-14T15:38:24+08:00"),
            ("1713363301", "2024-04-17T14:15:01Z"),
            ("1713363301000", "2024-04-17T14:15:01Z"),
            ("昨天", "none"),
            ("2024-13-45", "none"),
            ("NaN", "none"),
            ("1e300", "none"),
            ("", "none"),
        ] {
            assert_eq!(iso(text), expected, "{text:?}");
        }
    }

    #[test]
    fn json_values() {
        let day = |value| from_json(&value).map(|p| p.map(|p| p.to_string()));
        assert_eq!(day(json!(null)), Ok(None));
        assert_eq!(day(json!(" ")), Ok(None));
        assert_eq!(
            day(json!(1713363301.5)),
            Ok(Some("2024-04-17T14:15:01.5Z".into()))
        );
        assert_eq!(day(json!(20240417)), Ok(Some("2024-04-17".into())));
        assert!(day(json!("someday")).is_err());
        assert!(day(json!(["2024"])).is_err());
    }

    #[test]
    fn local_times_keep_their_day() {
        let local = |text| parse_local(text).unwrap().to_string();
        assert_eq!(local("2024-04-17 23:15"), "2024-04-17");
        assert_eq!(local("2024-04-17T23:15:00Z"), "2024-04-17T23:15:00Z");
        assert_eq!(local("2024-04-17T23:15:00+08:00"), "2024-04-17T23:15:00+08:00");
    }
}
