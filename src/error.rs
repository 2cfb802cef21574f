//! What can go wrong, always with the file, line or record it went wrong in.

use std::path::{Path, PathBuf};

/// Result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names what was being read and how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or folder that was being read or written.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// An article, a record or a line of input is not what its format asks for.
    #[error("{location}: {reason}")]
    Input {
        /// `path`, or `path:line` where a line is known.
        location: String,
        /// What is wrong and what was expected.
        reason: String,
    },
    /// A model, dictionary or knowledge-base file is damaged or of another version.
    #[error("{name}: {reason}")]
    Resource {
        /// Name or path of the resource.
        name: String,
        /// What is wrong and what was expected.
        reason: String,
    },
    /// An option has a value that cannot be used.
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// Wraps an I/O error with the path it happened on.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }

    /// An unreadable article or record at `location` (`path` or `path:line`).
    pub fn input(location: impl ToString, reason: impl ToString) -> Self {
        Self::Input {
            location: location.to_string(),
            reason: reason.to_string(),
        }
    }

    /// An unusable model, dictionary or knowledge base.
    pub fn resource(name: impl ToString, reason: impl ToString) -> Self {
        Self::Resource {
            name: name.to_string(),
            reason: reason.to_string(),
        }
    }
}
