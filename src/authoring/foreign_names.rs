//! Names that are written otherwise than addresses and hosts in ASCII are: X.400 (RFC 2156), directories (RFC 4514), Exchange, and
//! hosts in letters of all the world (RFC 5890).

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A key of a directory's or X.400's name with its value.
const ATTRIBUTE: &str =
    r"(?:c|a|p|o|ou\d?|s|g|i|q|cn|dc|l|uid|prmd|admd|x121|ua-id|dda:[\w-]+|dd\.[\w-]+) \s? = (?P<value> [^;/,=\r\n<>\x22]{0,64} )";

/// At least two attributes behind each other.
static DIRECTORY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let plain = ATTRIBUTE.replace("?P<value>", "?:");
    Regex::new(&format!(r"(?xi) (?-u:\b) {plain} (?: [;/,] \s* {plain} )+")).ok()
});

static VALUE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!(r"(?xi) (?-u:\b) {ATTRIBUTE}")).ok());

/// What Exchange's connectors print: organisation, site, server.
static CONNECTOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?xi) (?-u:\b) msexch : [a-z]{2,20} : ([^:\r\n]{1,64}) (?: \r?\n )? : ([^:\r\n]{1,64}) : (\S{1,64})").ok()
});

/// Dotted labels of which one is no ASCII, where a host is expected or an address ends.
static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let label = r"[\p{L}\p{N}] [\p{L}\p{M}\p{N}_-]*";
    Regex::new(&format!(r"(?xi) (?: @ | :// | \[ | dns;\s? | (?: host | from | by | domain | helo | ehlo ) [\s=:] ) (?P<host> {label} (?: [.\u{{3002}}] {label} )+ )")).ok()
});

/// The values in all names of directories and of X.400, and what Exchange calls its organisation, sites and servers.
pub(super) fn values(text: &str) -> Vec<&str> {
    let Some(((directory, value), connector)) = DIRECTORY.as_ref().zip(VALUE.as_ref()).zip(CONNECTOR.as_ref()) else { return Vec::new() };
    let names = directory.find_iter(text).flat_map(|name| value.captures_iter(name.as_str())).filter_map(|found| found.name("value"));
    let parts = |found: Captures<'_>| (1..4).filter_map(|group| found.get(group).map(|part| part.range())).collect::<Vec<_>>();
    let connectors = connector.captures_iter(text).flat_map(parts).map(|range| &text[range]);
    names.map(|value| value.as_str()).chain(connectors).map(str::trim).filter(|value| !value.is_empty()).collect()
}

/// Hosts with letters beyond ASCII.
pub(super) fn hosts(text: &str) -> Vec<&str> {
    let Some(host) = HOST.as_ref() else { return Vec::new() };
    let found = host.captures_iter(text).filter_map(|found| found.name("host"));
    found.map(|host| host.as_str()).filter(|host| !host.is_ascii()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_attributes_are_found() {
        let text = "MTS-ID: c=jp;a= ;p=Shop;l=DESK-0702. /G=Taro/S=Sato/O=far/ by LDAP:ou=people,dc=shop,dc=internal\nMSEXCH:IMS:FIRM:BRANCH:DESK7 0 (000C05A6)";
        let want = ["jp", "Shop", "DESK-0702.", "Taro", "Sato", "far", "people", "shop", "internal", "FIRM", "BRANCH", "DESK7"];
        assert_eq!(values(text), want);
        assert!(values("https://example.com/?p=NoSuchUser, and a=b").is_empty());
    }

    #[test]
    fn hosts_in_other_letters_are_found() {
        assert_eq!(hosts("host mx.お店.jp[192.0.2.1] said, a@почта.example, 文。です"), ["mx.お店.jp", "почта.example"]);
        assert!(hosts("host mx.example.jp said: なし。です").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(text: String) {
            let _ = (values(&text), hosts(&text));
        }
    }
}
