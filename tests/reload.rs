//! Rules that change while a program answers from them: every way in which editors, `git` and container systems replace files.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use modori::Engine;
use modori::live::{Live, Loader, Outcome, Place, Refusal, Triggers, Verify, keep_watch};
use tempfile::TempDir;

const TEXT: &str = "550 the gizmo was frobnicated";

/// A rule file whose version can be told from its answers.
fn rules(version: usize) -> String {
    format!(
        "[provider]\nid = 'gizmo'\nkind = 'mta'\nname.ja = 'ギズモ'\nname.en = 'Gizmo'\n\n[[rule]]\nid = 'v{version}'\n\
         category = 'mailbox_full'\ntext = 'the gizmo was frobnicated'\nexamples = ['{TEXT}']\n"
    )
}

/// The version that answers; none where the shipped rules alone do.
fn version(engine: &Engine) -> Option<usize> {
    let rule = engine.lookup(TEXT, Default::default()).rule?;
    engine.set().rule(rule).name.strip_prefix("gizmo/v")?.parse().ok()
}

/// Waits until something holds; how long it took.
fn until(what: &str, holds: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "not in a minute: {what}");
        thread::sleep(Duration::from_millis(2));
    }
    start.elapsed()
}

fn watched(loader: Loader) -> Arc<Live> {
    let live = Arc::new(Live::start(loader).unwrap());
    keep_watch(&live, Triggers::Changes, |_| ()).unwrap();
    live
}

fn comes(live: &Live, wanted: usize) -> Duration {
    until(&format!("version {wanted}; {:?}", live.status().last_error), || version(&live.load()) == Some(wanted))
}

fn is_refused(live: &Live, words: &str) {
    until(&format!("refused for {words:?}"), || live.status().last_error.is_some_and(|error| error.contains(words)));
}

/// A folder of our own, and how others write into it.
struct Disk {
    root: TempDir,
}

impl Disk {
    fn new(files: &[(&str, usize)]) -> Self {
        let disk = Self { root: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(name, version)| disk.write(name, &rules(*version)));
        disk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), text).unwrap();
    }

    /// As editors save: a file beside, then a rename.
    fn replace(&self, name: &str, text: &str) {
        let beside = self.at(name).with_file_name(".saving");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, self.at(name)).unwrap();
    }

    /// As `ln -sfn` and Kubernetes do: a link beside, then a rename.
    fn point(&self, name: &str, target: &str) {
        let beside = self.at("..link_tmp");
        let _ = fs::remove_file(&beside);
        symlink(target, &beside).unwrap();
        fs::rename(beside, self.at(name)).unwrap();
    }
}

#[test]
fn a_file_that_an_editor_replaces_is_read_again_each_time() {
    let disk = Disk::new(&[("a.toml", 1)]);
    let live = watched(Loader::of(disk.at("a.toml")));
    for next in 2..5 {
        disk.replace("a.toml", &rules(next));
        comes(&live, next);
    }
    assert_eq!(live.status().generation, 4);
}

#[test]
fn a_file_in_a_mounted_folder_follows_the_swap_of_the_data() {
    let disk = Disk::new(&[("..one/a.toml", 1), ("..two/a.toml", 2), ("..three/a.toml", 3)]);
    disk.point("..data", "..one");
    symlink("..data/a.toml", disk.at("a.toml")).unwrap();
    let live = watched(Loader::of(disk.at("a.toml")));
    for (next, name) in [(2, "..two"), (3, "..three")] {
        disk.point("..data", name);
        comes(&live, next);
    }
}

#[test]
fn a_mounted_folder_follows_the_swap_of_the_data() {
    let disk = Disk::new(&[("mount/..one/a.toml", 1), ("mount/..two/a.toml", 2), ("mount/..three/a.toml", 3)]);
    disk.point("mount/..data", "..one");
    symlink("..data/a.toml", disk.at("mount/a.toml")).unwrap();
    let live = watched(Loader::of(disk.at("mount")));
    for (next, name) in [(2, "..two"), (3, "..three")] {
        disk.point("mount/..data", name);
        comes(&live, next);
    }
}

#[test]
fn a_folder_that_is_a_link_follows_the_link() {
    let disk = Disk::new(&[("rel1/a.toml", 1), ("rel2/a.toml", 2), ("rel3/a.toml", 3)]);
    disk.point("current", "rel1");
    let live = watched(Loader::of(disk.at("current")));
    for (next, name) in [(2, "rel2"), (3, "rel3")] {
        disk.point("current", name);
        comes(&live, next);
    }
    disk.replace("rel3/a.toml", &rules(4));
    comes(&live, 4);
}

