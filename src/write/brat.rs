//! BRAT standoff: a folder with a `.txt` and an `.ann` file for each article.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use unicode_normalization::UnicodeNormalization;

use super::{folder_of, layout};
use crate::document::{Document, EntityType, Mention};
use crate::error::{Error, Result};

/// Longest file name made from an id, in bytes; leaves room for number and extension.
const MAX_NAME: usize = 180;

/// Names that Windows keeps for devices.
const RESERVED: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A folder that BRAT can open, which appears under its name when it is complete.
///
/// The `.txt` file holds [`Document::text`] as it is, the `.ann` file a text-bound
/// annotation `T1⇥PER 31 33⇥董军` for each mention, in code points. A mention that
/// goes over a line break or tab is written as the fragments around it. The files
/// are named after [`Document::id`]; `annotation.conf` and `visual.conf` declare
/// the types and their colours.
pub struct BratFolder {
    path: PathBuf,
    folder: TempDir,
    /// The names in use, in lower case, each with the last number added to it.
    names: HashMap<String, usize>,
}

impl BratFolder {
    /// Prepares the folder `path`.
    ///
    /// # Errors
    /// If the path exists and is not an empty folder (annotations made by hand are
    /// never overwritten), or its parent is not writable.
    pub fn create(path: &Path) -> Result<Self> {
        // Follows a symbolic link, which a rename would not.
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::read_dir(path).map(Iterator::count) {
            Ok(1..) => {
                let taken = io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "the folder is not empty: name a new one, so that no annotation is overwritten",
                );
                return Err(Error::io(path, taken));
            }
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::io(path, e)),
            _ => {}
        }
        let folder = Self::temporary(path).map_err(|e| Error::io(path, e))?;
        let new = Self {
            path: path.to_owned(),
            folder,
            names: HashMap::new(),
        };
        new.write_file("annotation.conf", &annotation_conf())?;
        new.write_file("visual.conf", &visual_conf())?;
        Ok(new)
    }

    fn temporary(path: &Path) -> io::Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".shiji-").suffix(".tmp");
        #[cfg(unix)]
        let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o777);
        #[cfg(unix)]
        builder.permissions(permissions);
        builder.tempdir_in(folder_of(path))
    }

    /// Writes the two files of one document.
    pub fn write(&mut self, document: &Document) -> Result<()> {
        let chars: Vec<char> = document.text.chars().collect();
        layout::check(document, chars.len()).map_err(|e| Error::io(&self.path, e))?;
        let name = self.unique_name(&document.id);
        self.write_file(&format!("{name}.txt"), &document.text)?;
        self.write_file(&format!("{name}.ann"), &annotations(document, &chars))
    }

    /// Gives the folder its name.
    pub fn finish(self) -> Result<()> {
        let Self { path, folder, .. } = self;
        // An empty folder of that name is in the way on some systems.
        let _ = fs::remove_dir(&path);
        fs::rename(folder.path(), &path).map_err(|e| Error::io(&path, e))?;
        // It has moved: there is nothing left to remove.
        let _ = folder.keep();
        Ok(())
    }

    fn write_file(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.folder.path().join(name), text).map_err(|e| Error::io(self.path.join(name), e))
    }

    /// A file name for `id` that no document before it has.
    fn unique_name(&mut self, id: &str) -> String {
        let name = safe_name(id);
        let mut number = self.names.get(&name.to_lowercase()).copied().unwrap_or(0);
        let unused = loop {
            number += 1;
            let candidate = if number == 1 {
                name.clone()
            } else {
                format!("{name}-{number}")
            };
            if number == 1 || !self.names.contains_key(&candidate.to_lowercase()) {
                break candidate;
            }
        };
        self.names.insert(unused.to_lowercase(), 1);
        self.names.insert(name.to_lowercase(), number);
        unused
    }
}

/// A file name that is the same on every system: letters, digits, `-`, `_` and `.`.
fn safe_name(id: &str) -> String {
    let mut name = String::new();
    for c in id.nfc() {
        if name.len() >= MAX_NAME {
            break;
        }
        let is_safe = c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        name.push(if is_safe { c } else { '_' });
    }
    let name = name.trim_matches('.');
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    match name {
        "" => "article".into(),
        name if RESERVED.contains(&stem.as_str()) => format!("_{name}"),
        name => name.into(),
    }
}

