//! Any bytes as a mail: read, judged and printed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modori::Engine;
use modori::mail::Report;
use modori::model::{Lang, Own};
use modori::output::render_text;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let own = Own { domains: vec!["example.jp".into()], hosts: vec!["*.example.net".into()], headers: vec!["X-Campaign".into()] };
    Engine::load(Vec::new()).expect("the shipped rules load").with_own(own)
});

fuzz_target!(|mail: &[u8]| {
    let Report::Failures(failures) = ENGINE.read_mail(mail) else { return };
    for failure in failures {
        let diagnosis = ENGINE.diagnose(failure, Default::default());
        let _ = render_text(&ENGINE, &diagnosis, &Lang::english());
    }
});