#[test]
fn a_file_that_is_replaced_in_its_folder_is_read_again() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = watched(Loader::of(disk.at("rules")));
    for next in 2..4 {
        disk.replace("rules/a.toml", &rules(next));
        comes(&live, next);
    }
}

#[test]
fn a_file_that_is_emptied_and_written_slowly_is_never_taken_for_nothing() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = watched(Loader::of(disk.at("rules")));
    disk.write("rules/a.toml", "");
    is_refused(&live, "empty_file");
    assert_eq!(version(&live.load()), Some(1), "the last good set answers");
    disk.write("rules/a.toml", &rules(2));
    comes(&live, 2);
    assert_eq!(live.status().last_error, None);
}

#[test]
fn a_new_folder_with_a_file_in_it_is_found() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = watched(Loader::of(disk.at("rules")));
    fs::remove_file(disk.at("rules/a.toml")).unwrap();
    disk.write("rules/sub/deep/b.toml", &rules(2));
    comes(&live, 2);
    disk.replace("rules/sub/deep/b.toml", &rules(3));
    comes(&live, 3);
}

#[test]
fn a_folder_may_come_later_and_go_and_come_back() {
    let disk = Disk::new(&[]);
    let usual = Place::Usual(disk.at("etc/modori/rules"));
    let live = watched(Loader { places: vec![usual], ..Loader::default() });
    assert_eq!(version(&live.load()), None);
    disk.write("etc/modori/rules/a.toml", &rules(1));
    comes(&live, 1);
    fs::remove_dir_all(disk.at("etc")).unwrap();
    is_refused(&live, "holds none now");
    assert_eq!(version(&live.load()), Some(1), "never back to the shipped rules alone");
    disk.write("etc/modori/rules/a.toml", &rules(2));
    comes(&live, 2);
    assert_eq!(live.status().last_error, None);
}

#[test]
fn more_changes_than_the_system_can_tell_are_one_change() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = watched(Loader::of(disk.at("rules")));
    for number in 0..30_000 {
        fs::File::create(disk.at("rules").join(number.to_string())).unwrap();
    }
    disk.replace("rules/a.toml", &rules(2));
    comes(&live, 2);
    assert_eq!(live.status().generation, 2);
}

#[test]
fn a_refusal_tells_all_faults_and_stays_until_it_is_mended() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = Live::start(Loader::of(disk.at("rules"))).unwrap();
    disk.write("rules/b.toml", "[provider\n");
    disk.write("rules/c.toml", &rules(1).replace("gizmo'", "other'").replace("mailbox_full", "mailbox_ful"));
    assert!(matches!(live.reload(), Outcome::Refused(Refusal::Faults(_))));
    assert_eq!(live.reload(), Outcome::StillRefused);
    let status = live.status();
    let error = status.last_error.unwrap();
    assert!(error.contains("b.toml:1") && error.contains("did you mean `mailbox_full`?"), "{error}");
    assert!(status.last_attempt > status.loaded_at);
    fs::remove_file(disk.at("rules/b.toml")).unwrap();
    fs::remove_file(disk.at("rules/c.toml")).unwrap();
    assert_eq!(live.reload(), Outcome::Mended);
    assert_eq!(live.reload(), Outcome::Unchanged);
    let status = live.status();
    assert_eq!((status.generation, status.refused, status.last_error), (1, 1, None));
}

#[test]
fn a_folder_that_cannot_be_read_or_is_emptied_keeps_the_last_set() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = Live::start(Loader::of(disk.at("rules"))).unwrap();
    fs::remove_file(disk.at("rules/a.toml")).unwrap();
    assert!(matches!(live.reload(), Outcome::Refused(Refusal::Vanished(_))), "emptied");
    fs::remove_dir(disk.at("rules")).unwrap();
    assert!(matches!(live.reload(), Outcome::Refused(_)), "gone");
    fs::write(disk.at("rules"), "no folder").unwrap();
    assert!(matches!(live.reload(), Outcome::Refused(_)), "a file in its place");
    assert_eq!(version(&live.load()), Some(1));
}

