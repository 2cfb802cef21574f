//! From command-line paths to files: folders, patterns, standard input.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use glob::MatchOptions;
use walkdir::WalkDir;

use super::notices::Notices;
use crate::error::{Error, Result};

/// Name of standard input on the command line and in identifiers.
pub(super) const STDIN: &str = "-";

/// Endings of files that are never articles, skipped without opening them.
const NOT_TEXT: &[&str] = &[
    "7z",
    "avi",
    "bin",
    "bmp",
    "bz2",
    "css",
    "db",
    "dll",
    "doc",
    "docx",
    "eot",
    "epub",
    "exe",
    "gif",
    "ico",
    "jar",
    "jpeg",
    "jpg",
    "js",
    "m4a",
    "m4v",
    "map",
    "mkv",
    "mov",
    "mp3",
    "mp4",
    "o",
    "ogg",
    "onnx",
    "otf",
    "pdf",
    "png",
    "ppt",
    "pptx",
    "pyc",
    "rar",
    "safetensors",
    "so",
    "sqlite",
    "svg",
    "swf",
    "tar",
    "tgz",
    "tif",
    "tiff",
    "ttf",
    "wav",
    "webm",
    "webp",
    "woff",
    "woff2",
    "xls",
    "xlsx",
    "xz",
    "zip",
];

/// One input to open.
#[derive(Debug)]
pub(super) struct Source {
    /// The path as the user would write it; used in identifiers and messages.
    pub name: String,
    /// `None` is standard input.
    pub path: Option<PathBuf>,
    /// Whether it was found in a folder rather than named.
    pub found: bool,
}

/// The inputs that the arguments stand for, in the order of the arguments and,
/// inside a folder or pattern, of the names.
pub(super) struct Sources {
    arguments: vec::IntoIter<PathBuf>,
    matches: Option<Matches>,
    folder: Option<Folder>,
    notices: Arc<Notices>,
}

struct Matches {
    pattern: String,
    paths: glob::Paths,
    any: bool,
}

struct Folder {
    path: PathBuf,
    entries: walkdir::IntoIter,
    any: bool,
}

impl Sources {
    pub(super) fn new(arguments: Vec<PathBuf>, notices: Arc<Notices>) -> Self {
        Self {
            arguments: arguments.into_iter(),
            matches: None,
            folder: None,
            notices,
        }
    }

    /// Next file of the folder that is being read.
    fn next_in_folder(&mut self) -> Option<Result<Source>> {
        let folder = self.folder.as_mut()?;
        while let Some(entry) = folder.entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let place = error.path().unwrap_or(&folder.path).display().to_string();
                    folder.any = true;
                    return Some(Err(Error::input(place, walk_error(&error))));
                }
            };
            if entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.') {
                self.notices.skip(&entry.path().display().to_string(), "hidden");
                if entry.file_type().is_dir() {
                    folder.entries.skip_current_dir();
                }
                continue;
            }
            if !entry.file_type().is_file() {
                continue;
            }
            if has_ending(entry.path(), NOT_TEXT) {
                self.notices.skip(&entry.path().display().to_string(), "not text");
                continue;
            }
            folder.any = true;
            return Some(Ok(Source::file(entry.into_path(), true)));
        }
        let folder = self.folder.take()?;
        (!folder.any).then(|| {
            Err(Error::input(
                folder.path.display(),
                "no readable file in this folder",
            ))
        })
    }

    /// Next match of the pattern that is being expanded.
    fn next_match(&mut self) -> Option<Result<Source>> {
        while let Some(found) = self.matches.as_mut()?.paths.next() {
            if let Some(matches) = &mut self.matches {
                matches.any = true;
            }
            match found {
                Ok(path) => {
                    if let Some(source) = self.start(path) {
                        return Some(source);
                    }
                }
                Err(error) => return Some(Err(Error::input(error.path().display(), error.error()))),
            }
        }
        let matches = self.matches.take()?;
        (!matches.any).then(|| Err(Error::input(matches.pattern, "no file matches this pattern")))
    }

    /// Takes up an existing path: a file is returned, a folder entered.
    fn start(&mut self, path: PathBuf) -> Option<Result<Source>> {
        if !path.is_dir() {
            return Some(Ok(Source::file(path, false)));
        }
        let entries = WalkDir::new(&path)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        self.folder = Some(Folder {
            path,
            entries,
            any: false,
        });
        self.next_in_folder()
    }

    /// Takes up an argument.
    fn next_argument(&mut self, argument: PathBuf) -> Option<Result<Source>> {
        if argument.as_os_str() == STDIN {
            return Some(Ok(Source {
                name: STDIN.into(),
                path: None,
                found: false,
            }));
        }
        if argument.exists() {
            return self.start(argument);
        }
        let pattern = argument.display().to_string();
        if !pattern.contains(['*', '?', '[']) {
            return Some(Err(Error::input(pattern, "no such file or folder")));
        }
        let options = MatchOptions {
            require_literal_leading_dot: true,
            ..MatchOptions::new()
        };
        match glob::glob_with(&pattern, options) {
            Ok(paths) => {
                self.matches = Some(Matches {
                    pattern,
                    paths,
                    any: false,
                })
            }
            Err(error) => {
                return Some(Err(Error::input(
                    pattern,
                    format!("not a valid pattern: {error}"),
                )));
            }
        }
        self.next_match()
    }
}

impl Iterator for Sources {
    type Item = Result<Source>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(source) = self.next_in_folder().or_else(|| self.next_match()) {
                return Some(source);
            }
            let argument = self.arguments.next()?;
            if let Some(source) = self.next_argument(argument) {
                return Some(source);
            }
        }
    }
}

impl Source {
    fn file(path: PathBuf, found: bool) -> Self {
        Self {
            name: path.display().to_string(),
            path: Some(path),
            found,
        }
    }
}

fn walk_error(error: &walkdir::Error) -> String {
    match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!("link leads back to {}", ancestor.display()),
        (None, Some(error)) => error.to_string(),
        (None, None) => error.to_string(),
    }
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}
