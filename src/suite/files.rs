//! Where case files come from: the program itself, or a folder.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs, io};

use thiserror::Error;

use crate::input::{NotText, text};
use crate::yaml::BIGGEST_FILE;

/// A case file.
#[derive(Clone)]
pub struct CaseFile {
    /// Its path relative to the folder of case files, such as `alibaba/matrix/encrypt.yaml`.
    pub path: Arc<str>,
    /// What it says.
    pub text: Cow<'static, str>,
    /// The file of the program that it is.
    built_in: Option<&'static BuiltIn>,
}

impl CaseFile {
    /// A file of any source.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), text: text.into(), built_in: None }
    }

    /// The tokens of the text, if they were recorded when the program was built. There are none of a text that was
    /// changed since.
    pub(super) fn tokens(&self) -> Option<&'static [u8]> {
        self.built_in.filter(|_| self.is_built_in())?.tokens
    }

    /// Whether it is a part of the program as it was built.
    pub(super) fn is_built_in(&self) -> bool {
        self.built_in.is_some_and(|file| std::ptr::eq(file.text, &*self.text))
    }
}

/// Where it comes from does not count.
impl PartialEq for CaseFile {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, &self.text) == (&other.path, &other.text)
    }
}

impl Eq for CaseFile {}

impl fmt::Debug for CaseFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CaseFile").field("path", &self.path).field("text", &self.text).finish_non_exhaustive()
    }
}

/// A case file that was compiled into the program.
struct BuiltIn {
    path: &'static str,
    text: &'static str,
    /// The tokens of its text, unless it has mistakes.
    tokens: Option<&'static [u8]>,
}

static BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/case_files.rs"));

/// The case files that were compiled into the program, by path.
pub fn embedded() -> Vec<CaseFile> {
    let files = BUILT_IN.iter();
    files.map(|file| CaseFile { built_in: Some(file), ..CaseFile::new(file.path, file.text) }).collect()
}

/// Why a folder of case files can't be read.
#[derive(Debug, Error)]
pub enum FilesError {
    /// A file or folder can't be read.
    #[error("can't read `{path}`: {cause}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file is not text.
    #[error("can't read `{path}`: {reason}")]
    NoText {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: NotText,
    },
    /// A file is too big to be a case file.
    #[error("`{path}` is bigger than {} MiB", BIGGEST_FILE >> 20)]
    TooBig {
        /// The file.
        path: PathBuf,
    },
    /// A path that names files in reports must be text.
    #[error("the name `{path}` is not UTF-8 text")]
    BadName {
        /// The file.
        path: PathBuf,
    },
    /// The folder holds more than case files could.
    #[error("`{path}` holds more than {MOST_FILES} files or {} MiB of case files", MOST_BYTES >> 20)]
    TooMuch {
        /// The folder.
        path: PathBuf,
    },
    /// A folder links back to one that holds it.
    #[error("`{path}` links back to a folder that holds it")]
    Loop {
        /// The link.
        path: PathBuf,
    },
    /// There is nothing to read.
    #[error("no case file (`*.yaml`) in `{path}`")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

const MOST_FILES: usize = 200_000;
const MOST_BYTES: usize = 256 << 20;
/// Below the folder of case files there are providers and their parts; more is a sign of a wrong folder.
const DEEPEST: usize = 8;

/// The case files of a folder, by path. The folder holds folders of providers, or is that of a provider.
///
/// # Errors
///
/// When a file or folder can't be read, or is not a case file by its size or name. The first such trouble ends the
/// reading; it says nothing about what the files mean.
pub fn read_dir(folder: &Path) -> Result<Vec<CaseFile>, FilesError> {
    let unreadable = |cause| FilesError::Unreadable { path: folder.to_owned(), cause };
    let real = folder.canonicalize().map_err(unreadable)?;
    let mut reader = Reader::new(folder, Limits { entries: MOST_FILES, bytes: MOST_BYTES });

    // Ids and reports name files by their provider, so its folder is part of their path.
    let prefix = if is_of_one_provider(&real) {
        let name = real.file_name().and_then(|name| name.to_str());
        format!("{}/", name.ok_or_else(|| FilesError::BadName { path: real.clone() })?)
    } else {
        String::new()
    };

    reader.read(folder, real, &prefix, 0)?;
    if reader.found.is_empty() {
        return Err(FilesError::Empty { path: folder.to_owned() });
    }

    // File systems list a folder in any order.
    reader.found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(reader.found)
}

/// Whether a folder is that of one provider, and not one of several.
pub fn is_of_one_provider(folder: &Path) -> bool {
    folder.join("kms.yaml").is_file() || folder.join("matrix").is_dir()
}

/// How much is read.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Files and folders.
    entries: usize,
    bytes: usize,
}

struct Reader<'a> {
    root: &'a Path,
    limits: Limits,
    found: Vec<CaseFile>,
    entries: usize,
    bytes: usize,
    /// The real paths of the folders that are being read.
    holders: BTreeSet<PathBuf>,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Path, limits: Limits) -> Self {
        Self { root, limits, found: Vec::new(), entries: 0, bytes: 0, holders: BTreeSet::new() }
    }
}

