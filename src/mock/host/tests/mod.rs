//! A host that serves a cloud which is nothing like those that the program knows.

mod admin;
mod client;
mod faults;
mod page;
mod state;
pub(super) mod toy_cloud;
mod wire;

use std::path::Path;

#[test]
fn the_host_names_no_cloud() {
    check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mock/host"));
}

fn check_folder(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // These tests need names to look for.
        if path.is_dir() && !path.ends_with("host/tests") {
            check_folder(&path);
        } else if path.is_file() {
            let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
            // Documentation may point at the settings of a cloud.
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for word in ["alibaba", "aliyun", "x-acs-", "mock::mutation", "mock::store", "describekey"] {
                assert!(!code.contains(word), "{}: {word}", path.display());
            }
        }
    }
}
