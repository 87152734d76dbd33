//! A mail drawn again from what a report tells: headers that readers go by, its own words, its fields for programs, and of the
//! message that came back only what names it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use regex::Regex;

use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::model::{ProviderIx, TextPattern};
use crate::pattern::{Folded, find};

/// Where the message that came back is taken to begin in a report's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Behind the words by which mail systems announce it, or at its headers.
    Marks,
    /// At its headers.
    Headers,
    /// Nowhere.
    Nothing,
}

/// How a mail is drawn again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'w> {
    pub(super) cut: Cut,
    /// Words that decided about the diagnosis: ids in them stay.
    pub(super) deciding: &'w str,
    /// The providers whose names stay; none where those of all do.
    pub(super) needed: Option<&'w HashSet<ProviderIx>>,
}

/// The mail drawn again.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    pub(super) mail: String,
    /// The report's own words, for whoever looks them through.
    pub(super) own_words: String,
    /// Names and ids of the original that stay.
    pub(super) stays: Vec<String>,
    /// What was left out.
    pub(super) left_out: Vec<String>,
}

/// Header fields of a report that stay (RFC 5322, RFC 3834, and what mail systems name recipients in).
const KEPT: &[&str] = &["return-path", "date", "auto-submitted", "precedence", "x-failed-recipients"];

/// Fields of a delivery status notification (RFC 3464) and of an abuse report (RFC 5965) that stay.
const STATUS: &[&str] = &[
    "reporting-mta",
    "received-from-mta",
    "arrival-date",
    "original-recipient",
    "final-recipient",
    "action",
    "status",
    "remote-mta",
    "diagnostic-code",
    "last-attempt-date",
    "will-retry-until",
    "x-actual-recipient",
    "feedback-type",
    "version",
    "user-agent",
    "original-mail-from",
    "original-rcpt-to",
    "removal-recipient",
    "reported-domain",
    "source-ip",
];

/// Fields that show that a message begins, and those of it that stay.
const MESSAGE: &[&str] =
    &["return-path", "received", "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "delivered-to", "x-mailer"];
const NAMING: &[&str] = &["return-path", "from", "to", "subject", "date", "message-id"];

/// How many such fields in a row show it.
const FIELDS_IN_A_ROW: usize = 3;

const BOUNDARY: &str = "=_redacted";
const SUBJECT: &str = "(subject)";
const BODY: &str = "(body)";

/// Words in the coding that header fields are in (RFC 2047), where nothing takes them apart.
static ENCODED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"=\?[^?\s]{1,40}\?[BbQq]\?[^?\s]*\?=").ok());
const ENCODED_WORDS: &str = "(words)";

/// Draws a mail again.
pub(super) fn sketch(engine: &Engine, known: &Vocabulary, mail: &[u8], way: &Way<'_>) -> Sketch {
    let Some(message) = MessageParser::default().parse(mail) else { return Sketch::default() };
    let parts = parts(&message);
    let all: Vec<String> = header_lines(&message).chain(parts.iter().map(|(_, text)| text.clone())).collect();
    let mut stand_ins = StandIns::needing(engine, known, &all.join("\n"), way.needed);
    learn(&mut stand_ins, &message);
    parts
        .iter()
        .filter(|(kind, _)| !matches!(kind, Part::Status | Part::Feedback))
        .for_each(|(_, text)| learn_header(&mut stand_ins, text));
    parts.iter().filter(|(kind, _)| *kind == Part::Status).for_each(|(_, text)| learn_hosts(&mut stand_ins, text));
    let ids = stand_ins.keep_ids(way.deciding);
    let mut drawing = Drawing { engine, stand_ins, cut: way.cut, sketch: Sketch::default() };
    drawing.head(&message);
    drawing.body(&message, &parts);
    drawing.sketch.stays = drawing.stand_ins.stayed().map(str::to_owned).chain(ids).collect();
    drawing.sketch
}

/// What a part of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Words,
    Status,
    Feedback,
    Headers,
    Message,
}

