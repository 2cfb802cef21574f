//! The data that flows through the pipeline: an [`Article`] comes out of
//! [`read`](crate::read), a [`Document`] goes into [`write`](crate::write).
//!
//! Every offset in this crate's public types counts **Unicode code points** of
//! [`Document::text`] and is half-open: `start..end`.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, civil, tz::Offset};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::resolve::dates::DateMention;
use crate::resolve::entities::Entity;
use crate::resolve::topics::Topic;

/// Version of the record layout, written as the first field of every record.
pub const SCHEMA: &str = "shiji/1";

/// One article as read from the corpus, before tagging.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// Identifier that is stable from run to run: the corpus's own id if it has
    /// one, else the path of the file (with the line number where a file holds
    /// several articles).
    pub id: String,
    /// Address the article was published at.
    pub url: Option<String>,
    /// Outlet.
    pub source: Option<String>,
    /// Headline, without the outlet's suffix; never contains a line break.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<Published>,
    /// Body text, a paragraph a line, without trailing line break.
    pub body: String,
}

impl Article {
    /// The text that is tagged: title, line break, body. An article without a
    /// title has the body alone.
    pub fn text(&self) -> String {
        match &self.title {
            Some(title) if self.body.is_empty() => title.clone(),
            Some(title) => format!("{title}\n{}", self.body),
            None => self.body.clone(),
        }
    }
}

/// One tagged article: the record that [`write`](crate::write) serialises.
///
/// The order of the fields is the order in the JSON output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Layout version, [`SCHEMA`].
    pub schema: String,
    /// See [`Article::id`].
    pub id: String,
    /// See [`Article::url`].
    pub url: Option<String>,
    /// See [`Article::source`].
    pub source: Option<String>,
    /// See [`Article::title`].
    pub title: Option<String>,
    /// See [`Article::published`].
    pub published: Option<Published>,
    /// See [`Article::text`]; all offsets point into this.
    pub text: String,
    /// Named entities in text order; they never overlap.
    pub mentions: Vec<Mention>,
    /// Who and what the mentions name, each once, in the order of the mentions.
    #[serde(default)]
    pub entities: Vec<Entity>,
    /// Expressions that say when, resolved, in text order.
    #[serde(default)]
    pub dates: Vec<DateMention>,
    /// What the article is about, by scheme and falling score.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// Words with part of speech, on request (`--tokens`); no mention begins or
    /// ends inside a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<Token>>,
}

/// A named entity at a place in the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// `text[start..end]`, as it stands in the article.
    pub text: String,
    /// What kind of entity it is.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// The model's probability that span and type are right, rounded to three
    /// decimals; at most 0.5 where a dictionary of names decided.
    pub confidence: f64,
    /// [`Entity::id`] of the one it names; `None` where that cannot be decided.
    #[serde(default)]
    pub entity: Option<String>,
}

/// The kinds of entities, with the names that the Chinese data sets use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntityType {
    /// People.
    #[serde(rename = "PER")]
    Person,
    /// Countries, places, buildings as places.
    #[serde(rename = "LOC")]
    Location,
    /// Organisations.
    #[serde(rename = "ORG")]
    Organization,
}

impl EntityType {
    /// All types, in the order of the model's labels.
    pub const ALL: [EntityType; 3] = [Self::Person, Self::Location, Self::Organization];

    /// `PER`, `LOC` or `ORG`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "PER",
            Self::Location => "LOC",
            Self::Organization => "ORG",
        }
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EntityType {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| Error::Usage(format!("unknown entity type {name:?}: expected PER, LOC or ORG")))
    }
}

/// A word of the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// `text[start..end]`.
    pub text: String,
    /// Part of speech in the tag set of jieba (ICTCLAS): `n`, `nr`, `v`, …
    pub pos: String,
}

/// When an article was published, as precisely as the corpus says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Published {
    /// Only the day is known.
    Day(civil::Date),
    /// A moment, with the offset from UTC that the corpus gives it in.
    Moment(Timestamp, Offset),
}

impl Published {
    /// Moment given by milliseconds since the Unix epoch.
    pub fn from_epoch_milliseconds(milliseconds: i64) -> Option<Self> {
        let moment = Timestamp::from_millisecond(milliseconds).ok()?;
        Some(Self::Moment(moment, Offset::UTC))
    }

    /// The day of publication, in the offset that the corpus gives.
    pub fn date(self) -> civil::Date {
        match self {
            Self::Day(date) => date,
            Self::Moment(moment, offset) => offset.to_datetime(moment).date(),
        }
    }
}

impl fmt::Display for Published {
    /// ISO 8601: `2024-04-17`, `2024-04-17T14:15:01Z` or `2024-04-17T22:15:01+08:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Day(date) => write!(f, "{date}"),
            Self::Moment(moment, Offset::UTC) => write!(f, "{moment}"),
            Self::Moment(moment, offset) => write!(f, "{}", moment.display_with_offset(offset)),
        }
    }
}

impl FromStr for Published {
    type Err = Error;

    /// Reads ISO 8601 (a date, or a date and time with or without an offset; no
    /// offset means UTC).
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let unreadable = || {
            Error::Usage(format!(
                "{text:?} is not a date: expected ISO 8601 such as 2024-04-17T14:15:01Z"
            ))
        };
        if text.len() > 10 && text.is_char_boundary(10) {
            if let Ok(moment) = text.parse::<Timestamp>() {
                let offset = offset_of(text).unwrap_or(Offset::UTC);
                return Ok(Self::Moment(moment, offset));
            }
            let local: civil::DateTime = text.parse().map_err(|_| unreadable())?;
            let moment = Offset::UTC.to_timestamp(local).map_err(|_| unreadable())?;
            return Ok(Self::Moment(moment, Offset::UTC));
        }
        text.parse().map(Self::Day).map_err(|_| unreadable())
    }
}

/// The numeric offset at the end of an ISO 8601 date-time, `+08:00` or `+0800`.
fn offset_of(text: &str) -> Option<Offset> {
    let sign = text.rfind(['+', '-']).filter(|&at| at > 10)?;
    let digits: String = text[sign + 1..].chars().filter(|c| *c != ':').collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).unwrap_or("0").parse().ok()?;
    let seconds = (hours * 60 + minutes) * 60;
    let signed = if text[sign..].starts_with('-') {
        -seconds
    } else {
        seconds
    };
    Offset::from_seconds(signed).ok()
}

impl Serialize for Published {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Published {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_keeps_its_precision_and_offset() {
        for text in ["2024-04-17", "2024-04-17T14:15:01Z", "2017-01-18T19:49:16+08:00"] {
            assert_eq!(text.parse::<Published>().unwrap().to_string(), text);
        }
        let late: Published = "2017-01-18T23:49:16+08:00".parse().unwrap();
        assert_eq!(late.date().to_string(), "2017-01-18");
        assert!("yesterday".parse::<Published>().is_err());
        assert!("二〇二四年四月".parse::<Published>().is_err());
    }

    #[test]
    fn epoch_of_the_founding_article() {
        let published = Published::from_epoch_milliseconds(1_713_363_301_000).unwrap();
        assert_eq!(published.to_string(), "2024-04-17T14:15:01Z");
    }
}
