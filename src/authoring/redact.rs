//! Samples that can be shared: what is somebody's own is gone, the diagnosis is the same, and that is proved.

use std::collections::{BTreeSet, HashSet};

use mail_parser::{MessageParser, PartType};

use super::sketch::{Cut, Way, sketch};
use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::engine::deciding;
use crate::mail::Report;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Fact, ProviderIx, is_cjk};

/// Fields that mails begin with, in small letters.
const FIELDS: &[&str] = &["from", "to", "subject", "date", "received", "return-path", "message-id", "mime-version", "content-type"];

/// How many words that rules do not know are listed.
const LISTED: usize = 24;

/// A sample without what is somebody's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redacted {
    /// The sample.
    pub text: String,
    /// What its diagnosis says otherwise than the original's; nothing where all is well.
    pub changes: Vec<String>,
    /// Names and ids of the original that stay: rules know them, and the diagnosis hangs on them.
    pub stays: Vec<String>,
    /// What a person should look at before sharing it.
    pub unsure: Vec<String>,
}

/// A text with stand-ins.
///
/// ```
/// use modori::Engine;
/// use modori::authoring::{Vocabulary, redact_text};
///
/// let engine = Engine::load(Vec::new()).unwrap();
/// let redacted = redact_text(&engine, &Vocabulary::new(engine.set()), "550 5.1.1 <sato@shop.internal>: User unknown");
/// assert_eq!(redacted.text, "550 5.1.1 <user1@example.com>: User unknown");
/// assert!(redacted.changes.is_empty());
/// ```
#[must_use]
pub fn redact_text(engine: &Engine, known: &Vocabulary, text: &str) -> Redacted {
    let original = engine.lookup(text, Viewpoint::default());
    let before = vec![gist(engine, &original)];
    let (needed, words) = (Some(providers(&original).collect()), deciding(&original).unwrap_or_default());
    let tried = |(needed, deciding): (&Option<HashSet<ProviderIx>>, &str)| {
        let mut stand_ins = StandIns::needing(engine, known, text, needed.as_ref());
        let ids = stand_ins.keep_ids(deciding);
        let redacted = stand_ins.replace(text);
        let after = vec![gist(engine, &engine.lookup(&redacted, Viewpoint::default()))];
        let stays = stand_ins.stayed().map(str::to_owned).chain(ids).collect();
        Redacted { changes: changes(&before, &after), stays, unsure: doubts(known, &redacted), text: redacted }
    };
    first_good([(&needed, ""), (&needed, words), (&None, ""), (&None, words)].into_iter().map(tried))
}

/// A mail with stand-ins: its structure is kept, of the message that came back only what names it.
///
/// Cuts off as much behind the report's own words, and replaces as many names and ids, as the diagnosis allows.
#[must_use]
pub fn redact_mail(engine: &Engine, known: &Vocabulary, mail: &[u8]) -> Redacted {
    let originals = diagnoses(engine, mail);
    let before: Vec<Gist> = originals.iter().map(|diagnosis| gist(engine, diagnosis)).collect();
    let words: String = originals.iter().map(|diagnosis| format!("{} ", deciding(diagnosis).unwrap_or_default())).collect();
    let needed = Some(originals.iter().flat_map(providers).collect());
    let sample = first_good(ways(&words, needed.as_ref()).into_iter().map(|way| {
        let drawn = sketch(engine, known, mail, &way);
        let after = gists(engine, drawn.mail.as_bytes());
        let mut unsure = doubts(known, &drawn.own_words);
        unsure.extend(drawn.left_out);
        if way.cut == Cut::Nothing {
            unsure.push("where the returned message begins was not found: look at the end of the text".to_owned());
        }
        Redacted { changes: changes(&before, &after), stays: drawn.stays, unsure, text: drawn.mail }
    }));
    match forwarded(mail).filter(|_| !sample.changes.is_empty()) {
        Some(inner) if gists(engine, &inner) == before => redact_mail(engine, known, &inner),
        _ => sample,
    }
}

/// The ways to draw a mail again, those that leave least of it first.
fn ways<'w>(deciding: &'w str, needed: Option<&'w HashSet<ProviderIx>>) -> Vec<Way<'w>> {
    let cuts = [(Cut::Marks, ""), (Cut::Headers, ""), (Cut::Marks, deciding), (Cut::Headers, deciding)];
    let names = [needed, None].into_iter().flat_map(|needed| cuts.map(|(cut, deciding)| Way { cut, deciding, needed }));
    names.chain([needed, None].map(|needed| Way { cut: Cut::Nothing, deciding, needed })).collect()
}

/// The mail that a mail holds: where a report was sent on by hand, the report itself is the better sample.
fn forwarded(mail: &[u8]) -> Option<Vec<u8>> {
    let message = MessageParser::default().parse(mail)?;
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => Some(inner.raw_message().to_vec()),
        _ => None,
    })
}

fn gists(engine: &Engine, mail: &[u8]) -> Vec<Gist> {
    diagnoses(engine, mail).iter().map(|diagnosis| gist(engine, diagnosis)).collect()
}