impl Reader<'_> {
    fn read(&mut self, folder: &Path, real: PathBuf, prefix: &str, depth: usize) -> Result<(), FilesError> {
        if depth > DEEPEST {
            return Err(self.too_much());
        }

        // Links are followed, and one to a folder above would be read without end.
        if !self.holders.insert(real.clone()) {
            return Err(FilesError::Loop { path: folder.to_owned() });
        }

        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |cause| FilesError::Unreadable { path, cause }
        };

        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            self.entries += 1;
            if self.entries > self.limits.entries {
                return Err(self.too_much());
            }
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(FilesError::BadName { path });
            };
            // Editors and version control leave such files behind.
            if name.starts_with('.') {
                continue;
            }
            let name = format!("{prefix}{name}");
            let kind = fs::metadata(&path).map_err(unreadable(&path))?;
            if kind.is_dir() {
                let real = path.canonicalize().map_err(unreadable(&path))?;
                self.read(&path, real, &format!("{name}/"), depth + 1)?;
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                let text = self.text(&path)?;
                self.found.push(CaseFile::new(name, text));
            }
        }

        self.holders.remove(&real);
        Ok(())
    }

    fn text(&mut self, path: &Path) -> Result<String, FilesError> {
        use io::Read as _;

        let unreadable = |cause| FilesError::Unreadable { path: path.to_owned(), cause };
        let kind = fs::metadata(path).map_err(unreadable)?;
        if !kind.is_file() {
            // A pipe or a device could be read for ever.
            return Err(unreadable(io::Error::other("it is not a regular file")));
        }
        let mut bytes = Vec::new();
        let limit = BIGGEST_FILE as u64 + 1;
        fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(unreadable)?;
        if bytes.len() > BIGGEST_FILE {
            return Err(FilesError::TooBig { path: path.to_owned() });
        }
        bytes.shrink_to_fit();
        self.bytes += bytes.len();
        if self.bytes > self.limits.bytes {
            return Err(self.too_much());
        }
        text(bytes).map_err(|reason| FilesError::NoText { path: path.to_owned(), reason })
    }

    fn too_much(&self) -> FilesError {
        FilesError::TooMuch { path: self.root.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_of_the_text_that_was_compiled_in() {
        let mut files = embedded();
        assert!(!files.is_empty() && files.iter().all(|file| file.tokens().is_some()));
        files[0].text = files[0].text.to_string().into();
        assert_eq!(files[0].tokens(), None);
        assert_eq!(CaseFile::new("a.yaml", "a: 1\n").tokens(), None);
    }

    #[test]
    fn folders_are_read_eight_deep_and_no_deeper() {
        let root = tempfile::tempdir().unwrap();
        let deepest = (0..DEEPEST).fold(root.path().to_owned(), |path, level| path.join(level.to_string()));
        fs::create_dir_all(&deepest).unwrap();
        fs::write(deepest.join("kms.yaml"), "format: 1\n").unwrap();
        let found = read_dir(root.path()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(&*found[0].path, "0/1/2/3/4/5/6/7/kms.yaml");
        fs::create_dir(deepest.join("8")).unwrap();
        let error = read_dir(root.path()).unwrap_err();
        assert!(matches!(error, FilesError::TooMuch { .. }), "{error}");
    }

    #[test]
    fn no_more_is_read_than_the_limits_say() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("folder")).unwrap();
        for path in ["a.yaml", "b.txt", "folder/c.yml"] {
            fs::write(root.path().join(path), "12345").unwrap();
        }

        let read = |entries, bytes| {
            let mut reader = Reader::new(root.path(), Limits { entries, bytes });
            reader.read(root.path(), root.path().canonicalize().unwrap(), "", 0).map(|()| reader.found.len())
        };

        assert_eq!(read(4, 10).unwrap(), 2);
        for (entries, bytes) in [(3, 10), (1, 10), (4, 9), (4, 4)] {
            let error = read(entries, bytes).unwrap_err();
            assert!(matches!(error, FilesError::TooMuch { .. }), "{entries} {bytes}: {error}");
        }
    }

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.yaml");
        let file = fs::File::create(&path).unwrap();
        file.set_len(BIGGEST_FILE as u64).unwrap();
        assert_eq!(read_dir(root.path()).unwrap()[0].text.len(), BIGGEST_FILE);
        file.set_len(BIGGEST_FILE as u64 + 1).unwrap();
        let error = read_dir(root.path()).unwrap_err();
        assert!(matches!(error, FilesError::TooBig { .. }), "{error}");
    }

    #[test]
    fn the_folder_of_a_provider_is_known_by_what_is_in_it() {
        for (made, wanted) in
            [("kms.yaml", "some/kms.yaml"), ("matrix/a.yaml", "some/matrix/a.yaml"), ("b/c.yaml", "b/c.yaml")]
        {
            let root = tempfile::tempdir().unwrap();
            let file = root.path().join("some").join(made);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "format: 1\n").unwrap();
            let found = read_dir(&root.path().join("some")).unwrap();
            assert_eq!(&*found[0].path, wanted);
        }
    }
}
