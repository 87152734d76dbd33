//! The house: which folder may look into which.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src/`, each before all that may use it.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["pattern"],
    &["reading", "rules", "index"],
    &["mail", "log", "matcher", "shipped"],
    &["engine"],
    &["suite"],
    &["authoring", "output"],
    &["scan", "live"],
    &["service", "watch"],
    &["cli"],
    &["lib", "main"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module of the crate that a file belongs to: its folder, or itself.
fn module_of(file: &Path, src: &Path) -> String {
    let first = file.strip_prefix(src).unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The lines of a file up to its tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| *line != "#[cfg(test)]").filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn imports_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 20);
    let mut wrong = Vec::new();
    for file in &files {
        let from = module_of(file, &src);
        let own = floor(&from).unwrap_or_else(|| panic!("src/{from} has no floor yet: add it to FLOORS"));
        for line in code(&fs::read_to_string(file).unwrap()) {
            let used =
                line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
            for used in used.filter(|used| !used.is_empty()) {
                let used = if used == "Engine" { "engine" } else { used };
                if used != from && floor(used).is_some_and(|floor| floor >= own) {
                    wrong.push(format!("{}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "these look upwards");
}

#[test]
fn facts_about_mail_systems_stand_in_rules_not_in_rust() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let set = modori::Engine::load(Vec::new()).expect("the shipped rules load");
    let providers = set.set().providers.iter().filter(|provider| provider.kind != modori::model::ProviderKind::Standard);
    let names: Vec<String> = set.set().categories.iter().map(|c| c.id.clone()).chain(providers.map(|p| p.id.clone())).collect();
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        // The lists of words are the model's own, and the actions of RFC 3464 bear the names of kinds.
        for line in code(&fs::read_to_string(file).unwrap()).filter(|line| !line.contains(" = \"") && !line.contains("Kind::")) {
            for name in names.iter().filter(|name| line.contains(&format!("\"{name}\""))) {
                wrong.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
