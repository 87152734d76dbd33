//! Puts the rule files into the binary: as they are, and made ready, so that no TOML has to be read when it starts. Beside
//! them the pages on codes in `docs/codes`.
//!
//! A new file in `rules/` needs no Rust. Files with errors are put in as they are; the program then says what is wrong.

#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, missing_debug_implementations)]
#[path = "src/index/mod.rs"]
mod index;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, missing_debug_implementations)]
#[path = "src/model/mod.rs"]
mod model;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, missing_debug_implementations)]
#[path = "src/pattern/mod.rs"]
mod pattern;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, missing_debug_implementations)]
#[path = "src/rules/mod.rs"]
mod rules;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use index::Tables;
use model::RuleSet;
use rules::{Layer, RawFile, load, prepare};

fn main() -> io::Result<()> {
    for watched in ["rules", "src/index", "src/model", "src/pattern", "src/rules"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut paths = Vec::new();
    collect(&root.join("rules"), &mut paths)?;
    paths.sort();
    let name = |path: &PathBuf| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let read = |path: &PathBuf| Ok(RawFile::new(name(path), Ok(fs::read(path)?)));
    let layer = Layer::from(paths.iter().map(read).collect::<io::Result<Vec<_>>>()?);
    fs::write(out.join("code_pages.rs"), pages(&root.join("docs/codes"))?)?;
    fs::write(out.join("shipped_rules.rs"), files(&layer, &paths))?;
    let set = load(&[layer]).set;
    fs::write(out.join("shipped_set"), set.as_ref().and_then(prepare).unwrap_or_default())?;
    fs::write(out.join("shipped_tables.rs"), set.as_ref().map_or_else(|| "None".to_owned(), tables))
}

/// The files with their names and fingerprints.
fn files(layer: &Layer, paths: &[PathBuf]) -> String {
    let mut code = String::from("&[\n");
    for (file, path) in layer.files.iter().zip(paths) {
        let _ = writeln!(code, "    ({:?}, include_str!({path:?}), {:?}),", file.name, file.fingerprint());
    }
    code.push(']');
    code
}

/// How many rules there are, and the tables of their index.
fn tables(set: &RuleSet) -> String {
    let names = "use std::borrow::Cow; use crate::index::{Entry, Filed, Owner, WindowTables, Windows};";
    format!("{{ {names} Some(({}, {})) }}", set.rules.len(), Tables::new(set).source())
}

/// The pages on codes, by the codes that are their names.
fn pages(folder: &Path) -> io::Result<String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut pages = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    pages.sort();
    let mut code = String::from("&[\n");
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let name = page.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(code, "    ({name:?}, include_str!({:?})),", page.to_string_lossy());
    }
    code.push(']');
    Ok(code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if name.ends_with(".toml") && !name.ends_with(".test.toml") {
            files.push(path);
        }
    }
    Ok(())
}
