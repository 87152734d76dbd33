//! From when to when.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::stamp::{Stamp, offset_at_front};

/// A span of time. Where it has an end, a line without a time is outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub since: Option<Timestamp>,
    /// Its last moment.
    pub until: Option<Timestamp>,
    /// The zone of lines that do not say theirs.
    pub zone: TimeZone,
}

impl Default for Period {
    /// All time, in UTC.
    fn default() -> Self {
        Self { since: None, until: None, zone: TimeZone::UTC }
    }
}

impl Period {
    /// Whether a time is inside.
    #[must_use]
    pub fn holds(&self, time: Option<Stamp>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let at = time.and_then(|time| time.instant(&self.zone));
        at.is_some_and(|at| self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at <= until))
    }

    /// The first moment of what a person wrote: a day, or a day and a time (`2025-02-03`, `2025-02-03T10:00`, `2025-02-03 10:00:30`) in
    /// `zone`, or in another that stands behind it (`2025-02-03T10:00+09:00`, `2025-02-03T10:00Z`).
    ///
    /// # Errors
    /// What to write instead.
    pub fn first(written: &str, zone: &TimeZone) -> Result<Timestamp, String> {
        moment(written, zone, |(first, _)| first)
    }

    /// The last moment of what a person wrote: the end of that day, minute or second.
    ///
    /// # Errors
    /// What to write instead.
    pub fn last(written: &str, zone: &TimeZone) -> Result<Timestamp, String> {
        moment(written, zone, |(_, last)| last)
    }
}

/// One of the first and the last moment that a text means.
fn moment(written: &str, zone: &TimeZone, which: impl FnOnce((DateTime, DateTime)) -> DateTime) -> Result<Timestamp, String> {
    let behind_the_day = written.get(10..).and_then(|rest| rest.find(['Z', '+', '-'])).map(|at| at + 10);
    let (day_and_time, offset) = behind_the_day.map_or((written, None), |at| (&written[..at], Some(&written[at..])));
    let offset = offset.map(|offset| offset_at_front(offset).filter(|_| matches!(offset.len(), 1 | 5 | 6)));
    let span = span(day_and_time).filter(|_| offset != Some(None));
    let stamp = span.map(|span| Stamp { written: which(span), offset: offset.flatten() });
    stamp.and_then(|stamp| stamp.instant(zone)).ok_or_else(|| {
        "write a day or a day and a time: 2025-02-03, 2025-02-03T10:00, and another zone than this machine's behind it: 2025-02-03T10:00+09:00"
            .to_owned()
    })
}

/// The first and the last moment of a day, a minute or a second.
fn span(text: &str) -> Option<(DateTime, DateTime)> {
    if text.len() == "2025-02-03".len() {
        let day = Date::from_str(text).ok()?;
        return Some((day.at(0, 0, 0, 0), day.at(23, 59, 59, 999_999_999)));
    }
    let to_minute = text.len() == "2025-02-03T10:00".len();
    let first = DateTime::from_str(&if to_minute { format!("{text}:00") } else { text.to_owned() }).ok()?;
    let last = first.with().second(if to_minute { 59 } else { first.second() }).subsec_nanosecond(999_999_999).build();
    Some((first, last.unwrap_or(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokyo() -> TimeZone {
        TimeZone::posix("JST-9").unwrap()
    }

    fn stamp(written: &str, offset: &str) -> Option<Stamp> {
        Some(Stamp { written: written.parse().unwrap(), offset: offset_at_front(offset) })
    }

    fn period(since: &str, until: &str) -> Period {
        let zone = tokyo();
        Period { since: Period::first(since, &zone).ok(), until: Period::last(until, &zone).ok(), zone }
    }

    #[test]
    fn ends_are_inside() {
        let time = |text: &str| stamp(text, "");
        let day = period("2025-02-03", "2025-02-03");
        assert!(day.holds(time("2025-02-03T00:00:00")) && day.holds(time("2025-02-03T23:59:59")));
        assert!(!day.holds(time("2025-02-02T23:59:59")) && !day.holds(time("2025-02-04T00:00:00")) && !day.holds(None));
        let minute = period("2025-02-03 10:00", "2025-02-03T10:00");
        assert!(minute.holds(time("2025-02-03T10:00:59")) && !minute.holds(time("2025-02-03T10:01:00")));
        assert!(Period::default().holds(None));
    }

    #[test]
    fn zones_are_reckoned_with() {
        let hour = period("2025-02-03T09:00", "2025-02-03T09:59");
        assert!(hour.holds(stamp("2025-02-03T09:30:00", "")) && hour.holds(stamp("2025-02-03T09:30:00", "+09:00")));
        assert!(hour.holds(stamp("2025-02-03T00:30:00", "Z")) && !hour.holds(stamp("2025-02-03T09:30:00", "Z")));
        for (since, until) in [("2025-02-03T00:00Z", "2025-02-03T00:59:59Z"), ("2025-02-02 19:00-05:00", "2025-02-02T19:59-0500")] {
            assert_eq!(period(since, until), hour, "{since}");
        }
        assert_eq!(period("2025-02-03", "2025-02-03Z").until, "2025-02-03T23:59:59.999999999Z".parse().ok());
    }

    #[test]
    fn what_is_no_time_is_said() {
        for wrong in [
            "",
            "yesterday",
            "2025-02-30",
            "10:00",
            "2025-02-03T25:00",
            "2025-02-03T10:00+9",
            "2025-02-03T10:00 JST",
            "2025-02-03T10:00Zulu",
        ] {
            assert!(Period::first(wrong, &tokyo()).unwrap_err().contains("2025-02-03"), "{wrong}");
        }
    }
}
