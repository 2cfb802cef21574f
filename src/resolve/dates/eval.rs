//! Scores [`resolve`] on data sets of other projects and on
//! articles annotated by hand, each under the conventions of its makers. What fails
//! and why is in `failures.md` beside this file.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use jiff::civil::Date;
use serde_json::Value;

use super::period::{Period, add_days, day};
use super::when::When;
use super::{DateMention, Modifier, Options, Precision, Prefer, Register, resolve};
use crate::error::{Error, Result};

/// A collection of test cases, one JSON object a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// Microsoft Recognizers-Text, Chinese DateTime specs: every result of type
    /// `date` or `daterange`, right if span and value are. Prepositions and 之前,
    /// 以后, 起 belong to the span. Of two values the first (past) is asked for.
    /// The end of a range may be the beginning of its last part or the day after.
    RecognizersText,
    /// JioNLP's time parser: points and spans of whole days; ends that are open
    /// or the present moment are not compared.
    JioNlp,
    /// Duckling's Chinese corpus: values of the grain day and coarser; right if
    /// one date is found and its first and last day are those of the value.
    Duckling,
    /// Articles with `published` and `mentions`; the DATE mentions, right if the
    /// span is and the value is among those accepted.
    Gold,
}

impl FromStr for DataSet {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "recognizers" => Ok(Self::RecognizersText),
            "jionlp" => Ok(Self::JioNlp),
            "duckling" => Ok(Self::Duckling),
            "gold" => Ok(Self::Gold),
            _ => Err(Error::Usage(format!(
                "unknown set of dates {name:?}: expected recognizers, jionlp, duckling or gold"
            ))),
        }
    }
}

/// How many cases were right, and which were not.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Cases that count.
    pub expected: usize,
    /// Dates found; only meaningful for [`DataSet::Gold`].
    pub found: usize,
    /// Cases that are right.
    pub right: usize,
    /// Cases left out, such as clock times.
    pub left_out: usize,
    /// A line on every case that is not right.
    pub failures: Vec<String>,
}

impl Report {
    /// Share of the expected cases that are right.
    pub fn recall(&self) -> f64 {
        self.right as f64 / self.expected.max(1) as f64
    }

    /// Share of the dates found that are right.
    pub fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.expected + self.found).max(1) as f64
    }

    fn count(&mut self, right: bool, failure: impl FnOnce() -> String) {
        self.expected += 1;
        if right {
            self.right += 1;
        } else {
            self.failures.push(failure());
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "  {failure}")?;
        }
        write!(
            f,
            "{} of {} right, {:.1} %; {} left out",
            self.right,
            self.expected,
            100.0 * self.recall(),
            self.left_out
        )?;
        if self.found > 0 {
            let (precision, f1) = (100.0 * self.precision(), 100.0 * self.f1());
            write!(
                f,
                "; {} found, precision {precision:.1} %, F1 {f1:.1} %",
                self.found
            )?;
        }
        writeln!(f)
    }
}

/// Scores the cases in the file at `path`.
///
/// # Errors
/// If the file cannot be read or a line is not a case of the set.
pub fn score(set: DataSet, path: &Path) -> Result<Report> {
    let content = fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
    let mut report = Report::default();
    for (number, line) in (1..)
        .zip(content.lines())
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let location = format!("{}:{number}", path.display());
        let case: Value = serde_json::from_str(line).map_err(|error| Error::input(&location, error))?;
        let scored = match set {
            DataSet::RecognizersText => recognizers(&case, &mut report),
            DataSet::JioNlp => jionlp(&case, &mut report),
            DataSet::Duckling => duckling(&case, &mut report),
            DataSet::Gold => gold(&case, &mut report),
        };
        scored.ok_or_else(|| Error::input(&location, "not a case of this set of dates"))?;
    }
    Ok(report)
}

