//! Fields of an abuse report (RFC 5965).

use std::collections::HashSet;

/// The addresses that a report is about.
pub(super) fn recipients(fields: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for line in fields.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = name.trim();
        if !name.eq_ignore_ascii_case("original-rcpt-to") && !name.eq_ignore_ascii_case("removal-recipient") {
            continue;
        }
        let address = value.trim().trim_matches(['<', '>']).to_owned();
        if address.contains('@') && known.insert(address.clone()) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_once_each() {
        let fields = "Feedback-Type: abuse\nOriginal-Rcpt-To: <taro@example.jp>\nOriginal-Rcpt-To: hanako@example.jp\nOriginal-Rcpt-To: taro@example.jp\n";
        assert_eq!(recipients(fields), ["taro@example.jp", "hanako@example.jp"]);
    }
}