/// The parts of a report that readers look at, decoded.
fn parts(message: &Message<'_>) -> Vec<(Part, String)> {
    let mut parts = Vec::new();
    let mut html = String::new();
    for part in &message.parts {
        let text = || String::from_utf8_lossy(part.contents()).into_owned();
        let kind = part.content_type().map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or_default()).to_ascii_lowercase());
        match (kind.as_deref(), &part.body) {
            (Some("message/delivery-status" | "message/global-delivery-status"), _) => parts.push((Part::Status, text())),
            (Some("message/feedback-report"), _) => parts.push((Part::Feedback, text())),
            (Some("text/rfc822-headers" | "message/global-headers"), _) => parts.push((Part::Headers, text())),
            (_, PartType::Message(_)) => parts.push((Part::Message, naming_text(part))),
            (_, PartType::Text(text)) => parts.push((Part::Words, text.to_string())),
            (_, PartType::Html(text)) => html.push_str(text),
            _ => {}
        }
    }
    let returned = parts.iter().position(|(kind, _)| matches!(kind, Part::Headers | Part::Message)).map_or(parts.len(), |at| at + 1);
    parts = parts.into_iter().enumerate().filter(|(at, (kind, _))| *at < returned || *kind == Part::Status).map(|(_, part)| part).collect();
    let silent = parts.iter().filter(|(kind, _)| *kind == Part::Words).all(|(_, text)| text.trim().is_empty());
    if silent && !html.is_empty() {
        parts.insert(0, (Part::Words, html_to_text(&html)));
    }
    if parts.is_empty() {
        parts.push((Part::Words, String::from_utf8_lossy(message.raw_message().get(body_at(message)..).unwrap_or_default()).into_owned()));
    }
    parts
}

/// Where the body of a message begins, in bytes.
fn body_at(message: &Message<'_>) -> usize {
    message.root_part().raw_body_offset() as usize
}

/// The header fields of a part that is a message.
fn naming_text(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Message(message) => header_lines(message).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// The header of a message as lines, decoded.
fn header_lines<'m>(message: &'m Message<'_>) -> impl Iterator<Item = String> + 'm {
    message.headers_raw().map(|(name, raw)| {
        let lower = name.to_ascii_lowercase();
        let value = match lower.as_str() {
            "from" => message.from().map(shown),
            "to" => message.to().map(shown),
            "subject" => message.subject().map(str::to_owned),
            _ => None,
        };
        let flat = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{name}: {}", value.filter(|value| !value.trim().is_empty()).map_or_else(|| flat(raw), |value| flat(&value)))
    })
}

fn shown(address: &Address<'_>) -> String {
    let one = |name: Option<&str>, address: Option<&str>| match (name, address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => address.or(name).unwrap_or_default().to_owned(),
    };
    address.iter().map(|addr| one(addr.name(), addr.address())).collect::<Vec<_>>().join(", ")
}

/// Learns the names of people that the header names.
fn learn(stand_ins: &mut StandIns<'_>, message: &Message<'_>) {
    let people = [message.from(), message.to(), message.cc(), message.reply_to()];
    for person in people.into_iter().flatten().flat_map(|address| address.iter()) {
        person.name().into_iter().for_each(|name| stand_ins.learn_name(name));
        person.address().into_iter().for_each(|address| stand_ins.learn_address(address));
    }
}

/// Learns subject and people from the header of the message that came back, wherever it stands in a text.
fn learn_header(stand_ins: &mut StandIns<'_>, text: &str) {
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "subject" => stand_ins.learn_phrase(value, SUBJECT),
            "from" | "to" | "cc" | "reply-to" => {
                let names = value.split(',').filter_map(|one| one.split_once('<')).map(|(name, _)| name);
                names.for_each(|name| stand_ins.learn_name(name));
            }
            _ => {}
        }
    }
}

