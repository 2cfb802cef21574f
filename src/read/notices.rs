//! What is worth telling the user after a run though it stopped nothing.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts of what was passed over while reading, shared by all threads.
#[derive(Debug, Default)]
pub struct Notices {
    skipped: Tally,
    dates: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    count: AtomicU64,
    first: Mutex<Option<String>>,
}

impl Notices {
    /// Files of a folder that were not read, because they are hidden or not text.
    pub fn skipped_files(&self) -> u64 {
        self.skipped.count.load(Ordering::Relaxed)
    }

    /// Articles whose date is given but cannot be read; they go without one.
    pub fn unreadable_dates(&self) -> u64 {
        self.dates.count.load(Ordering::Relaxed)
    }

    pub(super) fn skip(&self, path: &str, reason: &str) {
        self.skipped.add(|| format!("{path}: {reason}"));
    }

    pub(super) fn unreadable_date(&self, location: &str, date: &str) {
        self.dates.add(|| format!("{location}: {date}"));
    }
}

impl fmt::Display for Notices {
    /// A line for each kind of notice with its count and the first case;
    /// nothing if there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.skipped.write(f, "files in folders skipped")?;
        self.dates.write(f, "dates not understood and left out")
    }
}

impl Tally {
    fn add(&self, case: impl FnOnce() -> String) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(case);
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        match &*first {
            Some(first) => writeln!(
                f,
                "{} {what} (first: {first})",
                self.count.load(Ordering::Relaxed)
            ),
            None => Ok(()),
        }
    }
}
