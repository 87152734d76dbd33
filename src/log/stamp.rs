//! When a line was written.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// When a line was written, as the log prints it: perhaps without its distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Day and time.
    pub written: DateTime,
    /// How far they are ahead of UTC, where the log says it.
    pub offset: Option<Offset>,
}

impl Stamp {
    /// A time in UTC.
    pub(super) fn utc(at: Timestamp) -> Self {
        Self { written: Offset::UTC.to_datetime(at), offset: Some(Offset::UTC) }
    }

    /// A time in UTC, by seconds since 1970.
    pub(super) fn of_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(Self::utc)
    }

    /// Its day, as printed.
    #[must_use]
    pub fn date(self) -> Date {
        self.written.date()
    }

    /// The instant that it means, where logs that do not say it are written in `zone`; none beyond the calendar.
    #[must_use]
    pub fn instant(self, zone: &TimeZone) -> Option<Timestamp> {
        match self.offset {
            Some(offset) => offset.to_timestamp(self.written).ok(),
            None => zone.to_ambiguous_timestamp(self.written).compatible().ok(),
        }
    }

    /// The same in a zone.
    #[must_use]
    pub fn within(self, zone: &TimeZone) -> DateTime {
        let shifted = |offset: Offset| offset.to_timestamp(self.written).ok().map(|at| zone.to_datetime(at));
        self.offset.and_then(shifted).unwrap_or(self.written)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.written)?;
        match self.offset {
            None => Ok(()),
            Some(Offset::UTC) => f.write_str("Z"),
            Some(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// The distance from UTC at the front of a text: `Z`, `+09:00`, `+0900`.
pub(super) fn offset_at_front(text: &str) -> Option<Offset> {
    let (first, rest) = text.split_at_checked(1)?;
    let sign = match first {
        "Z" => return Some(Offset::UTC),
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let part = |from: usize| rest.get(from..from + 2).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i32>().ok();
    let minutes = if rest.as_bytes().get(2) == Some(&b':') { 3 } else { 2 };
    Offset::from_seconds(sign * (part(0)? * 60 + part(minutes)?) * 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(written: &str, offset: &str) -> Stamp {
        Stamp { written: written.parse().unwrap(), offset: offset_at_front(offset) }
    }

    #[test]
    fn zones_are_read_and_printed() {
        for (text, printed) in [
            ("Z", "Z"),
            ("+09:00", "+09:00"),
            ("+0900 x", "+09:00"),
            ("-03:30", "-03:30"),
            ("+00:00", "Z"),
            ("", ""),
            ("JST", ""),
            ("+9", ""),
        ] {
            assert_eq!(stamp("2025-02-03T10:11:12", text).to_string(), format!("2025-02-03T10:11:12{printed}"), "{text}");
        }
    }

    #[test]
    fn a_stamp_is_an_instant() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let instant = |stamp: Stamp| stamp.instant(&zone).unwrap().to_string();
        assert_eq!(instant(stamp("2025-02-03T10:11:12", "+09:00")), "2025-02-03T01:11:12Z");
        assert_eq!(instant(stamp("2025-02-03T10:11:12", "")), "2025-02-03T09:11:12Z");
        assert_eq!(instant(stamp("2025-07-03T10:11:12", "")), "2025-07-03T08:11:12Z");
        assert_eq!(stamp("2025-02-03T10:11:12", "+09:00").within(&zone).to_string(), "2025-02-03T02:11:12");
        assert_eq!(stamp("2025-02-03T10:11:12", "").within(&zone).to_string(), "2025-02-03T10:11:12");
    }
}
