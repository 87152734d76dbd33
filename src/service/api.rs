//! The questions that programs ask: texts and mails, answered by the records that `--format json` prints.

use std::io::{self, Write};

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::asking::{Asking, work};
use super::problem::Problem;
use super::{Service, Shared};
use crate::mail::source::{Inputs, Limits};
use crate::output::{Counted, Document, Format, Place, Printer};
use crate::scan::{Others, Scanner};

/// What the records of a mail have as their file.
const BODY: &str = "-";

/// How many bytes an answer may have.
const LARGEST: usize = 64 << 20;

/// One text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    text: Option<String>,
    texts: Option<Vec<String>>,
    lang: Option<String>,
    provider: Option<String>,
    #[serde(default)]
    explain: bool,
}

/// Why one text comes back (one record), or each of a list (a list of records).
pub(super) async fn lookup(State(service): State<Shared>, texts: Result<Json<Texts>, JsonRejection>) -> Result<Response, Problem> {
    let Json(Texts { text, texts, lang, provider, explain }) = texts.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let asking = Asking::new(lang, provider, explain);
    let (texts, format) = match (text, texts) {
        (Some(text), None) => (vec![text], Format::Ndjson),
        (None, Some(texts)) => (texts, Format::Json),
        _ => return Err(Problem::asked("write either \"text\", a string, or \"texts\", a list of strings")),
    };
    work(&service, move |service| records(service, &texts, format, &asking)).await.map(json)
}

fn records(service: &Service, texts: &[String], format: Format, asking: &Asking) -> Result<Vec<u8>, Problem> {
    let engine = service.live.load();
    let (langs, from) = (asking.langs(service)?, asking.viewpoint(service, &engine)?);
    let printer = Printer { engine: &engine, format, langs: &langs, evidence: asking.explain.then_some(from) };
    written(format, |document| {
        let mut printed = Vec::new();
        texts.iter().enumerate().try_for_each(|(index, text)| {
            let diagnosis = engine.lookup(text, from);
            service.metrics.count_answer(&engine, Counted::new(&engine, &diagnosis));
            printed.clear();
            printer.answer(&mut printed, &diagnosis, Place { file: None, mail: None, index, logged: None })?;
            document.add(&printed)
        })
    })
}

/// What came back, by a mail, an mbox or JSON notices in the body: a list of records.
pub(super) async fn scan(
    State(service): State<Shared>,
    asking: Result<Query<Asking>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let Query(asking) = asking.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let body = body.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    if body.is_empty() {
        return Err(Problem::asked("the body is empty; send the mail as it is in the body"));
    }
    work(&service, move |service| scanned(service, body.into(), &asking)).await.map(json)
}

fn scanned(service: &Service, body: Vec<u8>, asking: &Asking) -> Result<Vec<u8>, Problem> {
    let engine = service.live.load();
    let (langs, from) = (asking.langs(service)?, asking.viewpoint(service, &engine)?);
    let printer = Printer { engine: &engine, format: Format::Json, langs: &langs, evidence: asking.explain.then_some(from) };
    let scanner = Scanner { engine: &engine, from, printer, others: Others::Silent };
    let limit = service.options.limits.body;
    let limits = Limits { mail: limit, notices: limit, unpacked: 4 * limit as u64 };
    let mut fault = None;
    let written = written(Format::Json, |document| {
        for input in Inputs::in_bytes(BODY, body, limits) {
            let mut answer = scanner.answer(input)?;
            fault = fault.take().or_else(|| answer.fault.take());
            loop {
                answer.counted.iter().for_each(|counted| service.metrics.count_answer(&engine, *counted));
                document.add(&answer.printed)?;
                if !scanner.go_on(&mut answer)? {
                    break;
                }
            }
        }
        Ok(())
    });
    match fault {
        Some(why) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the body cannot be read: {why}"))),
        None => written,
    }
}

/// A document in memory.
fn written(format: Format, write: impl FnOnce(&mut Document<&mut Bounded>) -> io::Result<()>) -> Result<Vec<u8>, Problem> {
    let mut out = Bounded { bytes: Vec::new(), limit: LARGEST };
    let mut document = Document::new(format, &mut out);
    let done = write(&mut document).and_then(|()| document.end());
    match done {
        Ok(()) => Ok(out.bytes),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let why = format!("the answer would be larger than {} MB; ask in parts", LARGEST >> 20);
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why))
        }
        Err(error) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

/// Bytes in memory, up to a limit: what is asked in few bytes may be answered in many.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn json(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_at_its_limit() {
        let mut out = Bounded { bytes: Vec::new(), limit: 3 };
        assert!(out.write_all(b"abc").is_ok());
        assert_eq!(out.write_all(b"d").unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
