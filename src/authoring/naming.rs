//! What a name shows by itself: whether it is kept for documentation, names a role, and which part of it somebody registered.

/// Names that are kept for documentation; what lies below them is nobody's.
const DOCUMENTATION: &[&str] = &["example.com", "example.net", "example.org", "example.jp", "example", "test", "invalid", "localhost"];

/// Local parts that name a role and no person (RFC 2142, RFC 5321 section 4.5.1, RFC 3464 section 2).
const ROLES: &[&str] = &["postmaster", "mailer-daemon", "abuse", "noc", "security", "hostmaster", "webmaster", "noreply", "no-reply"];

/// Second-level labels under which names are registered in countries that have them.
const REGISTRIES: &[&str] = &["co", "ne", "or", "ac", "ad", "go", "ed", "gr", "lg", "com", "net", "org", "gov", "edu", "gob", "gouv"];

/// The address number `number` of the three networks of RFC 5737.
pub(super) fn documentation_ip(number: usize) -> String {
    let network = ["192.0.2", "198.51.100", "203.0.113"][(number - 1) / 254 % 3];
    format!("{network}.{}", (number - 1) % 254 + 1)
}

/// Whether a local part names a role.
pub(super) fn is_role(local: &str) -> bool {
    ROLES.iter().any(|role| role.eq_ignore_ascii_case(local))
}

/// Whether a name is kept for documentation (RFC 2606, and JPRS for `.jp`).
pub(super) fn is_documentation(name: &str) -> bool {
    DOCUMENTATION.iter().any(|base| name.strip_suffix(base).is_some_and(|front| front.is_empty() || front.ends_with('.')))
}

/// The part of a name that somebody registered.
pub(super) fn registered(name: &str) -> &str {
    let labels: Vec<usize> = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1)).collect();
    let second = name.rsplit('.').nth(1).unwrap_or_default();
    let country = name.rsplit('.').next().is_some_and(|last| last.len() == 2);
    let wanted = if country && REGISTRIES.contains(&second) { 3 } else { 2 };
    labels.len().checked_sub(wanted).map_or(name, |index| &name[labels[index]..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_part_is_found() {
        for (name, want) in [
            ("mx.a.example.co.jp", "example.co.jp"),
            ("a.example.com", "example.com"),
            ("example.com", "example.com"),
            ("jp", "jp"),
            ("", ""),
        ] {
            assert_eq!(registered(name), want);
        }
    }

    #[test]
    fn documentation_is_known() {
        assert!(is_documentation("mx.example.jp") && is_documentation("a.test") && !is_documentation("myexample.jp"));
        assert_eq!([1, 254, 255, 509].map(documentation_ip), ["192.0.2.1", "192.0.2.254", "198.51.100.1", "203.0.113.1"]);
    }
}
