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
    let layer = Layer { files: paths.iter().map(read).collect::<io::Result<_>>()? };
    fs::write(out.join("code_pages.rs"), pages(&root.join("docs/codes"))?)?;
    fs::write(out.join("shipped_rules.rs"), files(&layer, &paths, &out)?)?;
    fs::write(out.join("shipped_tables.rs"), tables(layer))
}

/// The files with their names and fingerprints, and the drafts where all of them are sound.
fn files(layer: &Layer, paths: &[PathBuf], out: &Path) -> io::Result<String> {
    let drafts = prepare(layer);
    let mut code = String::from("&[\n");
    for (index, (file, path)) in layer.files.iter().zip(paths).enumerate() {
        let prepared = match &drafts {
            None => "None".to_owned(),
            Some(drafts) => {
                let name = out.join(format!("draft_{index}"));
                fs::write(&name, &drafts[index])?;
                format!(
                    "Some(Prepared {{ text: include_str!({path:?}), draft: include_bytes!({name:?}), fingerprint: {:?} }})",
                    file.fingerprint()
                )
            }
        };
        let _ = writeln!(code, "    ({:?}, include_str!({path:?}), {prepared}),", file.name);
    }
    code.push(']');
    Ok(code)
}

/// The names of the rules, and the tables of their index.
fn tables(layer: Layer) -> String {
    let set = load(&[layer]).set;
    let names = "use std::borrow::Cow; use crate::index::{Entry, Filed, Owner, WindowTables, Windows};";
    let some = |set: &model::RuleSet| {
        let rules: Vec<&str> = set.rules.iter().map(|rule| rule.name.as_str()).collect();
        format!("{{ {names} Some((&{rules:?}, {})) }}", Tables::new(set).source())
    };
    set.as_ref().map_or_else(|| "None".to_owned(), some)
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
