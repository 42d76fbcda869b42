//! Loading case files: the embedded ones, and folders of them.

use kms_conformance::provider::registry;
use kms_conformance::suite::files::{FilesError, embedded, read_dir};
use kms_conformance::suite::load::load;

#[test]
fn the_embedded_case_files_have_no_mistakes() {
    let files = embedded();
    for provider in registry::names() {
        let suite = load(files.clone(), Some(provider)).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        assert!(!suite.cases.is_empty());
        assert!(suite.cases.is_sorted_by(|one, other| one.id < other.id));
        for case in &suite.cases {
            let source = suite.source(case).unwrap();
            let file = files.iter().find(|file| file.path == source.file).unwrap();
            let line = file.text.lines().nth(source.line as usize - 1).unwrap();
            assert!(!line.trim().is_empty(), "{}: {line}", case.id);
        }
    }
}

#[test]
fn without_a_name_the_default_provider_is_loaded() {
    let suite = load(embedded(), None).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert_eq!(suite.service.provider, registry::default_provider().name);
}

#[test]
fn a_folder_of_providers_and_the_folder_of_a_provider_are_the_same() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let outer = read_dir(&cases).unwrap();
    assert_eq!(outer, embedded());
    let of = |provider: &str| {
        let files = outer.iter().filter(|file| file.path.split('/').next() == Some(provider));
        files.cloned().collect::<Vec<_>>()
    };
    for provider in registry::names() {
        assert_eq!(read_dir(&cases.join(provider)).unwrap(), of(provider), "{provider}");
    }
}

#[test]
fn a_folder_that_is_none_of_case_files_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read_dir(folder.path()), Err(FilesError::Empty { .. })));
    assert!(matches!(read_dir(&folder.path().join("none")), Err(FilesError::Unreadable { .. })));
    std::fs::write(folder.path().join("a.yaml"), [b'a', 0xff]).unwrap();
    let error = read_dir(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("a.yaml") && error.ends_with("is not UTF-8 text: line 1, column 2 is wrong; save it as UTF-8"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_too_big_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    std::fs::File::create(&path).unwrap().set_len(100 << 30).unwrap();
    assert_eq!(read_dir(folder.path()).unwrap_err().to_string(), format!("`{}` is bigger than 8 MiB", path.display()));
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_into_nothing_end() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    symlink(folder.path(), folder.path().join("a/back")).unwrap();
    assert!(matches!(read_dir(folder.path()), Err(FilesError::Loop { .. })));
    std::fs::remove_file(folder.path().join("a/back")).unwrap();
    symlink("nowhere", folder.path().join("a/b.yaml")).unwrap();
    assert!(matches!(read_dir(folder.path()), Err(FilesError::Unreadable { .. })));
}

#[test]
fn the_hash_of_a_suite_is_of_the_names_and_texts_of_its_files() {
    let hash = |files| load(files, None).unwrap_or_else(|diagnostics| panic!("{diagnostics}")).hash().to_owned();
    let files = embedded();
    let usual = hash(files.clone());
    assert!(usual.len() == 64 && usual.bytes().all(|byte| byte.is_ascii_hexdigit()), "{usual}");
    assert_eq!(hash(files.clone()), usual);
    let mut other = files;
    let file = other.iter_mut().find(|file| &*file.path == "alibaba/matrix/encrypt.yaml").unwrap();
    file.text = format!("{}# another\n", file.text).into();
    assert_ne!(hash(other), usual);
}
