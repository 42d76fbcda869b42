//! Compiles the case files and the data of the self-test into the program.

#[allow(dead_code, reason = "the program reads what is recorded here")]
#[path = "src/yaml/token.rs"]
mod token;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/yaml/token.rs");
    let place = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(place.join("case_files.rs"), case_files(&place)?)?;
    fs::write(place.join("self_test_files.rs"), self_test_files()?)
}

/// The list of the case files, each with its path, its text, and the tokens of its text.
fn case_files(place: &Path) -> io::Result<String> {
    let mut list = String::from("&[\n");
    for (number, File { name, path }) in files("cases")?.iter().enumerate() {
        // A text with a mistake is parsed when the program runs, and reported then.
        let tokens = match token::record(&fs::read_to_string(path)?) {
            Some(tokens) => {
                let recorded = place.join(format!("tokens-{number}"));
                fs::write(&recorded, tokens)?;
                format!("Some(include_bytes!({:?}))", recorded.display().to_string())
            }
            None => "None".to_owned(),
        };
        let path = path.display().to_string();
        writeln!(list, "    BuiltIn {{ path: {name:?}, text: include_str!({path:?}), tokens: {tokens} }},")
            .map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    Ok(list)
}

/// The list of the files of the self-test, each with its path and its text.
fn self_test_files() -> io::Result<String> {
    let mut list = String::from("&[\n");
    for File { name, path } in files("src/self_test")? {
        let path = path.display().to_string();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    Ok(list)
}

/// A YAML file, and its path below a folder.
struct File {
    name: String,
    path: PathBuf,
}

/// All YAML files below a folder of the package, by path.
fn files(folder: &str) -> io::Result<Vec<File>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join(folder);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();

    let named = |path: PathBuf| {
        let below = path.strip_prefix(&root).map_err(io::Error::other)?;
        let name: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        Ok(File { name: name.join("/"), path })
    };
    paths.into_iter().map(named).collect()
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
