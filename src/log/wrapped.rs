//! Lines that are wrapped in JSON: `journalctl -o json`, and the log files of containers.

use jiff::Timestamp;
use serde::Deserialize;

use super::stamp::Stamp;

/// A line that was inside JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub(super) text: String,
    pub(super) time: Option<Stamp>,
    pub(super) host: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Object {
    Journal {
        #[serde(rename = "MESSAGE")]
        text: String,
        #[serde(rename = "_HOSTNAME")]
        host: Option<String>,
        #[serde(rename = "__REALTIME_TIMESTAMP")]
        microseconds: Option<String>,
    },
    Container {
        log: String,
        time: Option<Timestamp>,
    },
}

impl Wrapped {
    /// The line in an object, if it is one of those.
    pub(super) fn read(object: &[u8]) -> Option<Self> {
        Some(match serde_json::from_slice(object).ok()? {
            Object::Journal { text, host, microseconds } => {
                let seconds = microseconds.and_then(|text| text.parse::<i64>().ok()).map(|microseconds| microseconds / 1_000_000);
                Self { text, host, time: seconds.and_then(Stamp::of_seconds) }
            }
            Object::Container { log, time } => Self { text: log, host: None, time: time.map(Stamp::utc) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_of_their_objects() {
        let time = Stamp::of_seconds(1_738_577_472);
        let journal = br#"{"MESSAGE":"4F: to=<a@example.jp>","_HOSTNAME":"mx1","__REALTIME_TIMESTAMP":"1738577472000001","PRIORITY":"6"}"#;
        assert_eq!(Wrapped::read(journal), Some(Wrapped { text: "4F: to=<a@example.jp>".to_owned(), time, host: Some("mx1".to_owned()) }));
        let container = Wrapped::read(br#"{"log":"x\n","stream":"stdout","time":"2025-02-03T19:11:12.000000000+09:00"}"#);
        assert_eq!(container, Some(Wrapped { text: "x\n".to_owned(), time, host: None }));
        assert_eq!(Wrapped::read(b"{\"MESSAGE\":[1,2]}"), None);
        assert_eq!(Wrapped::read(b"{"), None);
    }
}
