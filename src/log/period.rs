//! From when to when.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};

/// A span of the times that a log prints. Where it has an end, a line without a time is outside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub since: Option<DateTime>,
    /// Its last moment.
    pub until: Option<DateTime>,
}

impl Period {
    /// Whether a time is inside.
    #[must_use]
    pub fn holds(&self, time: Option<DateTime>) -> bool {
        match time {
            None => self.since.is_none() && self.until.is_none(),
            Some(time) => self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time <= until),
        }
    }

    /// The first moment of what a person wrote: a day, or a day and a time (`2025-02-03`, `2025-02-03T10:00`, `2025-02-03 10:00:30`).
    ///
    /// # Errors
    /// What to write instead.
    pub fn first(written: &str) -> Result<DateTime, String> {
        moment(written).map(|(first, _)| first)
    }

    /// The last moment of what a person wrote: the end of that day, minute or second.
    ///
    /// # Errors
    /// What to write instead.
    pub fn last(written: &str) -> Result<DateTime, String> {
        moment(written).map(|(_, last)| last)
    }
}

/// The first and the last moment that a text means.
fn moment(written: &str) -> Result<(DateTime, DateTime), String> {
    if let Some(day) = Date::from_str(written).ok().filter(|_| written.len() == 10) {
        return Ok((day.at(0, 0, 0, 0), day.at(23, 59, 59, 999_999_999)));
    }
    let to_minute = written.len() == "2025-02-03T10:00".len();
    let text = if to_minute { format!("{written}:00") } else { written.to_owned() };
    let first = DateTime::from_str(&text).map_err(|_| "write a day or a day and a time: 2025-02-03, 2025-02-03T10:00".to_owned())?;
    let last = first.with().second(if to_minute { 59 } else { first.second() }).subsec_nanosecond(999_999_999).build();
    Ok((first, last.unwrap_or(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_inside() {
        let time = |text: &str| Some(text.parse().unwrap());
        let day = Period { since: Period::first("2025-02-03").ok(), until: Period::last("2025-02-03").ok() };
        assert!(day.holds(time("2025-02-03T00:00:00")) && day.holds(time("2025-02-03T23:59:59")));
        assert!(!day.holds(time("2025-02-02T23:59:59")) && !day.holds(time("2025-02-04T00:00:00")) && !day.holds(None));
        let minute = Period { since: Period::first("2025-02-03 10:00").ok(), until: Period::last("2025-02-03T10:00").ok() };
        assert!(minute.holds(time("2025-02-03T10:00:59")) && !minute.holds(time("2025-02-03T10:01:00")));
        assert!(Period::default().holds(None));
    }

    #[test]
    fn what_is_no_time_is_said() {
        for wrong in ["", "yesterday", "2025-02-30", "10:00", "2025-02-03T25:00"] {
            assert!(Period::first(wrong).unwrap_err().contains("2025-02-03"), "{wrong}");
        }
    }
}
