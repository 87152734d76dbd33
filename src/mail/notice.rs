//! JSON notices of sending services, read as the `[[notice]]` tables of a set say.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use memchr::memmem;
use serde_json::{Deserializer, Map, Value};

use super::join::owned;
use super::mime::{Mail, Message};
use super::report::Report;
use crate::model::{Failure, Lazy, Notice, NoticeMark, RuleSet, Speaker};
use crate::reading::Grammar;

/// What an input told, and what kept it from telling more.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What was read.
    pub report: Report,
    /// Why it was not read to its end.
    pub fault: Option<String>,
}

/// Reads JSON by the notices of a set.
#[derive(Debug)]
pub struct NoticeReader {
    notices: Lazy<Vec<Notice>>,
}

impl NoticeReader {
    /// Makes the notices of `set` ready.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        Self { notices: set.notices.clone() }
    }

    /// Reads JSON: one object, a list of them, or any number of either one behind the other.
    #[must_use]
    pub fn read(&self, grammar: &Grammar, json: &[u8]) -> Told {
        let json = json.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(json);
        let (mut failures, mut fault) = (Vec::new(), None);
        for value in Deserializer::from_slice(json).into_iter::<Value>() {
            match value {
                Ok(value) => self.collect(grammar, &value, &mut failures),
                Err(error) => fault = Some(format!("its JSON is broken: {error}")),
            }
        }
        let report = if failures.is_empty() { Report::NoReport(None) } else { Report::Failures(failures) };
        Told { report, fault }
    }

    /// Reads a mail whose text is such JSON, with or without words behind it; `None` where it is none.
    #[must_use]
    pub fn read_mail(&self, grammar: &Grammar, mail: &[u8]) -> Option<Report> {
        let blank = memmem::find(mail, b"\n\n").map_or(mail.len(), |blank| blank + 2);
        let body = memmem::find(&mail[..blank], b"\r\n\r\n").map_or(blank, |blank| blank + 4);
        // In base64 `{"` is `eyJ`.
        if !mail[body..].starts_with(b"{") && !mail[body..].starts_with(b"eyJ") {
            return None;
        }
        let mail = Mail::parse(mail)?;
        let message = Message::from(&mail);
        let told = self.read(grammar, message.text(message.parts.first()?).as_bytes());
        Some(told.report).filter(|report| !matches!(report, Report::NoReport(_)))
    }

    fn collect(&self, grammar: &Grammar, value: &Value, failures: &mut Vec<Failure<'static>>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect(grammar, item, failures)),
            Value::Object(object) => {
                let inner = self.unpacked(object);
                let object = inner.as_ref().unwrap_or(object);
                let found = self.notices.iter().find(|notice| notice.tells.iter().any(|marks| holds(object, marks)));
                failures.extend(found.into_iter().flat_map(|notice| read(grammar, notice, object)));
            }
            _ => {}
        }
    }

    /// The object in the string of an envelope.
    fn unpacked(&self, object: &Map<String, Value>) -> Option<Map<String, Value>> {
        let packed = self.notices.iter().filter_map(|notice| notice.envelope.as_ref()).find_map(|key| object.get(key)?.as_str())?;
        serde_json::from_str(packed).ok()
    }
}

/// Whether all marks are in an object.
fn holds(object: &Map<String, Value>, marks: &[NoticeMark]) -> bool {
    let fits = |mark: &NoticeMark, value: &String| mark.values.contains(value) || mark.values.iter().any(|own| own == "*");
    marks.iter().all(|mark| at(object, &mark.path).and_then(text).is_some_and(|value| fits(mark, &value)))
}

/// The failures of a notice: one a recipient.
fn read(grammar: &Grammar, notice: &Notice, object: &Map<String, Value>) -> Vec<Failure<'static>> {
    let list = notice.each.as_ref().and_then(|path| at(object, path)).and_then(Value::as_array);
    match list {
        Some(list) => list.iter().map(|one| About { notice, object, one: Some(one) }.failure(grammar)).collect(),
        None => vec![About { notice, object, one: None }.failure(grammar)],
    }
}

/// A notice, and one recipient that it is about.
struct About<'v> {
    notice: &'v Notice,
    object: &'v Map<String, Value>,
    one: Option<&'v Value>,
}

