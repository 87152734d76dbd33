//! Fields of a delivery status notification (RFC 3464).

use std::borrow::Cow;

use crate::model::{Kind, Status};

/// The field that every recipient has; where it stands in a text, such fields stand there.
pub(super) const FIRST_FIELD: &str = "Final-Recipient:";

/// The field that begins those of the whole notification (RFC 3464, section 2.2).
pub(super) const REPORTER_FIELD: &str = "Reporting-MTA:";

/// What a notification says about one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Recipient {
    pub(super) original: Option<String>,
    pub(super) last: Option<String>,
    pub(super) action: Option<Kind>,
    pub(super) status: Option<Status>,
    pub(super) remote: Option<String>,
    /// The type of the diagnostic in small letters (`smtp`, `x-unix` …), and its words.
    pub(super) diagnostic: Option<(String, String)>,
}

impl Recipient {
    /// Whether its address is told.
    pub(super) fn is_named(&self) -> bool {
        self.last.is_some() || self.original.is_some()
    }

    /// Takes up what a later group says about the same recipient, where this one does not say it.
    fn add(&mut self, later: Self) {
        self.original = self.original.take().or(later.original);
        self.status = self.status.or(later.status);
        self.remote = self.remote.take().or(later.remote);
        self.diagnostic = self.diagnostic.take().or(later.diagnostic);
    }
}

/// What a notification says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Notification {
    pub(super) reporting: Option<String>,
    pub(super) recipients: Vec<Recipient>,
}

/// Fields of a group, their values unfolded.
type Fields<'t> = Vec<(&'t str, Cow<'t, str>)>;

/// Reads the fields of a `message/delivery-status`, or such fields where they stand in plain text.
pub(super) fn parse(text: &str) -> Notification {
    let mut notification = Notification::default();
    for group in groups(text) {
        if notification.reporting.is_none() {
            notification.reporting = value(&group, "reporting-mta").map(host);
        }
        let recipient = recipient(&group);
        let goes_on = |last: &&mut Recipient| recipient.action.is_none() && recipient.last.is_some() && last.last == recipient.last;
        if let Some(last) = notification.recipients.last_mut().filter(goes_on) {
            last.add(recipient);
        } else if recipient.is_named() || recipient.action.is_some() {
            // A group that says what became of the message is about somebody, named or not.
            notification.recipients.push(recipient);
        }
    }
    notification
}

/// Groups of fields between blank lines. A field that begins a recipient begins a group even where the blank line is missing.
fn groups(text: &str) -> Vec<Fields<'_>> {
    let mut groups: Vec<Fields<'_>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let folded = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        match (folded, groups.last_mut().and_then(|group| group.last_mut())) {
            (true, Some((_, value))) if open => {
                let value = value.to_mut();
                value.push(' ');
                value.push_str(line);
            }
            _ => {
                let Some((name, value)) = line.split_once(':') else { continue };
                let name = name.trim();
                let begins = |name: &str| name.eq_ignore_ascii_case("final-recipient");
                let again = begins(name) && groups.last().is_some_and(|group| group.iter().any(|(known, _)| begins(known)));
                if !open || again {
                    groups.push(Vec::new());
                    open = true;
                }
                if let Some(group) = groups.last_mut() {
                    group.push((name, Cow::Borrowed(value.trim())));
                }
            }
        }
    }
    groups
}

fn value<'f>(fields: &'f Fields<'_>, name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value).filter(|value| !value.is_empty())
}

fn recipient(fields: &Fields<'_>) -> Recipient {
    let actual = value(fields, "x-actual-recipient").and_then(address);
    Recipient {
        original: value(fields, "original-recipient").and_then(address),
        last: value(fields, "final-recipient").and_then(address).or(actual),
        action: value(fields, "action").map(|action| kind(action, value(fields, "status"))),
        status: value(fields, "status").and_then(status),
        remote: value(fields, "remote-mta").map(host).filter(|host| !host.is_empty()),
        diagnostic: value(fields, "diagnostic-code").map(diagnostic),
    }
}

/// `rfc822; a@example.com`, also without the type or with brackets; encoded as RFC 6533 has it.
fn address(value: &str) -> Option<String> {
    let (kind, value) = value.split_once(';').map_or(("", value), |(kind, address)| (kind.trim(), address));
    let value = if kind.eq_ignore_ascii_case("utf-8") { Cow::Owned(unescaped(value)) } else { Cow::Borrowed(value) };
    let value = value.trim();
    let inside = value.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(value, |(address, _)| address);
    let inside = inside.trim().trim_matches(['<', '>']);
    // A quoted local part (RFC 5321, section 4.1.2) may hold spaces.
    let quoted = inside.strip_prefix('"').and_then(|rest| rest.find("\"@")).map_or(0, |end| end + 2);
    let plain = if quoted > 0 { inside } else { inside.trim_matches(['"', '\'']).trim() };
    let plain = &plain[..plain[quoted..].find(char::is_whitespace).map_or(plain.len(), |end| quoted + end)];
    (!plain.is_empty() && !plain.starts_with('@')).then(|| plain.to_owned())
}

