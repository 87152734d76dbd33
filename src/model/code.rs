//! Reply codes (RFC 5321) and enhanced status codes (RFC 3463), and the patterns that conditions name them with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownName;
use super::names::written;

/// A three-digit SMTP reply code (RFC 5321, section 4.2), 200 to 599.
///
/// ```
/// use modori::model::Reply;
/// let reply: Reply = "550".parse().unwrap();
/// assert_eq!(reply.to_string(), "550");
/// assert!(!reply.is_temporary());
/// assert!("042".parse::<Reply>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reply(u16);

impl Reply {
    /// Whether it is a 4yz reply: the same may work later.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        self.0 / 100 == 4
    }

    /// The number itself.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl FromStr for Reply {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(number @ 200..=599) if plain => Ok(Self(number)),
            _ => Err(UnknownName),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An enhanced mail system status code (RFC 3463): class 2, 4 or 5, subject, detail.
///
/// ```
/// use modori::model::Status;
/// let status: Status = "5.1.1".parse().unwrap();
/// assert!(!status.is_bare());
/// assert!("5.0.0".parse::<Status>().unwrap().is_bare());
/// assert!("3.1.1".parse::<Status>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status {
    class: u8,
    subject: u16,
    detail: u16,
}

impl Status {
    /// Whether it is a 4.y.z status: the same may work later.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        self.class == 4
    }

    /// Whether it is x.0.0, which says nothing beyond its class.
    #[must_use]
    pub const fn is_bare(self) -> bool {
        self.subject == 0 && self.detail == 0
    }
}

impl FromStr for Status {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('.').map(number);
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(class @ (2 | 4 | 5)), Some(subject), Some(detail), None) => Ok(Self { class: class as u8, subject, detail }),
            _ => Err(UnknownName),
        }
    }
}

/// A part of a status: one to three digits.
fn number(part: &str) -> Option<u16> {
    let plain = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if plain { part.parse().ok() } else { None }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Serialize for Reply {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written(deserializer)
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        written(deserializer)
    }
}

impl Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a condition accepts of reply codes: `550`, or a class `5*`, or a group `55*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyPattern {
    digits: [Option<u8>; 3],
}

impl ReplyPattern {
    /// Whether `reply` is one that the pattern means.
    #[must_use]
    pub fn matches(self, reply: Reply) -> bool {
        let is = [reply.0 / 100, reply.0 / 10 % 10, reply.0 % 10];
        self.digits.iter().zip(is).all(|(want, is)| want.is_none_or(|want| u16::from(want) == is))
    }
}

impl FromStr for ReplyPattern {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, open) = text.strip_suffix('*').map_or((text, false), |head| (head, true));
        let fits = if open { (1..3).contains(&head.len()) } else { head.len() == 3 };
        if !fits || !head.bytes().all(|b| b.is_ascii_digit()) || !matches!(head.as_bytes()[0], b'2'..=b'5') {
            return Err(UnknownName);
        }
        let mut digits = [None; 3];
        for (digit, byte) in digits.iter_mut().zip(head.bytes()) {
            *digit = Some(byte - b'0');
        }
        Ok(Self { digits })
    }
}

impl fmt::Display for ReplyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given: String = self.digits.iter().flatten().map(|digit| char::from(b'0' + digit)).collect();
        let star = if given.len() < 3 { "*" } else { "" };
        write!(f, "{given}{star}")
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: Option<u16>| part.map_or_else(|| "*".to_owned(), |number| number.to_string());
        write!(f, "{}.{}.{}", part(self.parts[0]), part(self.parts[1]), part(self.parts[2]))
    }
}

/// What a condition accepts of status codes: `5.1.1`, or `*` for any of the three parts; a last `*` stands for the rest (`4.*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPattern {
    parts: [Option<u16>; 3],
}

impl StatusPattern {
    /// Whether `status` is one that the pattern means.
    #[must_use]
    pub fn matches(self, status: Status) -> bool {
        let is = [u16::from(status.class), status.subject, status.detail];
        self.parts.iter().zip(is).all(|(want, is)| want.is_none_or(|want| want == is))
    }
}

impl FromStr for StatusPattern {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = [None; 3];
        let given: Vec<&str> = text.split('.').collect();
        let whole = given.len() == 3 || given.len() < 3 && given.last() == Some(&"*");
        for (index, (part, text)) in parts.iter_mut().zip(&given).enumerate() {
            if *text != "*" {
                let value = number(text).ok_or(UnknownName)?;
                if index == 0 && !matches!(value, 2 | 4 | 5) {
                    return Err(UnknownName);
                }
                *part = Some(value);
            }
        }
        if !whole || parts == [None; 3] { Err(UnknownName) } else { Ok(Self { parts }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_patterns_take_classes_and_groups() {
        let reply: Reply = "552".parse().unwrap();
        for (pattern, holds) in [("552", true), ("55*", true), ("5*", true), ("4*", false), ("550", false)] {
            assert_eq!(pattern.parse::<ReplyPattern>().unwrap().matches(reply), holds, "{pattern}");
        }
        for wrong in ["", "*", "5", "55", "5500", "6*", "5x*", "554*"] {
            assert!(wrong.parse::<ReplyPattern>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn status_patterns_take_stars() {
        let status: Status = "4.2.2".parse().unwrap();
        for (pattern, holds) in [
            ("4.2.2", true),
            ("*.2.2", true),
            ("4.*.*", true),
            ("4.*", true),
            ("4.2.*", true),
            ("5.*", false),
            ("5.2.2", false),
            ("*.2.1", false),
        ] {
            assert_eq!(pattern.parse::<StatusPattern>().unwrap().matches(status), holds, "{pattern}");
        }
        for wrong in ["", "*", "*.*.*", "5.1", "3.1.1", "5.1.1.1", "5.x.1"] {
            assert!(wrong.parse::<StatusPattern>().is_err(), "{wrong}");
        }
    }
}
