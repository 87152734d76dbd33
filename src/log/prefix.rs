//! What loggers print before a line: when it was written, and by which host.

use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan as _, tz::Offset};

use super::stamp::{Stamp, offset_at_front};

/// When a log was last written, by which the year is told where lines have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// A day later than any in the log: its time zone may be ahead.
    latest: Date,
}

impl Clock {
    /// The clock of a log that was last written then.
    #[must_use]
    pub fn at(last_written: Timestamp) -> Self {
        let day = Offset::UTC.to_datetime(last_written).date();
        Self { latest: day.checked_add(1.day()).unwrap_or(day) }
    }

    /// The clock of a log that is being written.
    #[must_use]
    pub fn now() -> Self {
        Self::at(Timestamp::now())
    }

    /// The last such day that is not in the log's future.
    fn day(self, month: i8, day: i8) -> Option<Date> {
        let year = self.latest.year();
        (0..=8).filter_map(|back| Date::new(year - back, month, day).ok()).find(|date| *date <= self.latest)
    }
}

/// What stands before a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Prefix<'l> {
    pub(super) time: Option<Stamp>,
    pub(super) host: Option<&'l str>,
}

impl<'l> Prefix<'l> {
    /// Reads the front of a line: syslog (RFC 3164, RFC 5424), ISO 8601, journalctl, TAI64N of multilog, seconds since 1970; before
    /// them the service that container logs name.
    pub(super) fn read(line: &'l str, clock: Clock) -> Self {
        let line = behind_priority(behind_service(line));
        let read = classic(line, clock).or_else(|| iso(line)).or_else(|| tai64n(line)).or_else(|| seconds(line));
        let Some((time, rest)) = read else { return Self::default() };
        Self { time: Some(time), host: rest.and_then(host) }
    }
}

/// Behind `mail-1  | `, as container logs of several services begin.
fn behind_service(line: &str) -> &str {
    let is_name = |name: &str| name.trim_end().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    line.split_once(" | ").filter(|(name, _)| name.len() < 64 && is_name(name)).map_or(line, |(_, rest)| rest)
}

/// Behind `<22>` (RFC 3164) or `<22>1 ` (RFC 5424).
fn behind_priority(line: &str) -> &str {
    let number = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = line.strip_prefix('<').and_then(|rest| rest.split_once('>')).filter(|(priority, _)| number(priority));
    rest.map_or(line, |(_, rest)| rest.strip_prefix("1 ").unwrap_or(rest))
}

/// A time, and what follows it where a host name can.
type Read<'l> = Option<(Stamp, Option<&'l str>)>;

/// `Feb  3 10:11:12 host `
fn classic(line: &str, clock: Clock) -> Read<'_> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|month| line.starts_with(month))?;
    let rest = line.get(3..)?.strip_prefix(' ')?.trim_start();
    let (day, rest) = rest.split_once(' ')?;
    let (time, rest) = time_at_front(rest)?;
    let date = clock.day(i8::try_from(month + 1).ok()?, day.parse().ok()?)?;
    Some((Stamp { written: date.to_datetime(time), offset: None }, rest.strip_prefix(' ')))
}

/// `2025-02-03T10:11:12.345+09:00 host `, or with a blank between date and time, as programs that name no host print it.
fn iso(line: &str) -> Read<'_> {
    let date = Date::from_str(line.get(..10)?).ok()?;
    let sign = line.as_bytes().get(10)?;
    let (time, rest) = time_at_front(line.get(11..)?)?;
    let names_host = match sign {
        b'T' => true,
        b' ' => false,
        _ => return None,
    };
    let behind_fraction = rest.strip_prefix(['.', ',']).map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let offset = offset_at_front(if names_host { behind_fraction } else { behind_fraction.trim_start_matches(' ') });
    let stamp = Stamp { written: date.to_datetime(time), offset };
    Some((stamp, rest.split_once(' ').map(|(_, rest)| rest).filter(|_| names_host)))
}