/// An address of the type utf-8, in which any character may stand as `\x{2B}` (RFC 6533, section 3).
fn unescaped(value: &str) -> String {
    let mut parts = value.split("\\x{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let character = part.split_once('}').and_then(|(code, rest)| Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, rest)));
        match character.filter(|(character, _)| !character.is_control()) {
            Some((character, rest)) => {
                out.push(character);
                out.push_str(rest);
            }
            None => {
                out.push_str("\\x{");
                out.push_str(part);
            }
        }
    }
    out
}

/// `dns; mx.example.com (192.0.2.1)`: the name alone.
fn host(value: &str) -> String {
    let value = value.split_once(';').map_or(value, |(_, host)| host).trim();
    value.split([' ', '(', '[', '|']).next().unwrap_or_default().trim_matches(['<', '>', '"', '.']).to_owned()
}

/// The code at the front; some put a comment behind it.
fn status(value: &str) -> Option<Status> {
    value.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|part| part.parse().ok())
}

/// What an action means. A final failure that calls itself delayed is one all the same.
fn kind(action: &str, status: Option<&str>) -> Kind {
    let action = action.to_ascii_lowercase();
    let word = action.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    match word {
        "delayed" | "delay" if !status.is_some_and(|status| status.starts_with('5')) => Kind::Delay,
        "delivered" | "relayed" | "expanded" | "deliverable" => Kind::Success,
        _ => Kind::Bounce,
    }
}

fn diagnostic(value: &str) -> (String, String) {
    match value.split_once(';') {
        Some((kind, words)) if kind.len() < 40 && kind.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) => {
            let kind = kind.trim().to_ascii_lowercase();
            // What a number alone means is told by its type: a program's exit status, perhaps.
            let is_number = kind != "smtp" && !words.contains(char::is_alphabetic);
            (kind, if is_number { value } else { words }.trim().to_owned())
        }
        _ => (String::new(), value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_folded_or_not() {
        let text = "Reporting-MTA: dns; mx.example.net\nArrival-Date: today\n\nFinal-Recipient: RFC822; <Hanako@example.jp>\n\
            Original-Recipient: rfc822;list@example.jp\nAction: failed\nStatus: 5.2.2 (full)\nRemote-MTA: DNS; mx.example.jp (192.0.2.1)\n\
            Diagnostic-Code: SMTP; 552-5.2.2 Mailbox\n    552 5.2.2 full\nFinal-Recipient: rfc822; taro@example.jp\nAction: delayed\nStatus: 4.4.7\n";
        let notification = parse(text);
        assert_eq!(notification.reporting.as_deref(), Some("mx.example.net"));
        let [first, second] = &notification.recipients[..] else { panic!("{notification:?}") };
        assert_eq!((first.last.as_deref(), first.original.as_deref()), (Some("Hanako@example.jp"), Some("list@example.jp")));
        assert_eq!(first.diagnostic, Some(("smtp".to_owned(), "552-5.2.2 Mailbox 552 5.2.2 full".to_owned())));
        assert_eq!((first.action, second.action), (Some(Kind::Bounce), Some(Kind::Delay)));
        assert_eq!(first.status.map(|s| s.to_string()).as_deref(), Some("5.2.2"));
        assert_eq!(first.remote.as_deref(), Some("mx.example.jp"));
    }

    #[test]
    fn a_group_that_names_the_last_recipient_again_goes_on_about_it() {
        let field = "Final-Recipient: rfc822; taro@example.jp\n";
        let text = format!("{field}Action: failed\n\n{field}Diagnostic-Code: smtp; 550 no\n\n{field}Action: failed\n");
        let [first, second] = &parse(&text).recipients[..] else { panic!("{text}") };
        assert_eq!((first.action, &first.diagnostic), (Some(Kind::Bounce), &Some(("smtp".to_owned(), "550 no".to_owned()))));
        assert_eq!(second.diagnostic, None);
    }

    #[test]
    fn addresses_of_any_script_are_read() {
        for (value, want) in [
            ("utf-8; 太郎@example.jp", Some("太郎@example.jp")),
            ("UTF-8;taro\\x{2B}list@example.jp", Some("taro+list@example.jp")),
            ("utf-8; \\x{592A}\\x{90CE}@example.jp", Some("太郎@example.jp")),
            ("utf-8; a\\x{A}b\\x{D800}\\x{zz@example.jp", Some("a\\x{A}b\\x{D800}\\x{zz@example.jp")),
            ("rfc822; a\\x{2B}@example.jp", Some("a\\x{2B}@example.jp")),
            ("utf-8;", None),
            ("rfc822; \"taro yamada\"@example.jp (Taro)", Some("\"taro yamada\"@example.jp")),
            ("rfc822; \"taro@example.jp\"", Some("taro@example.jp")),
        ] {
            assert_eq!(address(value).as_deref(), want, "{value}");
        }
    }

    #[test]
    fn a_number_is_told_with_its_type() {
        for (value, words) in [("X-Unix; 67", "X-Unix; 67"), ("x-unix; 67 no user", "67 no user"), ("smtp; 550", "550")] {
            assert_eq!(diagnostic(value).1, words);
        }
    }

    #[test]
    fn a_failure_that_calls_itself_delayed_is_final() {
        let text = "Final-Recipient: rfc822; taro@example.jp\nAction: delayed\nStatus: 5.4.7\n";
        assert_eq!(parse(text).recipients[0].action, Some(Kind::Bounce));
    }
}
