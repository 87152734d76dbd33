//! Any text as a diagnostic: read, judged and printed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modori::Engine;
use modori::model::Lang;
use modori::output::render_text;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

fuzz_target!(|text: &str| {
    let diagnosis = ENGINE.lookup(text, Default::default());
    let _ = render_text(&ENGINE, &diagnosis, &Lang::english());
});