/// `10:11:12` at the front.
fn time_at_front(text: &str) -> Option<(Time, &str)> {
    let part = |from: usize| text.get(from..from + 2).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i8>().ok();
    let colons = matches!(text.as_bytes(), [_, _, b':', _, _, b':', _, _, ..]);
    // A leap second is none to the calendar.
    let time = Time::new(part(0)?, part(3)?, part(6)?.min(59), 0).ok().filter(|_| colons)?;
    Some((time, &text[8..]))
}

/// `@400000006…`: seconds since 1970 in TAI, which are ten more, plus 2⁶²; then nanoseconds.
fn tai64n(line: &str) -> Read<'_> {
    let label = line.strip_prefix('@')?.get(..24)?;
    let seconds = i64::from_str_radix(label.get(..16)?, 16).ok()?.checked_sub((1 << 62) + 10)?;
    Some((Stamp::of_seconds(seconds)?, None))
}

/// `1738577472.123456`, also behind the name of the program.
fn seconds(line: &str) -> Read<'_> {
    let at = line.split(' ').take(2).find(|word| word.len() > 11 && word.as_bytes()[10] == b'.')?;
    Some((Stamp::of_seconds(at.get(..10)?.parse().ok()?)?, None))
}

/// The next word, where it is no name of a program (`postfix/smtp[1]:`).
fn host(rest: &str) -> Option<&str> {
    let word = rest.split(' ').next()?;
    (!word.is_empty() && !word.contains([':', '[', '/'])).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (String, Option<&str>) {
        let clock = Clock::at("2025-02-03T12:00:00Z".parse().unwrap());
        let Prefix { time, host } = Prefix::read(line, clock);
        (time.map(|time| time.to_string()).unwrap_or_default(), host)
    }

    #[test]
    fn prefixes_of_all_loggers_are_read() {
        for (line, zone, host) in [
            ("Feb  3 10:11:12 mx1 postfix/smtp[1]: x", "", Some("mx1")),
            ("<22>Feb  3 10:11:12 mx1 postfix/smtp[1]: x", "", Some("mx1")),
            ("<22>1 2025-02-03T10:11:12.003Z mx1.example.jp postfix/smtp 1 - - x", "Z", Some("mx1.example.jp")),
            ("2025-02-03T10:11:12.123456+09:00 mx1 postfix/smtp[1]: x", "+09:00", Some("mx1")),
            ("2025-02-03T10:11:12+0900 mx1 postfix/smtp[1]: x", "+09:00", Some("mx1")),
            ("2025-02-03 10:11:12 1tabcd-000001-AB ** x", "", None),
            ("2025-02-03 10:11:12.345 +0900 [9] 1tabcd-000001-AB ** x", "+09:00", None),
            ("Feb  3 10:11:12 postfix/smtp[1]: x", "", None),
            ("mail-1  | Feb  3 10:11:12 mx1 postfix/smtp[1]: x", "", Some("mx1")),
            ("@4000000067a0964a0a1b2c3d delivery 5: x", "Z", None),
            ("qmail: 1738577472.123456 delivery 5: x", "Z", None),
        ] {
            assert_eq!(read(line), (format!("2025-02-03T10:11:12{zone}"), host), "{line}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for line in [
            "",
            "x",
            "postfix/smtp[1]: x",
            "Feb",
            "Feb 31 10:11:12 x",
            "2025-02-03",
            "@4000",
            "@zz00000067a0964a0a1b2c3d",
            "Feb  3 25:11:12 x",
            "日本語の行です",
        ] {
            assert_eq!(read(line), (String::new(), None), "{line}");
        }
    }

    #[test]
    fn days_without_a_year_are_the_last_such() {
        assert_eq!(read("Dec 31 23:59:60 mx1 x").0, "2024-12-31T23:59:59");
        assert_eq!(read("Feb  4 00:00:01 mx1 x").0, "2025-02-04T00:00:01", "the log's time zone may be ahead");
        assert_eq!(read("Feb 29 00:00:01 mx1 x").0, "2024-02-29T00:00:01");
    }
}