fn recognizers(case: &Value, report: &mut Report) -> Option<()> {
    let options = Options {
        prefer: Prefer::Past,
        register: Register::Query,
        bounds_in_span: true,
        offset_spans: false,
    };
    let text = case["text"].as_str()?;
    // Texts without a date have no reference either.
    let reference = case["ref"].as_str().unwrap_or("2000-01-01");
    let found = resolve(text, reference.get(..10)?.parse::<Date>().ok()?, &options);
    for result in case["results"].as_array().into_iter().flatten() {
        let kind = result["type"].as_str()?;
        if !matches!(kind, "datetimeV2.date" | "datetimeV2.daterange") {
            report.left_out += 1;
            continue;
        }
        let (start, end) = (
            result["start"].as_u64()? as usize,
            result["end"].as_u64()? as usize + 1,
        );
        let value = &result["values"][0];
        let mention = found
            .iter()
            .find(|mention| (mention.start, mention.end) == (start, end));
        let right = mention.is_some_and(|mention| recognizers_value(mention, value));
        report.count(right, || {
            let expected = result["text"].as_str().unwrap_or_default();
            format!("{text}: expected {expected} {value}, found {}", list(&found))
        });
    }
    Some(())
}

fn recognizers_value(mention: &DateMention, value: &Value) -> bool {
    let Some(when) = mention.when() else {
        return false;
    };
    let is =
        |key: &str, date: Option<Date>| value[key].as_str() == date.map(|date| date.to_string()).as_deref();
    if value.get("value").is_some() {
        return is("value", when.first()) && mention.precision == Precision::Day;
    }
    let day = mention.precision == Precision::Day;
    let after = |date: Option<Date>| date.and_then(|date| add_days(date, 1));
    let modifier = value["Mod"].as_str();
    match mention.modifier {
        Some(Modifier::OnOrAfter) => modifier == Some("since") && is("start", when.first()),
        Some(Modifier::Before) => modifier == Some("before") && is("end", when.first()),
        Some(Modifier::After) => {
            let start = if day { when.first() } else { after(when.last()) };
            modifier == Some("after") && is("start", start)
        }
        Some(Modifier::OnOrBefore) => {
            let end = if day { when.last() } else { after(when.last()) };
            modifier == Some("until") && is("end", end)
        }
        _ => {
            let last_begins = match when {
                When::Range(_, to) => is("end", to.first()),
                When::Period(_) => false,
            };
            modifier.is_none() && is("start", when.first()) && (last_begins || is("end", after(when.last())))
        }
    }
}

/// The moment for which JioNLP's cases ask for the next date to come.
const JIONLP_FUTURE: &str = "2021-09-01 15:15:32";