/// The first sample whose diagnosis is unchanged, else the first.
fn first_good(samples: impl IntoIterator<Item = Redacted>) -> Redacted {
    let mut first = None;
    for sample in samples {
        if sample.changes.is_empty() {
            return sample;
        }
        first.get_or_insert(sample);
    }
    first.unwrap_or_default()
}

/// The providers that a diagnosis is about.
fn providers(diagnosis: &Diagnosis<'_>) -> impl Iterator<Item = ProviderIx> + use<> {
    [diagnosis.provider, diagnosis.remote, diagnosis.reporter].into_iter().flatten()
}

fn diagnoses(engine: &Engine, mail: &[u8]) -> Vec<Diagnosis<'static>> {
    match engine.read_mail(mail) {
        Report::NoReport(_) => Vec::new(),
        Report::Failures(failures) => failures.into_iter().map(|failure| engine.diagnose(failure, Viewpoint::default())).collect(),
    }
}

/// What a diagnosis comes to, by name.
type Gist = Vec<(&'static str, String)>;

fn gist(engine: &Engine, diagnosis: &Diagnosis<'_>) -> Gist {
    let set = engine.set();
    let provider = |index: Option<_>| index.map_or("none", |index| set.provider(index).id.as_str()).to_owned();
    let code = |code: Option<String>| code.unwrap_or_else(|| "none".to_owned());
    let fact = |(name, fact): (&str, &Fact)| match fact {
        Fact::Integer(number, _) => format!("{name} {number}"),
        Fact::Text(_) => name.to_owned(),
    };
    vec![
        ("kind", diagnosis.kind.to_string()),
        ("category", set.category(diagnosis.category).id.clone()),
        ("rule", diagnosis.rule.map_or("none", |rule| set.rule(rule).name.as_str()).to_owned()),
        ("severity", diagnosis.severity.to_string()),
        ("action", diagnosis.action.to_string()),
        ("provider", provider(diagnosis.provider)),
        ("remote", provider(diagnosis.remote)),
        ("reporter", provider(diagnosis.reporter)),
        ("status", code(diagnosis.status.map(|status| status.to_string()))),
        ("reply", code(diagnosis.reply.map(|reply| reply.to_string()))),
        ("stage", code(diagnosis.stage.map(|stage| stage.to_string()))),
        ("facts", diagnosis.facts.iter().map(fact).collect::<Vec<_>>().join(", ")),
    ]
}

fn changes(before: &[Gist], after: &[Gist]) -> Vec<String> {
    if before.len() != after.len() {
        return vec![format!("{} failures were read of the original, {} of the sample", before.len(), after.len())];
    }
    let pairs = before.iter().flatten().zip(after.iter().flatten());
    pairs.filter(|(was, is)| was != is).map(|((name, was), (_, is))| format!("{name} was {was}, is {is}")).collect()
}

/// What a person should look at in a text with stand-ins: words that rules do not know may be somebody's.
#[must_use]
pub fn doubts(known: &Vocabulary, text: &str) -> Vec<String> {
    let stand_in = |word: &str| {
        let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
        name.len() < word.len() && matches!(name, "user" | "mx" | "ID" | "host" | "x" | "d" | "Person")
    };
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2 && !word.contains(is_cjk));
    let unknown: BTreeSet<&str> =
        words.filter(|word| word.contains(char::is_alphabetic) && !known.has_word(word) && !stand_in(word) && *word != "Person").collect();
    let mut out = Vec::new();
    if !unknown.is_empty() {
        let more = unknown.len().saturating_sub(LISTED);
        let listed = unknown.into_iter().take(LISTED).collect::<Vec<_>>().join(", ");
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.push(format!("no rule knows these words; make sure that they name nobody: {listed}{rest}"));
    }
    if text.contains(is_cjk) {
        out.push("Japanese and Chinese words were not judged one by one: read them".to_owned());
    }
    out
}

/// Whether bytes are a mail rather than a text: two lines at the front are header fields that mails have.
#[must_use]
pub fn is_mail(bytes: &[u8]) -> bool {
    let front = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]);
    let lines = front.lines().skip_while(|line| line.starts_with("From ") || line.trim().is_empty());
    let header = lines.take_while(|line| !line.trim().is_empty());
    let names = header.filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_ascii_lowercase());
    names.filter(|name| FIELDS.contains(&name.as_str())).take(2).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_and_texts_are_told_apart() {
        assert!(is_mail(b"From: a@example.com\r\nSubject: x\r\n\r\nbody"));
        assert!(is_mail(b"From MAILER-DAEMON Thu Jan  1\nReceived: by x\n  more\nTo: b@example.com\n\n"));
        assert!(!is_mail(b"550 5.1.1 From: a@example.com\nUser unknown"));
        assert!(!is_mail(b"Subject: alone"));
        assert!(!is_mail(b""));
    }

    #[test]
    fn a_changed_diagnosis_is_said() {
        let one = vec![vec![("category", "a".to_owned()), ("rule", "r".to_owned())]];
        let other = vec![vec![("category", "b".to_owned()), ("rule", "r".to_owned())]];
        assert_eq!(changes(&one, &other), ["category was a, is b"]);
        assert_eq!(changes(&one, &[]), ["1 failures were read of the original, 0 of the sample"]);
        assert!(changes(&one, &one).is_empty());
    }
}
