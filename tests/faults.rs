//! What rule files that are wrong get told: one broken file a case, the whole answer pinned.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use modori::output::{render_faults, render_github, sarif_log};
use modori::rules::{Code, Fault, Layer, RawFile, load, load_valid};
use modori::suite::{Depth, audit};

/// The faults of one file over the shipped rules, all that there is to find.
fn faults_of(file: RawFile) -> Vec<Fault> {
    let name = file.name.clone();
    // What a file is about decides how far one looks: no golden pair but its own is about examples.
    let depth = if name.starts_with("unhit") { Depth::Strict } else { Depth::Usual };
    let found = audit(&[Layer::shipped(), Layer::from(vec![file])], depth);
    found.faults.into_iter().filter(|fault| *fault.source.name == *name).collect()
}

fn raw(name: &str, bytes: &[u8]) -> RawFile {
    RawFile::new(name.to_owned(), Ok(bytes.to_vec()))
}

#[test]
fn every_fault_says_where_what_and_what_to_write() {
    common::settings().bind(|| {
        insta::glob!("faults/*.toml", |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let faults = faults_of(raw(&name, &fs::read(path).unwrap()));
            assert!(!faults.is_empty(), "{name} has no fault");
            insta::assert_snapshot!(render_faults(&faults, false));
        });
    });
}

#[test]
fn every_code_has_a_page_and_a_golden_pair() {
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(Code::pages().collect::<BTreeSet<_>>(), codes, "docs/codes has a page for each code and no other");
    let list = include_str!("../docs/codes.md");
    for code in &codes {
        assert!(list.contains(&format!("| [{code}](codes/{code}.md) | ")), "docs/codes.md does not list {code}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let mut shown = BTreeSet::new();
    let mut japanese = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let faults = faults_of(raw(&name, &fs::read(&path).unwrap()));
        japanese += faults.iter().filter(|fault| !fault.source.text.is_ascii()).count();
        shown.extend(faults.iter().map(|fault| fault.code.name()));
        for fault in &faults {
            assert!(fault.code.page().contains(&format!("\nLevel: {}.\n", fault.level)), "the page of {} tells another level", fault.code);
        }
    }
    // A file that cannot be read is no file of this folder; it has tests of its own below.
    shown.insert(Code::Unreadable.name());
    assert_eq!(shown, codes);
    assert!(japanese > 20, "carets must stand right under wide characters too");
}

#[test]
fn programs_get_the_same_faults() {
    common::settings().bind(|| {
        let text = include_str!("faults/duplicate-pattern.toml");
        let faults = faults_of(raw("my rules/重複.toml", text.as_bytes()));
        insta::assert_snapshot!("faults-github", render_github(&faults));
        insta::assert_snapshot!("faults-sarif", format!("{:#}", sarif_log(&faults)).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    });
}

#[test]
fn bytes_that_are_no_text_are_a_fault() {
    let faults = faults_of(raw("latin1.toml", b"[provider]\nid = \"caf\xe9\"\n"));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].to_string(), "latin1.toml:2:10: error[bad_utf8]: this file is not UTF-8");
}

#[test]
fn a_file_that_cannot_be_read_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.toml")).unwrap();
    let loaded = load(&[Layer::shipped(), Layer::read(folder.path())]);
    assert!(loaded.set.is_none());
    let faults: Vec<String> = loaded.errors().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("gone.toml") && faults[0].contains("error[unreadable]"), "{faults:?}");
}

#[test]
fn a_folder_without_permission_is_a_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let refused = fs::read_dir(&closed).is_err();
    let loaded = load(&[Layer::shipped(), Layer::read(folder.path())]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    // The superuser may read everything; for anybody else the whole set is refused.
    assert_eq!(loaded.errors().filter(|fault| fault.to_string().contains("closed")).count(), usize::from(refused));
    assert_eq!(loaded.set.is_none(), refused);
}

