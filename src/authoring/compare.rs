//! What a change of rules alters: the same bounces, judged by the old rules and by the new.

use std::collections::BTreeMap;

use serde::Serialize;

use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::mail::Report;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Failure, Kind, Lang};

/// Something that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Specimen {
    /// A text.
    Text(String),
    /// A mail.
    Mail(Vec<u8>),
}

impl Specimen {
    /// What it tells: the failures of a mail, or the one of a text.
    #[must_use]
    pub fn failures(&self, engine: &Engine) -> Vec<Failure<'_>> {
        match self {
            Self::Text(text) => vec![engine.read(text)],
            Self::Mail(mail) => match engine.read_mail(mail) {
                Report::Failures(failures) => failures,
                Report::NoReport(_) => Vec::new(),
            },
        }
    }
}

/// What became of a bounce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It had no reason and has one.
    Gained,
    /// It had a reason and has none.
    Lost,
    /// It has another reason.
    Reclassified,
    /// Its reason is the same, but what people and programs are told is not.
    Advice,
}

impl Change {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Gained, Self::Lost, Self::Reclassified, Self::Advice];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Reclassified => "re-classified",
            Self::Advice => "advice changed",
        }
    }
}

/// What one set of rules says of a bounce.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Said {
    /// The category; none where no failure was read.
    pub category: Option<String>,
    /// The rule.
    pub rule: Option<String>,
}

/// Bounces to which the same happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Altered {
    /// What happened.
    pub change: Change,
    /// By the old rules.
    pub before: Said,
    /// By the new.
    pub after: Said,
    /// How many there are.
    pub count: usize,
    /// One of them, with stand-ins.
    pub sample: String,
}

/// What a change of rules alters, and what it leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// How many bounces were judged.
    pub judged: usize,
    /// How many are judged the same by another rule.
    pub other_rule: usize,
    /// What is altered: by kind of change, the most frequent first.
    pub altered: Vec<Altered>,
}

impl Comparison {
    /// How many bounces a change befell.
    #[must_use]
    pub fn count(&self, change: Change) -> usize {
        self.altered.iter().filter(|altered| altered.change == change).map(|altered| altered.count).sum()
    }
}

/// Judges all specimens by both engines. Advice is compared in these languages.
#[must_use]
pub fn compare(old: &Engine, new: &Engine, specimens: &[Specimen], langs: &[Lang]) -> Comparison {
    let known = Vocabulary::new(new.set());
    let mut comparison = Comparison::default();
    let mut groups: BTreeMap<(Change, Said, Said), (usize, String)> = BTreeMap::new();
    for specimen in specimens {
        let (before, after) = (specimen.failures(old), specimen.failures(new));
        for index in 0..before.len().max(after.len()) {
            let judge = |engine, failure: Option<&Failure<'_>>| failure.map(|failure| Judged::new(engine, failure, langs));
            let (was, is) = (judge(old, before.get(index)), judge(new, after.get(index)));
            comparison.judged += 1;
            match change(was.as_ref(), is.as_ref()) {
                Some(change) => {
                    let key = (change, Judged::said(was), Judged::said(is));
                    let diagnostic = after.get(index).or(before.get(index)).map_or("", |failure| &*failure.diagnostic);
                    groups.entry(key).or_insert_with(|| (0, StandIns::new(new, &known, diagnostic).replace(diagnostic))).0 += 1;
                }
                None if was != is => comparison.other_rule += 1,
                None => {}
            }
        }
    }
    let altered = |((change, before, after), (count, sample))| Altered { change, before, after, count, sample };
    comparison.altered = groups.into_iter().map(altered).collect();
    comparison.altered.sort_by_key(|altered| (altered.change, std::cmp::Reverse(altered.count)));
    comparison
}

/// A bounce as one engine judges it.
#[derive(Debug, PartialEq, Eq)]
struct Judged {
    /// Whether there is a reason.
    known: bool,
    said: Said,
    /// What people and programs are told.
    told: Vec<String>,
}