#[test]
fn examples_that_fail_refuse_a_set_where_that_is_asked_for() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = Live::start(Loader { verify: Verify::Examples, ..Loader::of(disk.at("rules")) }).unwrap();
    disk.write("rules/a.toml", &rules(2));
    assert!(matches!(live.reload(), Outcome::Swapped(_)));
    disk.write("rules/a.toml", &rules(3).replace("examples = ['550 the gizmo was", "examples = ['550 the gizmo is"));
    assert!(matches!(live.reload(), Outcome::Refused(Refusal::Examples(_))));
    assert!(live.status().last_error.unwrap().contains("gizmo/v3"));
    assert_eq!(version(&live.load()), Some(2));
}

#[test]
fn a_clock_finds_changes_that_nobody_tells() {
    let disk = Disk::new(&[("rules/a.toml", 1)]);
    let live = Arc::new(Live::start(Loader::of(disk.at("rules"))).unwrap());
    keep_watch(&live, Triggers::Clock(Duration::from_millis(20)), |_| ()).unwrap();
    disk.replace("rules/a.toml", &rules(2));
    comes(&live, 2);
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Which version each generation answered with, as readers saw it.
type Seen = Mutex<BTreeMap<u64, Option<usize>>>;

/// Ends the readers, also where the edits fail.
struct Ending<'e>(&'e AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn read_on(live: &Live, seen: &Seen, end: &AtomicBool) {
    let mut last = 0;
    while !end.load(Ordering::Relaxed) {
        let engine = live.load();
        let (generation, version) = (engine.set().status.generation, version(&engine));
        assert!(generation >= last, "generation {generation} after {last}");
        last = generation;
        let known = *seen.lock().unwrap().entry(generation).or_insert(version);
        assert_eq!(known, version, "generation {generation} is one set");
        assert!(version.is_some(), "never without the rules");
    }
}

/// One edit; the version that must come, unless it has to be refused.
fn edit(disk: &Disk, dice: &mut Dice, number: usize) -> Option<usize> {
    let text = rules(number);
    match dice.roll(7) {
        0 => disk.replace("current/a.toml", &text),
        1 => {
            disk.write("current/a.toml", "");
            disk.write("current/a.toml", &text);
        }
        2 => {
            let name = format!("rel{number}");
            disk.write(&format!("{name}/a.toml"), &text);
            disk.point("current", &name);
        }
        3 => {
            disk.replace("current/a.toml", &text[..text.len() - 3]);
            return None;
        }
        4 => {
            // It may be gone from the last time.
            let _ = fs::remove_file(disk.at("current/a.toml"));
            return None;
        }
        5 => {
            fs::remove_file(disk.at("current")).unwrap();
            disk.write(&format!("rel{number}/a.toml"), &text);
            disk.point("current", &format!("rel{number}"));
        }
        _ => {
            let (front, back) = text.split_at(text.len() / 2);
            disk.write("current/a.toml", front);
            disk.write("current/a.toml", &format!("{front}{back}"));
        }
    }
    Some(number)
}

/// Many edits of all kinds while two threads ask; how long each good one took from the save to the swap.
fn storm(edits: usize) -> Vec<Duration> {
    let disk = Disk::new(&[("rel0/a.toml", 0)]);
    disk.point("current", "rel0");
    let live = watched(Loader::of(disk.at("current")));
    let (seen, end) = (Seen::default(), AtomicBool::new(false));
    let mut dice = Dice(20_250_313);
    let mut times = Vec::new();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| read_on(&live, &seen, &end));
        }
        let _ending = Ending(&end);
        let mut good = 0;
        for number in 1..=edits {
            let before = live.status().refused;
            match edit(&disk, &mut dice, number) {
                Some(wanted) => {
                    times.push(comes(&live, wanted));
                    good = wanted;
                }
                None => {
                    until("refused", || live.status().refused > before || live.status().last_error.is_some());
                    assert_eq!(version(&live.load()), Some(good));
                }
            }
        }
        assert_eq!(version(&live.load()), Some(good), "the last good set is in force");
    });
    assert!(seen.lock().unwrap().len() <= live.status().generation as usize);
    times.sort();
    times
}

#[test]
fn a_storm_of_edits_never_shows_half_a_set() {
    storm(50);
}

#[test]
#[ignore = "a thousand edits take minutes; it prints how long they take to come into force"]
fn a_long_storm_of_edits_never_shows_half_a_set() {
    let times = storm(1_000);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("from save to swap: {} edits, median {:?}, 99 % {:?}, worst {:?}", times.len(), at(50), at(99), at(100));
}

#[test]
fn places_are_named() {
    let loader = Loader::of(Path::new("/nonexistent/rules"));
    let refusal = Live::start(loader).unwrap_err();
    assert!(refusal.to_string().contains("/nonexistent/rules"), "{refusal}");
}