#[test]
fn a_symlink_loop_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), "[provider]\nid = \"example\"\nkind = \"mta\"\n").unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    let layer = Layer::read(folder.path());
    assert_eq!(layer.files.len(), 1);
    let file = folder.path().join("self.toml");
    std::os::unix::fs::symlink(&file, &file).unwrap();
    assert!(Layer::read(folder.path()).files.iter().any(|file| file.bytes.is_err()), "a link to itself is no file");
}

#[test]
fn five_hundred_errors_are_all_said_at_once() {
    let mut text = String::from("[provider]\nid = \"example\"\nkind = \"mta\"\n");
    for number in 0..500 {
        text.push_str(&format!("[[rule]]\nid = \"r{number}\"\ncategory = \"no_such_category\"\ntext = 'rule number {number} of many'\n"));
    }
    assert_eq!(faults_of(raw("many.toml", text.as_bytes())).len(), 500);
}

#[test]
fn ten_thousand_rules_in_one_file_load() {
    let mut text = String::from("[provider]\nid = \"example\"\nkind = \"mta\"\n");
    for number in 0..10_000 {
        text.push_str(&format!(
            "[[rule]]\nid = \"r{number}\"\ncategory = \"mailbox_full\"\ntext = 'mailbox number {number} has no room'\n"
        ));
    }
    let loaded = load(&[Layer::shipped(), Layer::from(vec![raw("many.toml", text.as_bytes())])]);
    let engine = modori::Engine::new(loaded.set.unwrap());
    let diagnosis = engine.lookup("552 mailbox number 7654 has no room", Default::default());
    assert_eq!(engine.set().rule(diagnosis.rule.unwrap()).name, "example/r7654");
}

#[test]
fn keeping_going_leaves_out_what_is_broken_and_says_so() {
    let text = "[provider]\nid = \"example\"\nkind = \"mta\"\n\
        [[rule]]\nid = \"good\"\ncategory = \"mailbox_full\"\ntext = 'these words are in order'\n\
        [[rule]]\nid = \"bad\"\ncategory = \"no_such\"\ntext = 'these words are not'\n\
        [[rule]]\nid = \"worse\"\ncategory = \"mailbox_full\"\ntext = 'a {hole'\n";
    let layers = [Layer::shipped(), Layer::from(vec![raw("mixed.toml", text.as_bytes())])];
    assert!(load(&layers).set.is_none(), "a set loads whole or not at all");
    let set = load_valid(&layers).set.unwrap();
    assert!(set.rule_by_name("example/good").is_some());
    assert!(set.rule_by_name("example/bad").is_none() && set.rule_by_name("example/worse").is_none());
    assert_eq!(set.status.left_out.len(), 2, "{:?}", set.status.left_out);
    assert!(set.status.left_out.iter().all(|why| why.starts_with("mixed.toml:")));
}

#[test]
fn a_faulty_layout_or_notice_takes_no_rule_with_it() {
    let text = "[provider]\nid = \"example\"\nkind = \"esp\"\nname.en = 'Example'\n\
        [[rule]]\nid = \"good\"\ncategory = \"mailbox_full\"\ntext = 'no room at all'\nexamples = ['no room at all']\n\
        [[layout]]\nid = \"bad\"\nshape = \"notice\"\nopening = ['{x']\n[[notice]]\nid = \"bad\"\nkind = \"bounce\"\nrecipient = \"email\"\n";
    let set = load_valid(&[Layer::shipped(), Layer::from(vec![raw("mixed.toml", text.as_bytes())])]).set.unwrap();
    assert!(set.rule_by_name("example/good").is_some());
    let owner = set.provider_by_id("example").unwrap();
    assert!(set.layouts.iter().all(|layout| layout.provider != owner) && set.notices.iter().all(|notice| notice.provider != owner));
    assert!(set.status.left_out.len() >= 2, "{:?}", set.status.left_out);
}

#[test]
fn only_rule_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| fs::write(Path::new(folder.path()).join(name), "").unwrap();
    ["modori.toml", "a.test.toml", ".hidden.toml", "notes.md", "b.toml.swp"].into_iter().for_each(write);
    assert_eq!(Layer::read(folder.path()).files, Vec::new());
}
