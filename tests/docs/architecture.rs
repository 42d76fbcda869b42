//! The architecture page is true: its paths exist, and no module uses one that is not on a lower floor.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

const PAGE: &str = include_str!("../../docs/architecture.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The floor of each module, from the table.
fn floors() -> BTreeMap<String, u32> {
    let row = Regex::new(r"(?m)^\| (\d) \| ([a-z_ ]+) \|").unwrap();
    let rows = row.captures_iter(PAGE).map(|row| (row[1].parse().unwrap(), row[2].to_owned()));
    rows.flat_map(|(floor, names)| names.split(' ').map(|name| (name.to_owned(), floor)).collect::<Vec<_>>()).collect()
}

/// The files of a module that are not for its tests.
fn files_of(module: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("src").join(module)];
    let file = root().join("src").join(module).with_extension("rs");
    files.extend(file.is_file().then_some(file));

    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" && name != "sample.rs" {
                files.push(path);
            }
        }
    }
    files
}

/// The modules that a file uses by `crate::name`, outside of comments and unit tests.
fn used_by(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let path = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    path.captures_iter(&code.join("\n")).map(|path| path[1].to_owned()).collect()
}

#[test]
fn every_path_on_the_page_exists() {
    let path = Regex::new("`((?:src|cases|tests)/[^`*]*)`").unwrap();
    let paths: Vec<&str> = path.captures_iter(PAGE).map(|path| path.get(1).unwrap().as_str()).collect();
    assert!(paths.len() > 20, "{paths:?}");

    let missing: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_module_is_on_a_floor_and_uses_lower_floors_only() {
    let floors = floors();
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared = Regex::new(r"(?m)^(?:pub )?mod ([a-z_]+);").unwrap();
    let modules: Vec<String> = declared.captures_iter(&library).map(|module| module[1].to_owned()).collect();
    assert_eq!(modules.len(), floors.len(), "{modules:?}");

    let mut upwards = Vec::new();
    for module in &modules {
        let floor = floors[module];
        for file in files_of(module) {
            let used = used_by(&file).into_iter().filter(|used| used != module);
            upwards.extend(
                used.filter(|used| floors[used] >= floor).map(|used| format!("{} uses {used}", file.display())),
            );
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}