fn jionlp(case: &Value, report: &mut Report) -> Option<()> {
    let kind = case["type"].as_str()?;
    let times: Vec<&str> = case["time"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let (&[from, to], "time_point" | "time_span") = (&*times, kind) else {
        report.left_out += 1;
        return Some(());
    };
    let (reference, now) = jionlp_reference(&case["ref"])?;
    let open = |time: &str| time.ends_with("inf") || time == now;
    let whole_days = (open(from) || from.ends_with(" 00:00:00")) && (open(to) || to.ends_with(" 23:59:59"));
    if !whole_days || (open(from) && open(to)) {
        report.left_out += 1;
        return Some(());
    }
    let text = case["text"].as_str()?;
    let options = Options {
        prefer: if now == JIONLP_FUTURE {
            Prefer::Future
        } else {
            Prefer::Current
        },
        register: Register::Query,
        ..Options::default()
    };
    let found = resolve(text, reference, &options);
    let same = |time: &str, date: Option<Date>| {
        open(time) || time.get(..10) == date.map(|date| date.to_string()).as_deref()
    };
    let right = match &*found {
        [mention] => {
            // 2025年前 includes 2025.
            let modifier = mention
                .modifier
                .filter(|modifier| matches!(modifier, Modifier::Start | Modifier::Mid | Modifier::End));
            let (first, last) = mention.when()?.bounds(modifier);
            let since = mention.modifier == Some(Modifier::OnOrAfter) && same(to, Some(reference));
            same(from, first) && (since || same(to, last))
        }
        _ => false,
    };
    report.count(right, || {
        format!("{text}: expected {from} to {to}, found {}", list(&found))
    });
    Some(())
}

/// The reference date, with its text if it is a full moment.
fn jionlp_reference(value: &Value) -> Option<(Date, String)> {
    if let Some(text) = value.as_str() {
        return Some((text.get(..10)?.parse().ok()?, text.to_owned()));
    }
    let part = |index: usize, key: &str, default: i64| {
        value
            .get(index)
            .or(value.get(key))
            .and_then(Value::as_i64)
            .unwrap_or(default)
    };
    let date = day(
        part(0, "year", 0) as i16,
        part(1, "month", 6) as i8,
        part(2, "day", 15) as i8,
    )?;
    Some((date, String::new()))
}

fn duckling(case: &Value, report: &mut Report) -> Option<()> {
    let value = case["value"].as_str()?;
    let grain = value.split(|c: char| !c.is_ascii_alphabetic()).rfind(|word| {
        matches!(
            *word,
            "Second" | "Minute" | "Hour" | "Day" | "Week" | "Month" | "Quarter" | "Year"
        )
    })?;
    if matches!(grain, "Second" | "Minute" | "Hour") {
        report.left_out += 1;
        return Some(());
    }
    let numbers: Vec<i16> = value
        .split('"')
        .next()?
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let date = |parts: &[i16]| day(parts[0], parts[1].max(1) as i8, parts[2].max(1) as i8);
    let first = date(numbers.get(..3)?)?;
    let last = match numbers.get(6..9) {
        Some(end) => add_days(date(end)?, -1)?,
        None => match grain {
            "Week" => add_days(first, 6)?,
            "Month" => Period::Month(first.year(), first.month()).last()?,
            "Quarter" => Period::Quarter(first.year(), (first.month() + 2) / 3).last()?,
            "Year" => Period::Year(first.year()).last()?,
            _ => first,
        },
    };
    let text = case["text"].as_str()?;
    let options = Options {
        prefer: Prefer::Future,
        register: Register::Query,
        offset_spans: true,
        ..Options::default()
    };
    let found = resolve(
        text,
        case["ref"].as_str()?.get(..10)?.parse::<Date>().ok()?,
        &options,
    );
    let right = matches!(&*found, [mention] if mention.bounds() == (Some(first), Some(last)));
    report.count(right, || {
        format!("{text}: expected {first} to {last}, found {}", list(&found))
    });
    Some(())
}

fn gold(case: &Value, report: &mut Report) -> Option<()> {
    let text = case["text"].as_str()?;
    let published: crate::document::Published = case["published"].as_str()?.parse().ok()?;
    let found = resolve(text, published.date(), &Options::default());
    report.found += found.len();
    let id = case["id"].as_str()?;
    let mut matched = vec![false; found.len()];
    for mention in case["mentions"].as_array()? {
        if mention["type"].as_str()? != "DATE" {
            continue;
        }
        let span = (
            mention["start"].as_u64()? as usize,
            mention["end"].as_u64()? as usize,
        );
        let values: Vec<&str> = mention["value"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let hit = found.iter().position(|date| (date.start, date.end) == span);
        let right = hit.is_some_and(|hit| values.contains(&found[hit].value.as_str()));
        if let Some(hit) = hit.filter(|_| right) {
            matched[hit] = true;
        }
        report.count(right, || {
            format!("{id}: missed {} {values:?} at {span:?}", mention["text"])
        });
    }
    let wrong = found.iter().zip(matched).filter(|(_, matched)| !matched);
    for (date, _) in wrong {
        report.failures.push(format!(
            "{id}: wrong {} {} at {}..{}",
            date.text, date.value, date.start, date.end
        ));
    }
    Some(())
}

fn list(mentions: &[DateMention]) -> String {
    let items: Vec<String> = mentions
        .iter()
        .map(|mention| match mention.modifier {
            Some(modifier) => format!("{} = {} {modifier:?}", mention.text, mention.value),
            None => format!("{} = {}", mention.text, mention.value),
        })
        .collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SHIJI_DATES=recognizers:FILE,gold:FILE cargo test --lib dates::eval -- --ignored --nocapture`
    #[test]
    #[ignore = "prints a report on the files named in SHIJI_DATES"]
    fn report() {
        for item in std::env::var("SHIJI_DATES").unwrap_or_default().split(',') {
            if let Some((set, path)) = item.split_once(':') {
                let report = score(set.parse().unwrap(), Path::new(path)).unwrap();
                println!("{report}  = {set}");
            }
        }
    }
}
