//! The file or stream that output goes to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::folder_of;
use crate::error::{Error, Result};

const BUFFER: usize = 1 << 16;

/// A file that appears under its name only when it is complete, or standard output.
///
/// It is written to a temporary file in the same folder, which [`finish`] renames
/// and which is removed if the `OutputFile` is dropped before. A symbolic link is
/// followed; a device or named pipe is written directly.
///
/// [`finish`]: OutputFile::finish
pub struct OutputFile {
    path: PathBuf,
    target: Target,
}

enum Target {
    Stdout(BufWriter<Stdout>),
    Device(BufWriter<File>),
    Temporary {
        file: BufWriter<NamedTempFile>,
        destination: PathBuf,
    },
}

impl OutputFile {
    /// Opens the file at `path`, or standard output for `None`.
    ///
    /// # Errors
    /// If the path is a folder, or its folder does not exist or is not writable.
    pub fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self {
                path: "standard output".into(),
                target: Target::Stdout(BufWriter::with_capacity(BUFFER, io::stdout())),
            });
        };
        let target = Self::open(path).map_err(|e| Error::io(path, e))?;
        Ok(Self {
            path: path.to_owned(),
            target,
        })
    }

    fn open(path: &Path) -> io::Result<Target> {
        let existing = fs::metadata(path).ok();
        if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if existing.as_ref().is_some_and(|file| !file.is_file()) {
            let device = OpenOptions::new().write(true).open(path)?;
            return Ok(Target::Device(BufWriter::with_capacity(BUFFER, device)));
        }
        let destination = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".shiji-").suffix(".tmp");
        #[cfg(unix)]
        let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
        #[cfg(unix)]
        builder.permissions(permissions);
        let file = builder.tempfile_in(folder_of(&destination))?;
        if let Some(existing) = existing {
            file.as_file().set_permissions(existing.permissions())?;
        }
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Target::Temporary { file, destination })
    }

    /// The path as given, or `standard output`, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes out what is buffered and gives the file its name.
    pub fn finish(self) -> Result<()> {
        let Self { path, target } = self;
        let finished = match target {
            Target::Stdout(mut out) => out.flush(),
            Target::Device(mut out) => out.flush(),
            Target::Temporary { file, destination } => file
                .into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|file| {
                    file.as_file().sync_data()?;
                    file.persist(destination).map_err(|e| e.error)
                })
                .map(drop),
        };
        finished.map_err(|e| Error::io(path, e))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Stdout(out) => out.write(bytes),
            Target::Device(out) => out.write(bytes),
            Target::Temporary { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout(out) => out.flush(),
            Target::Device(out) => out.flush(),
            Target::Temporary { file, .. } => file.flush(),
        }
    }
}

/// Whether an error says that the reader of a pipe has gone (`shiji tag … | head`):
/// a reason to stop, not a failure.
pub fn is_broken_pipe(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Result<()> {
        let mut file = OutputFile::create(Some(path))?;
        file.write_all(text.as_bytes()).unwrap();
        file.finish()
    }

    #[test]
    fn a_folder_that_is_missing_or_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing/out.jsonl");
        let error = write(&missing, "x").unwrap_err().to_string();
        assert!(error.starts_with(&missing.display().to_string()), "{error}");
        assert!(write(folder.path(), "x").is_err());
    }

    #[test]
    fn broken_pipes_are_recognised() {
        let broken = Error::io("standard output", io::ErrorKind::BrokenPipe.into());
        assert!(is_broken_pipe(&broken));
        assert!(!is_broken_pipe(&Error::io("x", io::ErrorKind::NotFound.into())));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_are_kept_and_devices_written_directly() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&file, "one").unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o400, 0o400);
        assert_ne!(mode & 0o777, 0o600, "the umask decides, not the temporary file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        write(&link, "two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        write(Path::new("/dev/null"), "three").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
