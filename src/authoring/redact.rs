//! Samples that can be shared: what is somebody's own is gone, the diagnosis is the same.

/// Fields that mails begin with, in small letters.
const FIELDS: &[&str] = &["from", "to", "subject", "date", "received", "return-path", "message-id", "mime-version", "content-type"];

/// Whether bytes are a mail rather than a text: two lines at the front are header fields that mails have.
#[must_use]
pub fn is_mail(bytes: &[u8]) -> bool {
    let front = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]);
    let lines = front.lines().skip_while(|line| line.starts_with("From ") || line.trim().is_empty());
    let header = lines.take_while(|line| !line.trim().is_empty());
    let names = header.filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_ascii_lowercase());
    names.filter(|name| FIELDS.contains(&name.as_str())).take(2).count() == 2
}
