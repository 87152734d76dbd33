//! Notices: JSON in which sending services tell what came back, as data.

use serde::{Deserialize, Serialize};

use super::category::ProviderIx;
use super::rule::Origin;
use super::word::Kind;

/// A form of notice: where in a JSON object what is said stands.
///
/// A path is keys with dots between them: `bounce.bounceType`. Of a list of paths the first counts that leads to a value. It is
/// looked for from the recipient, then from the whole notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose notices these are.
    pub provider: ProviderIx,
    /// Its name, within the provider.
    pub id: String,
    /// The kind of report that it is.
    pub kind: Kind,
    /// What tells such a notice: all marks of one of these.
    pub tells: Vec<Vec<NoticeMark>>,
    /// The key whose string may hold the notice, as JSON in JSON.
    pub envelope: Option<String>,
    /// The list of recipients; none where the notice is about one.
    pub each: Option<String>,
    /// The recipient's address.
    pub recipient: Vec<String>,
    /// What the other server said.
    pub words: Vec<String>,
    /// The service's own names for the reason: all of them, said as `"key":"value"`.
    pub class: Vec<String>,
    /// The status code.
    pub status: Vec<String>,
    /// The host that refused.
    pub remote: Vec<String>,
    /// The host that reports.
    pub reporting: Vec<String>,
    /// Who sent the mail.
    pub sender: Vec<String>,
    /// Its subject.
    pub subject: Vec<String>,
    /// Its message id.
    pub message_id: Vec<String>,
    /// When this happened: a date (RFC 3339), or seconds since 1970.
    pub date: Vec<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// A value by which a notice is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeMark {
    /// Where it stands.
    pub path: String,
    /// What it is: any of these; `*` is any value.
    pub values: Vec<String>,
}
