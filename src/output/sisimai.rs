//! The JSON of Sisimai 5: its field names and its names of reasons, for programs that read those.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::Engine;
use crate::model::{Diagnosis, Kind, Lang, Severity};

/// Reasons for which Sisimai calls a failure a hard bounce.
const HARD: [&str; 4] = ["userunknown", "hostunknown", "hasmoved", "notaccept"];

/// The reason that it gives where none is known.
const UNKNOWN: &str = "undefined";

/// One failure as Sisimai tells it: what is not known is an empty string.
///
/// Names that changed between its versions stand here both as `smtpagent`, `smtpcommand` and as `decodedby`, `command`.
#[derive(Debug, Serialize)]
pub(super) struct Fact<'d> {
    action: &'static str,
    addresser: &'d str,
    alias: &'d str,
    catch: (),
    command: &'static str,
    decodedby: &'d str,
    deliverystatus: String,
    destination: &'d str,
    diagnosticcode: String,
    diagnostictype: &'static str,
    feedbacktype: &'static str,
    hardbounce: bool,
    lhost: &'d str,
    listid: &'static str,
    messageid: &'d str,
    origin: &'d str,
    reason: &'d str,
    recipient: &'d str,
    replycode: String,
    rhost: &'d str,
    senderdomain: &'d str,
    smtpagent: &'d str,
    smtpcommand: &'static str,
    subject: &'d str,
    timestamp: i64,
    timezoneoffset: &'static str,
    token: String,
}

impl<'d> Fact<'d> {
    pub(super) fn new(engine: &'d Engine, diagnosis: &'d Diagnosis<'d>, file: Option<&'d str>) -> Self {
        let failure = &diagnosis.failure;
        let (used, last) = (failure.recipient.as_deref(), failure.final_recipient.as_deref());
        let recipient = last.or(used).unwrap_or_default();
        let addresser = failure.sender.as_deref().unwrap_or_default();
        let reason = engine.set().category(diagnosis.category).sisimai.first().map_or(UNKNOWN, String::as_str);
        let agent = diagnosis.reporter.map(|index| engine.set().provider(index));
        let agent = agent.map_or("", |provider| provider.name.get(&Lang::english()).unwrap_or(&provider.id));
        let command = diagnosis.stage.map_or("", |stage| stage.command());
        let timestamp = failure.date.map_or(0, seconds);
        Self {
            action: action(diagnosis.kind),
            addresser,
            alias: used.filter(|_| last.is_some()).unwrap_or_default(),
            catch: (),
            command,
            decodedby: agent,
            deliverystatus: diagnosis.status.map(|status| status.to_string()).unwrap_or_default(),
            destination: domain(recipient),
            diagnosticcode: failure.diagnostic.split_whitespace().collect::<Vec<_>>().join(" "),
            diagnostictype: if diagnosis.reply.is_some() { "SMTP" } else { "" },
            feedbacktype: "",
            hardbounce: diagnosis.severity == Severity::Permanent && HARD.contains(&reason),
            lhost: failure.reporting_host.as_deref().unwrap_or_default(),
            listid: "",
            messageid: failure.message_id.as_deref().unwrap_or_default(),
            origin: file.unwrap_or_default(),
            reason,
            recipient,
            replycode: diagnosis.reply.map(|reply| reply.to_string()).unwrap_or_default(),
            rhost: failure.remote_host.as_deref().unwrap_or_default(),
            senderdomain: domain(addresser),
            smtpagent: agent,
            smtpcommand: command,
            subject: failure.subject.as_deref().unwrap_or_default(),
            timestamp,
            timezoneoffset: "+0000",
            token: token(addresser, recipient, timestamp),
        }
    }
}

/// The word of RFC 3464 for a kind.
fn action(kind: Kind) -> &'static str {
    match kind {
        Kind::Bounce => "failed",
        Kind::Delay => "delayed",
        Kind::Success => "delivered",
        Kind::Complaint | Kind::AutoReply | Kind::Challenge => "",
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain.trim_end_matches('>'))
}

/// The start of a day in seconds since 1970: of a report only the day is kept.
fn seconds(date: Date) -> i64 {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(0, Timestamp::as_second)
}

/// Names a failure: the same sender, recipient and day give the same token.
fn token(addresser: &str, recipient: &str, timestamp: i64) -> String {
    let about = format!("\x02{}\x1e{}\x1e{timestamp}\x03", addresser.to_lowercase(), recipient.to_lowercase());
    blake3::hash(about.as_bytes()).to_hex()[..40].to_owned()
}