impl About<'_> {
    fn failure(&self, grammar: &Grammar) -> Failure<'static> {
        let notice = self.notice;
        let said = self.first(&notice.words).map(|words| without_type(&words).to_owned());
        let mut failure = owned(grammar.read(&self.class()));
        if let Some(words) = &said {
            let own = owned(grammar.read(words));
            failure.utterances.retain(|utterance| !utterance.text.is_empty());
            failure.utterances.extend(own.utterances);
            failure.diagnostic = own.diagnostic;
            failure.remote_host = own.remote_host;
            failure.facts = own.facts;
        }
        failure.remote_host = failure.remote_host.or_else(|| self.first(&notice.remote).map(Cow::Owned));
        if let Some(last) = failure.utterances.last_mut().filter(|last| last.speaker == Speaker::Remote) {
            last.host = last.host.take().or_else(|| failure.remote_host.clone());
        }
        failure.kind = Some(notice.kind);
        failure.reporter = Some(notice.provider);
        // A list of recipients may be of bare addresses.
        let bare = self.one.and_then(text).map(Cow::Owned);
        failure.recipient = bare.or_else(|| self.first(&notice.recipient).map(Cow::Owned)).or(failure.recipient);
        failure.status = self.first(&notice.status).and_then(|status| status.parse().ok());
        failure.reporting_host = self.first(&notice.reporting).map(|host| Cow::Owned(without_type(&host).to_owned()));
        failure.sender = self.first(&notice.sender).map(|sender| Cow::Owned(address(&sender).to_owned()));
        failure.subject = self.first(&notice.subject).map(Cow::Owned);
        failure.message_id = self.first(&notice.message_id).map(|id| Cow::Owned(id.trim_matches(['<', '>']).to_owned()));
        failure.date = self.first(&notice.date).and_then(|date| day(&date));
        failure
    }

    /// The service's own names for the reason, as they stand in its JSON.
    fn class(&self) -> String {
        let name = |path: &String| path.rsplit('.').next().unwrap_or_default().to_owned();
        let pairs = self.notice.class.iter().filter_map(|path| Some(format!("\"{}\":\"{}\"", name(path), self.value(path)?)));
        pairs.collect::<Vec<_>>().join(",")
    }

    fn first(&self, paths: &[String]) -> Option<String> {
        paths.iter().find_map(|path| self.value(path))
    }

    fn value(&self, path: &str) -> Option<String> {
        let own = self.one.and_then(Value::as_object).and_then(|one| at(one, path)).and_then(text);
        own.or_else(|| at(self.object, path).and_then(text))
    }
}

/// What stands at a path.
fn at<'v>(object: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    match path.split_once('.') {
        None => object.get(path),
        Some((key, rest)) => at(object.get(key)?.as_object()?, rest),
    }
}

/// A value as text; of a list the first one. What is empty is not there.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => items.first().and_then(text),
        _ => None,
    }
}

/// `smtp; 550 5.1.1 user unknown` and `dsn; mx.example.net` without the type, as in RFC 3464.
fn without_type(words: &str) -> &str {
    match words.split_once(';') {
        Some((kind, rest)) if kind.len() < 20 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => rest.trim(),
        _ => words,
    }
}

/// `Taro <taro@example.jp>`: the address alone.
fn address(value: &str) -> &str {
    value.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(value, |(address, _)| address)
}

fn day(date: &str) -> Option<Date> {
    let seconds = || date.parse::<f64>().ok().and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    let day = || date.get(..10).and_then(|day| day.parse().ok());
    day().or_else(|| seconds().map(|time| TimeZone::UTC.to_datetime(time).date()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_paths() {
        let object: Value = serde_json::from_str(r#"{"a":{"b":[" x ","y"],"c":5,"d":""}}"#).unwrap();
        let find = |path| at(object.as_object().unwrap(), path).and_then(text);
        assert_eq!(
            [find("a.b"), find("a.c"), find("a.d"), find("a.e"), find("b")],
            [Some("x".to_owned()), Some("5".to_owned()), None, None, None]
        );
    }

    #[test]
    fn days_are_read_from_dates_and_seconds() {
        let days =
            ["2016-10-21T00:06:40.502Z", "1513299569", "1521233195.375624", "yesterday"].map(|date| day(date).map(|day| day.to_string()));
        assert_eq!(days, [Some("2016-10-21".to_owned()), Some("2017-12-15".to_owned()), Some("2018-03-16".to_owned()), None]);
    }
}