/// Learns host names without dots from fields for programs.
fn learn_hosts(stand_ins: &mut StandIns<'_>, fields: &str) {
    for line in fields.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.to_ascii_lowercase().ends_with("-mta") {
            let value = value.split_once(';').map_or(value, |(_, host)| host).trim();
            stand_ins.learn_host(value.split([' ', '(', '[']).next().unwrap_or_default());
        }
    }
}

/// A sketch under way.
struct Drawing<'e> {
    engine: &'e Engine,
    stand_ins: StandIns<'e>,
    cut: Cut,
    sketch: Sketch,
}

impl Drawing<'_> {
    /// The header: what readers go by, everything else is left out.
    fn head(&mut self, message: &Message<'_>) {
        let mut left_out = 0;
        for line in header_lines(message) {
            let (name, value) = line.split_once(": ").unwrap_or((&line, ""));
            let lower = name.to_ascii_lowercase();
            let value = match lower.as_str() {
                "subject" => Some(self.subject(value)),
                "from" | "to" => Some(self.stand_ins.replace(value)),
                "content-type" | "content-transfer-encoding" | "mime-version" => continue,
                kept if KEPT.contains(&kept) => Some(self.stand_ins.replace(value)),
                other => self.marked(other, value),
            };
            match value {
                Some(value) => {
                    let _ = writeln!(self.sketch.mail, "{name}: {value}");
                }
                None => left_out += 1,
            }
        }
        if left_out > 0 {
            self.sketch.left_out.push(format!("{left_out} header fields were left out"));
        }
        self.sketch.mail.push_str("MIME-Version: 1.0\n");
    }

    /// The subject: the words by which layouts know reports, and nothing else.
    fn subject(&mut self, subject: &str) -> String {
        let layouts = &self.engine.set().layouts;
        let patterns = layouts.iter().flat_map(|layout| layout.subject.iter().chain(&layout.delay).chain(&layout.success));
        self.known_words(subject, patterns).unwrap_or_else(|| SUBJECT.to_owned())
    }

    /// Of a field by which layouts know reports, the words that they know, or all where its name is enough.
    fn marked(&mut self, name: &str, value: &str) -> Option<String> {
        let marks = || self.engine.set().layouts.iter().flat_map(|layout| &layout.headers).filter(|mark| mark.name == name);
        if marks().any(|mark| mark.words.is_none()) {
            return Some(self.stand_ins.replace(value));
        }
        let patterns: Vec<&TextPattern> = marks().filter_map(|mark| mark.words.as_ref()).collect();
        self.known_words(value, patterns)
    }

    /// The words of a text that one of these patterns takes; none where none does.
    fn known_words<'p>(&mut self, text: &str, patterns: impl IntoIterator<Item = &'p TextPattern>) -> Option<String> {
        let folded = Folded::new(text);
        let found = patterns.into_iter().filter_map(|pattern| find(pattern, folded.as_str(), 0));
        let mut ranges: Vec<_> = found.map(|found| Folded::origin(text, found.range)).filter(|range| !range.is_empty()).collect();
        ranges.sort_by_key(|range| (range.start, usize::MAX - range.end));
        let mut kept = Vec::new();
        let mut at = 0;
        for range in ranges {
            if range.start >= at {
                kept.push(self.stand_ins.replace(&text[range.clone()]));
                at = range.end;
            }
        }
        (!kept.is_empty()).then(|| kept.join(" "))
    }

    fn body(&mut self, message: &Message<'_>, parts: &[(Part, String)]) {
        let alone = parts.iter().all(|(kind, _)| *kind == Part::Words);
        if alone {
            self.sketch.mail.push_str("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
            for (_, text) in parts {
                self.words(text);
            }
            return;
        }
        let kind = message.content_type().and_then(|t| t.attribute("report-type")).unwrap_or("delivery-status").to_owned();
        let _ = writeln!(self.sketch.mail, "Content-Type: multipart/report; report-type={kind}; boundary=\"{BOUNDARY}\"\n");
        for (kind, text) in parts {
            self.part(*kind, text);
        }
        let _ = writeln!(self.sketch.mail, "--{BOUNDARY}--");
    }

    fn part(&mut self, kind: Part, text: &str) {
        let content_type = match kind {
            Part::Words => "text/plain; charset=utf-8",
            Part::Status => "message/delivery-status",
            Part::Feedback => "message/feedback-report",
            Part::Headers => "text/rfc822-headers",
            Part::Message => "message/rfc822",
        };
        let _ = writeln!(self.sketch.mail, "--{BOUNDARY}\nContent-Type: {content_type}\nContent-Transfer-Encoding: 8bit\n");
        match kind {
            Part::Words => self.words(text),
            Part::Status | Part::Feedback => self.fields(text, STATUS),
            Part::Headers => self.fields(text, NAMING),
            Part::Message => {
                self.fields(text, NAMING);
                let _ = writeln!(self.sketch.mail, "\n{BODY}");
            }
        }
    }

    /// Fields of these names, with stand-ins; blank lines stay, since they part groups.
    fn fields(&mut self, text: &str, names: &[&str]) {
        let mut keep = false;
        for line in text.lines() {
            if line.trim().is_empty() {
                keep = false;
                self.sketch.mail.push('\n');
                continue;
            }
            if !line.starts_with([' ', '\t']) {
                let name = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
                keep = names.contains(&name.as_str());
                if keep && name == "subject" {
                    let _ = writeln!(self.sketch.mail, "Subject: {SUBJECT}");
                    keep = false;
                }
            }
            if keep {
                let line = self.replaced(line);
                let _ = writeln!(self.sketch.mail, "{line}");
            }
        }
    }

    /// A text with stand-ins, also for words that are still in a header's coding.
    fn replaced(&mut self, text: &str) -> String {
        let plain = ENCODED.as_ref().map(|encoded| encoded.replace_all(text, ENCODED_WORDS));
        self.stand_ins.replace(plain.as_deref().unwrap_or(text))
    }

    /// The report's own words; of a message behind them what names it.
    fn words(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let end = self.returned_at(&lines);
        let own = self.replaced(&lines[..end].join("\n"));
        self.sketch.mail.push_str(&own);
        self.sketch.own_words.push_str(&own);
        self.sketch.mail.push('\n');
        if end < lines.len() {
            let first = lines[end..].iter().position(|line| is_field(line, MESSAGE));
            let header: Vec<&str> =
                lines[end + first.unwrap_or(lines.len() - end)..].iter().take_while(|line| !line.trim().is_empty()).copied().collect();
            self.sketch.mail.push('\n');
            self.fields(&header.join("\n"), NAMING);
            let _ = writeln!(self.sketch.mail, "\n{BODY}");
        }
    }

    /// The line at which the message that came back begins.
    fn returned_at(&self, lines: &[&str]) -> usize {
        let headers = || {
            (1..lines.len()).find(|at| {
                let row = lines[*at..].iter().take(FIELDS_IN_A_ROW).filter(|line| is_field(line, MESSAGE) || line.starts_with([' ', '\t']));
                lines[at - 1].trim().is_empty() && is_field(lines[*at], MESSAGE) && row.count() == FIELDS_IN_A_ROW
            })
        };
        let marks = || {
            let marks: Vec<&TextPattern> = self.engine.set().layouts.iter().flat_map(|layout| &layout.returned).collect();
            lines.iter().position(|line| {
                let folded = Folded::new(line);
                marks.iter().any(|mark| find(mark, folded.as_str(), 0).is_some())
            })
        };
        let found = match self.cut {
            Cut::Marks => marks().map(|at| at + 1).into_iter().chain(headers()).min(),
            Cut::Headers => headers(),
            Cut::Nothing => None,
        };
        found.unwrap_or(lines.len())
    }
}

/// Whether a line is a header field of one of these names.
fn is_field(line: &str, names: &[&str]) -> bool {
    line.split_once(':').is_some_and(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str()))
}
