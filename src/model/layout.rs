//! Layouts: what whole reports that are prose look like, as data.

use serde::{Deserialize, Serialize};

use super::category::ProviderIx;
use super::names::named;
use super::pattern::TextPattern;
use super::rule::Origin;
use super::word::Kind;

named! {
    /// How a report puts recipients and reasons on its page.
    pub enum PageShape {
        /// One paragraph a recipient, which begins with the address.
        Paragraph = "paragraph",
        /// A line with the address, then lines about it, up to a blank line.
        Block = "block",
        /// Addresses here, one text about all of them elsewhere.
        List = "list",
        /// Labelled lines; the label of an address begins the next recipient.
        Fields = "fields",
        /// A sentence that holds the address; what follows is about it.
        Sentence = "sentence",
        /// A printed SMTP session below a list of addresses.
        Transcript = "transcript",
        /// Another report stands in it as text.
        Nested = "nested",
        /// Nothing but recognition: the report says its kind and no more.
        Notice = "notice",
    }
}

named! {
    /// Whom a report is about that names nobody.
    pub enum About {
        /// Whoever wrote it, by its `From`.
        Sender = "sender",
        /// Whoever the returned message went to.
        Returned = "returned",
    }
}

/// A form of report.
///
/// What recognises it: every list that is not empty must hold one entry that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// Whose layout it is.
    pub provider: ProviderIx,
    /// Its name, within the provider.
    pub id: String,
    /// How the page is laid out.
    pub shape: PageShape,
    /// Stands in `From`.
    pub from: Vec<TextPattern>,
    /// Stands in `Subject`.
    pub subject: Vec<TextPattern>,
    /// Header fields, with words that stand in them.
    pub headers: Vec<HeaderMark>,
    /// Stands in the report's own text.
    pub opening: Vec<TextPattern>,
    /// A line after which the errors begin; the first that is found.
    pub begins: Vec<TextPattern>,
    /// A line at which the errors end.
    pub ends: Vec<TextPattern>,
    /// What names a recipient, by `{recipient:address}` and `{original:address}`.
    pub recipient: Vec<TextPattern>,
    /// What stands before the words about a recipient.
    pub reason: Vec<TextPattern>,
    /// What ends the words about a recipient.
    pub stops: Vec<TextPattern>,
    /// A line at which the returned message begins.
    pub returned: Vec<TextPattern>,
    /// Words in subject or text that mark a delay.
    pub delay: Vec<TextPattern>,
    /// Words in subject or text that mark a success.
    pub success: Vec<TextPattern>,
    /// A line after a blank one that still belongs to the words about a recipient.
    pub goes_on: Vec<TextPattern>,
    /// The kind of every such report, where it has one of its own.
    pub kind: Option<Kind>,
    /// Header fields that list the failed recipients, in small letters; for pages that name none.
    pub named_in: Vec<String>,
    /// Whom such a report is about where it names nobody.
    pub about: Option<About>,
    /// Where it stands.
    pub origin: Origin,
}

/// A header field, with words that stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderMark {
    /// The field's name, in small letters.
    pub name: String,
    /// Words in its value; none where it only has to be there.
    pub words: Option<TextPattern>,
}

impl Layout {
    /// How much it asks of a report; the one that asks most is tried first.
    #[must_use]
    pub fn demands(&self) -> usize {
        let lists = [self.from.len(), self.subject.len(), self.headers.len()].into_iter().filter(|count| *count > 0).count();
        // The report's own words show more than what any system may put into its headers.
        lists + if self.opening.is_empty() { 0 } else { 2 }
    }
}
