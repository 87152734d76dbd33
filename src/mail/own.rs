//! What a returned message tells about us: whether it was ours at all, and the fields that we put into it.

use super::headers::{Fields, Returned};
use crate::model::Own;

/// Whether somebody else sent a message in our name: its sender is one of ours, and none of our hosts has left a trace in it.
/// None where that cannot be told.
pub(super) fn backscatter(own: &Own, returned: &Returned, fields: Fields<'_>) -> Option<bool> {
    let senders = || returned.sender.iter().chain(&returned.return_path);
    if own.hosts.is_empty() || !senders().any(|sender| own.has_address(sender)) {
        return None;
    }
    let id_host = returned.message_id.as_deref().and_then(|id| id.rsplit_once('@')).map(|(_, host)| host);
    if id_host.is_some_and(|host| own.has_host(host)) {
        return Some(false);
    }
    let mut received = fields.decoded("received").peekable();
    // A message that was cut down to a few fields proves nothing.
    received.peek()?;
    Some(!received.any(|received| hosts(&received).any(|host| own.has_host(host))))
}

/// Whatever may be a host name or an IP address in a `Received` field.
fn hosts(received: &str) -> impl Iterator<Item = &str> {
    let words = received.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | ':'));
    words.filter(|word| word.contains(['.', ':'])).map(|word| word.strip_prefix("IPv6:").unwrap_or(word))
}

/// The fields of a returned message that answers should carry, by the names they were asked for.
pub(super) fn carried(own: &Own, fields: Fields<'_>) -> Vec<(String, String)> {
    let field = |name: &String| fields.decoded(name).next().map(|value| (name.clone(), value));
    own.headers.iter().filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(fields: &str) -> Option<bool> {
        let own = Own {
            domains: vec!["example.jp".to_owned()],
            hosts: vec!["*.out.example.jp".to_owned(), "192.0.2.25".to_owned(), "2001:db8::25".to_owned()],
            ..Own::default()
        };
        Returned::parse(format!("{fields}\n\n").as_bytes(), &own)?.backscatter
    }

    #[test]
    fn our_mail_bears_our_traces() {
        let from = "From: taro@example.jp\n";
        assert_eq!(verdict(&format!("Received: from pc by mx1.out.example.jp with ESMTP\n{from}")), Some(false));
        assert_eq!(verdict(&format!("Received: from x (unknown [192.0.2.25]) by mx.example.com\n{from}")), Some(false));
        assert_eq!(verdict(&format!("Received: from x ([IPv6:2001:db8::25])\n\tby mx.example.com\n{from}")), Some(false));
        assert_eq!(verdict(&format!("Message-ID: <1@app.out.example.jp>\n{from}")), Some(false));
        assert_eq!(verdict(&format!("Received: from evil ([198.51.100.7]) by mx.example.com\n{from}")), Some(true));
        assert_eq!(verdict("Return-Path: <taro@example.jp>\nReceived: from evil by mx.example.com\nFrom: x@example.org\n"), Some(true));
    }

    #[test]
    fn what_cannot_be_told_is_not_said() {
        assert_eq!(verdict("From: taro@example.jp\nSubject: x\n"), None, "no trace of any host");
        assert_eq!(verdict("Received: from evil by mx.example.com\nFrom: x@example.org\n"), None, "not our sender");
        let returned = Returned::parse(b"Received: from evil by mx.example.com\nFrom: taro@example.jp\n\n", &Own::default());
        assert_eq!(returned.unwrap().backscatter, None, "nothing known of us");
    }
}
