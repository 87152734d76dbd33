//! Who we are: what tells mail that we sent from mail that others sent in our name.

/// Our own domains and hosts, and the header fields of our mails that answers should carry. Nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// The domains that our senders write from; `*.example.jp` means what is below `example.jp`.
    pub domains: Vec<String>,
    /// The hosts that send our mail, written likewise; addresses (`192.0.2.25`) may stand among them.
    pub hosts: Vec<String>,
    /// Header fields of the returned mail to carry along.
    pub headers: Vec<String>,
}

impl Own {
    /// Whether an address is one of ours.
    ///
    /// ```
    /// use modori::model::Own;
    /// let own = Own { domains: vec!["example.jp".into(), "*.example.jp".into()], ..Own::default() };
    /// assert!(own.has_address("taro@Example.JP") && own.has_address("taro@mail.example.jp"));
    /// assert!(!own.has_address("taro@example.com") && !own.has_address("taro@notexample.jp"));
    /// ```
    #[must_use]
    pub fn has_address(&self, address: &str) -> bool {
        address.rsplit_once('@').is_some_and(|(_, domain)| self.domains.iter().any(|known| covers(known, domain)))
    }

    /// Whether a host is one of ours, by name or by IP address.
    #[must_use]
    pub fn has_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| covers(known, host))
    }
}

/// Whether `known`, a name or `*.name`, means `name`.
fn covers(known: &str, name: &str) -> bool {
    let name = name.trim_end_matches(['.', '>']);
    match known.strip_prefix('*') {
        Some(end) if end.starts_with('.') => {
            name.len() > end.len() && name.get(name.len() - end.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        }
        _ => name.eq_ignore_ascii_case(known),
    }
}
