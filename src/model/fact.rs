//! Facts: what the holes of a pattern took, typed, and printed as people write such things.

use std::fmt::Write as _;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::lang::Lang;
use super::names::named;

named! {
    /// What a hole takes, and so what type its fact has.
    pub enum HoleKind {
        /// A number of bytes, unit optional (KB = 1024).
        Size = "size",
        /// The largest size that is accepted, in bytes.
        Limit = "limit",
        /// The size of a mailbox, in bytes.
        MailboxLimit = "mailbox_limit",
        /// A number of days.
        Days = "days",
        /// A number of hours.
        Hours = "hours",
        /// A number of minutes.
        Minutes = "minutes",
        /// A number of seconds.
        Seconds = "seconds",
        /// Any other number.
        Number = "number",
        /// A mail address.
        Address = "address",
        /// A domain name.
        Domain = "domain",
        /// A host name.
        Host = "host",
        /// An IP address.
        Ip = "ip",
        /// A web address.
        Url = "url",
        /// Letters, digits and `-_.`.
        Code = "code",
        /// One word.
        Word = "word",
        /// The words by which a system names a stage of the SMTP session; for shapes only.
        Stage = "stage",
    }
}

impl HoleKind {
    /// Whether the fact is a number of bytes.
    #[must_use]
    pub const fn is_bytes(self) -> bool {
        matches!(self, Self::Size | Self::Limit | Self::MailboxLimit)
    }

    /// Whether the fact is a number.
    #[must_use]
    pub const fn is_number(self) -> bool {
        self.is_bytes() || matches!(self, Self::Days | Self::Hours | Self::Minutes | Self::Seconds | Self::Number)
    }
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A number, with what it counts.
    Integer(u64, HoleKind),
    /// Words, as they stood in the text.
    Text(String),
}

impl Fact {
    /// The fact as people write it in `lang`: `5.3 MB`, `5 days`, `5 日`.
    ///
    /// ```
    /// use modori::model::{Fact, HoleKind, Lang};
    /// let ja = Lang::parse("ja").unwrap();
    /// assert_eq!(Fact::Integer(5_545_579, HoleKind::Size).display(&ja), "5.3 MB");
    /// assert_eq!(Fact::Integer(5, HoleKind::Days).display(&ja), "5 日");
    /// assert_eq!(Fact::Integer(1, HoleKind::Hours).display(&Lang::english()), "1 hour");
    /// ```
    #[must_use]
    pub fn display(&self, lang: &Lang) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(bytes, kind) if kind.is_bytes() => display_bytes(*bytes, lang),
            Self::Integer(number, kind) => {
                let mut out = group_thousands(*number);
                if let Some((ja, one, many)) = unit(*kind) {
                    let english = if *number == 1 { one } else { many };
                    let _ = write!(out, " {}", if lang.is("ja") { ja } else { english });
                }
                out
            }
        }
    }
}

/// The unit of a count: Japanese, English for one, English for many.
const fn unit(kind: HoleKind) -> Option<(&'static str, &'static str, &'static str)> {
    match kind {
        HoleKind::Days => Some(("日", "day", "days")),
        HoleKind::Hours => Some(("時間", "hour", "hours")),
        HoleKind::Minutes => Some(("分", "minute", "minutes")),
        HoleKind::Seconds => Some(("秒", "second", "seconds")),
        _ => None,
    }
}

fn display_bytes(bytes: u64, lang: &Lang) -> String {
    const UNITS: [(&str, u64); 4] = [("TB", 1 << 40), ("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    for (unit, size) in UNITS {
        if bytes >= size {
            let tenths = (bytes as f64 / size as f64 * 10.0).round() / 10.0;
            return if tenths.fract() == 0.0 { format!("{tenths:.0} {unit}") } else { format!("{tenths:.1} {unit}") };
        }
    }
    let word = if lang.is("ja") { "バイト" } else { "bytes" };
    format!("{bytes} {word}")
}

fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(number, _) => serializer.serialize_u64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// The facts of one failure, by name, in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(Vec<(String, Fact)>);

impl Facts {
    /// The fact of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, fact)| fact)
    }

    /// Adds a fact, unless one of the name is known already.
    pub fn add(&mut self, name: &str, fact: Fact) {
        if self.get(name).is_none() {
            self.0.push((name.to_owned(), fact));
        }
    }

    /// Every name and fact.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, fact)| (name.as_str(), fact))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_people_write_them() {
        let ja = Lang::parse("ja").unwrap();
        let en = Lang::english();
        let cases = [
            (Fact::Integer(20_971_520, HoleKind::Limit), "20 MB", "20 MB"),
            (Fact::Integer(4_310_016, HoleKind::Limit), "4.1 MB", "4.1 MB"),
            (Fact::Integer(900, HoleKind::Size), "900 バイト", "900 bytes"),
            (Fact::Integer(300, HoleKind::Seconds), "300 秒", "300 seconds"),
            (Fact::Integer(12_000, HoleKind::Number), "12,000", "12,000"),
            (Fact::Text("a@example.com".to_owned()), "a@example.com", "a@example.com"),
        ];
        for (fact, japanese, english) in cases {
            assert_eq!((fact.display(&ja), fact.display(&en)), (japanese.to_owned(), english.to_owned()));
        }
    }
}
