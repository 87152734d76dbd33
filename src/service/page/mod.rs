//! The page for people: a bounce goes in, what it means and what to do comes out. It works without script, and asks nobody else.

mod view;
mod words;

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::asking::work;
use super::problem::Problem;
use super::{Service, Shared};
use crate::Engine;
use crate::mail::Report;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Lang};
use crate::output::{Counted, Langs};
use view::Answer;

/// How many answers are shown of a mail with many recipients.
const SHOWN: usize = 50;

/// The language that the address asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
}

/// What was pasted.
#[derive(Debug, Deserialize)]
pub(super) struct Pasted {
    #[serde(default)]
    text: String,
}

/// The empty page.
pub(super) async fn form(State(service): State<Shared>, asked: Result<Query<Asked>, QueryRejection>, headers: HeaderMap) -> Response {
    let lang = lang(&service, asked.ok().and_then(|Query(asked)| asked.lang).as_deref(), &headers);
    html(&view::page(&lang, "", &Answer::None))
}

/// The page with the answer to what was pasted.
pub(super) async fn explain(
    State(service): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    pasted: Result<Form<Pasted>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(pasted) = pasted.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let lang = lang(&service, asked.ok().and_then(|Query(asked)| asked.lang).as_deref(), &headers);
    work(&service, move |service| Ok(html(&answered(service, &lang, &pasted.text)))).await
}

fn answered(service: &Service, lang: &Lang, text: &str) -> String {
    if text.trim().is_empty() {
        return view::page(lang, text, &Answer::None);
    }
    let engine = service.live.load();
    let from = service.options.provider.as_deref().and_then(|id| engine.set().provider_by_id(id));
    let from = Viewpoint { customer_of: from, presumed: None };
    let (diagnoses, more) = diagnoses(&engine, text, from);
    for diagnosis in &diagnoses {
        service.metrics.count_answer(&engine, Counted::new(&engine, diagnosis));
    }
    view::page(lang, text, &Answer::Given { engine: &engine, diagnoses: &diagnoses, more })
}

/// What a mail or a text says, as much as is shown, and how many answers are not.
fn diagnoses<'t>(engine: &Engine, text: &'t str, from: Viewpoint) -> (Vec<Diagnosis<'t>>, usize) {
    if !is_mail(text) {
        return (vec![engine.lookup(text, from)], 0);
    }
    match engine.read_mail(text.trim_start().as_bytes()) {
        Report::Failures(failures) => {
            let more = failures.len().saturating_sub(SHOWN);
            (failures.into_iter().take(SHOWN).map(|failure| engine.diagnose(failure, from)).collect(), more)
        }
        Report::NoReport(_) => (Vec::new(), 0),
    }
}

/// Whether a text begins as a whole mail does: with two header fields at least, then a line that is empty.
fn is_mail(text: &str) -> bool {
    let head = text.trim_start().lines().take_while(|line| !line.trim().is_empty());
    let is_field = |line: &str| {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let mut fields = 0;
    for (index, line) in head.enumerate() {
        match line {
            line if is_field(line) => fields += 1,
            line if line.starts_with([' ', '\t']) || (index == 0 && line.starts_with("From ")) => {}
            _ => return false,
        }
    }
    fields >= 2
}

/// The style of the page.
pub(super) async fn css() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")], include_str!("page.css")).into_response()
}

/// What makes the page quicker where scripts run.
pub(super) async fn js() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, include_str!("page.js")).into_response()
}

fn html(page: &str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store"), (header::VARY, "accept-language")];
    (headers, page.to_owned()).into_response()
}

/// The language of the page: as the address asks, as the browser likes, as the service was started.
fn lang(service: &Arc<Service>, asked: Option<&str>, headers: &HeaderMap) -> Lang {
    let known = |tag: &str| Lang::parse(tag).filter(|lang| lang.is("ja") || lang.is("en"));
    let liked = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(preferred);
    let own = || match &service.options.langs {
        Langs::One(lang) => lang.clone(),
        Langs::All => Lang::english(),
    };
    asked.and_then(known).or_else(liked).unwrap_or_else(own)
}

/// The language of the page that `Accept-Language` likes best (RFC 9110, 12.5.4).
fn preferred(accepted: &str) -> Option<Lang> {
    let parts = accepted.split(',').filter_map(|part| {
        let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
        let lang = Lang::parse(tag.trim()).filter(|lang| lang.is("ja") || lang.is("en"))?;
        (weight > 0.0).then_some((weight, lang))
    });
    // Of equals the first.
    parts.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, lang)| lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_asked_which_language_it_likes() {
        let tag = |accepted| preferred(accepted).map(|lang| lang.tag().to_owned());
        assert_eq!(tag("ja,en-US;q=0.9,en;q=0.8").as_deref(), Some("ja"));
        assert_eq!(tag("fr-FR, en;q=0.3, ja;q=0.7").as_deref(), Some("ja"));
        assert_eq!(tag("en-GB,ja;q=0").as_deref(), Some("en-gb"));
        assert_eq!(tag("de, *;q=0.1"), None);
        assert_eq!(tag(";;,q=,\u{0}"), None);
    }

    #[test]
    fn a_mail_is_told_from_a_text() {
        assert!(is_mail("Return-Path: <>\r\nReceived: from mx.example.com\r\n by mx.example.jp\r\nSubject: x\r\n\r\nbody: one\r\n"));
        assert!(is_mail("From MAILER-DAEMON Mon Feb  3 10:00:00 2025\nFrom: a@example.com\nTo: b@example.com\n\nx"));
        assert!(!is_mail("<taro@example.jp>: host mx.example.jp said: 550 no"));
        assert!(!is_mail("Diagnostic-Code: smtp; 550 no"));
        assert!(!is_mail("宛先: 不明\n理由: 不明\n"));
        assert!(!is_mail(""));
    }
}
