//! Compiles the case files and the data of the self-test into the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    embed("cases", "case_files.rs")?;
    embed("src/self_test", "self_test_files.rs")
}

/// Writes the list of all YAML files below a folder, each with its path in it and its text.
fn embed(folder: &str, list: &str) -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join(folder);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name: Vec<_> = file.strip_prefix(&root).map_err(io::Error::other)?.iter().collect();
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        let (name, path) = (name.join("/"), file.display().to_string());
        writeln!(code, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    let target = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join(list);
    fs::write(target, code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