fn annotations(document: &Document, chars: &[char]) -> String {
    let mut lines = String::new();
    let written = document
        .mentions
        .iter()
        .map(|mention| (mention, fragments(mention, chars)));
    for (index, (mention, fragments)) in written.filter(|(_, f)| !f.is_empty()).enumerate() {
        let offsets: Vec<String> = fragments
            .iter()
            .map(|(start, end)| format!("{start} {end}"))
            .collect();
        let texts: Vec<String> = fragments
            .iter()
            .map(|&(start, end)| chars[start..end].iter().collect())
            .collect();
        // Writing into a String cannot fail.
        let _ = writeln!(
            lines,
            "T{}\t{} {}\t{}",
            index + 1,
            mention.kind,
            offsets.join(";"),
            texts.join(" ")
        );
    }
    lines
}

/// The parts of a mention between the characters that end a line or column.
fn fragments(mention: &Mention, chars: &[char]) -> Vec<(usize, usize)> {
    let is_break = |c: &char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let mut start = mention.start;
    let mut found = Vec::new();
    for part in chars[mention.start..mention.end].split(is_break) {
        if !part.is_empty() {
            found.push((start, start + part.len()));
        }
        start += part.len() + 1;
    }
    found
}

fn annotation_conf() -> String {
    let types = EntityType::ALL.map(EntityType::as_str).join("\n");
    format!("[entities]\n{types}\n\n[relations]\n\n[events]\n\n[attributes]\n")
}

fn visual_conf() -> String {
    let colors = EntityType::ALL.map(|kind| {
        let color = match kind {
            EntityType::Person => "#f4c2e7",
            EntityType::Location => "#bfe5bf",
            EntityType::Organization => "#b9d3f8",
        };
        format!("{kind}\tbgColor:{color}")
    });
    format!("[labels]\n\n[drawing]\n{}\n", colors.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::document;
    use super::*;
    use EntityType::{Location, Person};

    #[test]
    fn offsets_count_code_points_and_no_span_goes_over_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("brat");
        let mut brat = BratFolder::create(&path).unwrap();
        let tagged = document(
            "😀董军\n美国，拜\n登",
            &[("董军", Person), ("美国", Location), ("拜\n登", Person)],
        );
        brat.write(&tagged).unwrap();
        assert!(!path.exists());
        brat.finish().unwrap();
        assert_eq!(fs::read_to_string(path.join("a_1.md.txt")).unwrap(), tagged.text);
        assert_eq!(
            fs::read_to_string(path.join("a_1.md.ann")).unwrap(),
            "T1\tPER 1 3\t董军\nT2\tLOC 4 6\t美国\nT3\tPER 7 8;9 10\t拜 登\n"
        );
        assert!(
            fs::read_to_string(path.join("annotation.conf"))
                .unwrap()
                .contains("\nPER\nLOC\nORG\n")
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn names_are_safe_and_unique() {
        let folder = tempfile::tempdir().unwrap();
        let mut brat = BratFolder::create(&folder.path().join("x")).unwrap();
        let mut seen = std::collections::HashSet::new();
        let long = "史".repeat(500);
        let ids = [
            "../a", "a", "A", "a", "a-2", "a", "a-2", "", "..", "con.md", "a/b", "a_b", &long, &long, "a\n",
        ];
        for id in ids {
            let name = brat.unique_name(id);
            assert!(
                !name.contains(['/', '\\', '\n']) && !name.starts_with('.'),
                "{name:?}"
            );
            assert!(!name.is_empty() && name.len() < 200);
            assert!(seen.insert(name.to_lowercase()), "{name:?} for {id:?} is not new");
        }
        assert!(seen.contains("_con.md") && seen.contains("article"));
        for _ in 0..10_000 {
            assert!(seen.insert(brat.unique_name("a").to_lowercase()));
        }
    }

    #[test]
    fn a_folder_with_files_is_left_alone_and_an_empty_one_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("brat");
        fs::create_dir(&path).unwrap();
        BratFolder::create(&path).unwrap().finish().unwrap();
        let error = BratFolder::create(&path).err().unwrap().to_string();
        assert!(error.contains("not empty"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
