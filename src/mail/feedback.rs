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

/// Whether somebody complains: a mail that failed its checks (RFC 6591), or is no spam after all (RFC 5965, section 7.3), is no such thing.
pub(super) fn is_complaint(fields: &str) -> bool {
    const OTHERS: [&str; 2] = ["auth-failure", "not-spam"];
    let is_type = |(name, _): &(&str, &str)| name.trim().eq_ignore_ascii_case("feedback-type");
    let told = fields.lines().filter_map(|line| line.split_once(':')).find(is_type);
    told.is_none_or(|(_, told)| !OTHERS.iter().any(|other| told.trim().eq_ignore_ascii_case(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complaints_are_complaints() {
        let told = [
            "Feedback-Type: abuse\n",
            "feedback-type:opt-out",
            "Version: 1\n",
            "Feedback-Type: Auth-Failure\n",
            "Feedback-Type: not-spam\n",
        ];
        assert_eq!(told.map(is_complaint), [true, true, true, false, false]);
    }

    #[test]
    fn addresses_are_read_once_each() {
        let fields = "Feedback-Type: abuse\nOriginal-Rcpt-To: <taro@example.jp>\nOriginal-Rcpt-To: hanako@example.jp\nOriginal-Rcpt-To: taro@example.jp\n";
        assert_eq!(recipients(fields), ["taro@example.jp", "hanako@example.jp"]);
    }
}
