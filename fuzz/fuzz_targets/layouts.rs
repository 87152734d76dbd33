//! Any text as the page of a report in each of the shapes that layouts know; its first byte picks the shape.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modori::Engine;
use modori::rules::Layer;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let layouts = Layer::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/layouts.toml")));
    Engine::load(vec![layouts]).expect("the layouts load")
});

const SHAPES: [&str; 7] = ["paragraph", "block", "list", "fields", "sentence", "transcript", "nested"];

fuzz_target!(|input: &[u8]| {
    let Some((first, page)) = input.split_first() else { return };
    let shape = SHAPES[usize::from(*first) % SHAPES.len()];
    let head = format!("From: daemon@example.net\nTo: a+b=example.jp@example.net\nSubject: x\nX-Shape: {shape}\n\n");
    let _ = ENGINE.read_mail(&[head.as_bytes(), page].concat());
});