impl Judged {
    fn new(engine: &Engine, failure: &Failure<'_>, langs: &[Lang]) -> Self {
        let set = engine.set();
        let diagnosis = engine.diagnose(failure.clone(), Viewpoint::default());
        let category = set.category(diagnosis.category);
        let silent = set.default_category(Kind::Bounce);
        Self {
            known: diagnosis.rule.is_some() && diagnosis.category != silent,
            said: Said { category: Some(category.id.clone()), rule: diagnosis.rule.map(|rule| set.rule(rule).name.clone()) },
            told: told(engine, &diagnosis, langs),
        }
    }

    fn said(judged: Option<Self>) -> Said {
        judged.map_or(Said { category: None, rule: None }, |judged| judged.said)
    }
}

fn told(engine: &Engine, diagnosis: &Diagnosis<'_>, langs: &[Lang]) -> Vec<String> {
    let mut told = vec![diagnosis.severity.to_string(), diagnosis.action.to_string(), diagnosis.kind.to_string()];
    for lang in langs {
        told.extend(engine.advice(diagnosis, lang));
        told.extend(engine.operator(diagnosis, lang));
        told.extend(engine.note_texts(diagnosis, lang));
    }
    told
}

/// What happened, if anything that people or programs notice.
fn change(was: Option<&Judged>, is: Option<&Judged>) -> Option<Change> {
    let known = |judged: Option<&Judged>| judged.is_some_and(|judged| judged.known);
    let category = |judged: Option<&Judged>| judged.and_then(|judged| judged.said.category.clone());
    match (known(was), known(is)) {
        (false, true) => Some(Change::Gained),
        (true, false) => Some(Change::Lost),
        _ if category(was) != category(is) => Some(Change::Reclassified),
        _ => (was.map(|judged| &judged.told) != is.map(|judged| &judged.told)).then_some(Change::Advice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Layer, RawFile};

    fn engine(rules: &str) -> Engine {
        let file = RawFile::new("own.toml", Ok(rules.as_bytes().to_vec()));
        Engine::load(vec![Layer::from(vec![file])]).expect("the rules load")
    }

    fn rule(id: &str, category: &str, text: &str, advice: &str) -> String {
        format!("[[rule]]\nid = '{id}'\ncategory = '{category}'\ntext = '{text}'\nadvice.en = '{advice}'\n")
    }

    #[test]
    fn every_kind_of_change_is_told() {
        let base = Engine::load(Vec::new()).expect("the shipped rules load");
        let ids: Vec<&str> = base.set().categories.iter().take(2).map(|category| category.id.as_str()).collect();
        let head = "[provider]\nid = 'own'\nkind = 'mta'\n";
        let old = [
            rule("a", ids[0], "parcel desk says no", "x"),
            rule("b", ids[0], "the porter says no", "x"),
            rule("c", ids[0], "the cook says no", "x"),
        ];
        let new = [
            rule("b", ids[1], "the porter says no", "x"),
            rule("c", ids[0], "the cook says no", "y"),
            rule("d", ids[0], "the gardener says no", "x"),
        ];
        let (old, new) = (engine(&format!("{head}{}", old.concat())), engine(&format!("{head}{}", new.concat())));
        let texts = [
            "554 parcel desk says no",
            "554 the porter says no",
            "554 the cook says no",
            "554 the gardener says no",
            "552 5.2.2 Mailbox full",
        ];
        let specimens: Vec<Specimen> = texts.iter().map(|text| Specimen::Text((*text).to_owned())).collect();
        let found = compare(&old, &new, &specimens, &[Lang::english()]);
        assert_eq!(Change::ALL.map(|change| found.count(change)), [1, 1, 1, 1]);
        assert_eq!((found.judged, found.other_rule), (5, 0));
        assert_eq!(compare(&new, &new, &specimens, &[Lang::english()]).altered, []);
    }
}
