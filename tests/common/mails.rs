//! Mails of our own making, and what an engine says about them.

use std::fs;

use modori::Engine;
use modori::mail::Report;
use modori::model::Diagnosis;

/// The mail of this name in `tests/mails/`.
pub(crate) fn mail(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/mails/{name}.eml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// What `engine` says about a mail; nothing where it is no report.
pub(crate) fn scan_with(engine: &Engine, mail: &[u8]) -> Vec<Diagnosis<'static>> {
    match engine.read_mail(mail) {
        Report::Failures(failures) => failures.into_iter().map(|failure| engine.diagnose(failure, Default::default())).collect(),
        Report::NoReport(_) => Vec::new(),
    }
}

/// `recipient category stage status` of each failure.
pub(crate) fn summary_with(engine: &Engine, mail: &[u8]) -> Vec<String> {
    let line = |diagnosis: &Diagnosis<'_>| {
        let category = &engine.set().category(diagnosis.category).id;
        let show = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let recipient = show(diagnosis.failure.recipient.as_deref().map(str::to_owned));
        format!("{recipient} {category} {} {}", show(diagnosis.stage.map(|s| s.to_string())), show(diagnosis.status.map(|s| s.to_string())))
    };
    scan_with(engine, mail).iter().map(line).collect()
}
