//! Mails: bytes to failures.
//!
//! Delivery status notifications (RFC 3464, RFC 6533) and abuse reports (RFC 5965) are standards and read by code; every other form
//! of report is a layout, and layouts are data. Words of the returned message never count, unless a layout says that a report stands
//! inside. Broken mails are read as far as they can be; what is too much is cut, and that is said. Nothing here judges what was said.

mod charset;
mod dsn;
mod feedback;
mod headers;
mod html;
mod join;
mod mend;
mod mime;
mod notice;
mod own;
mod page;
mod parts;
mod recogniser;
mod recover;
mod report;
mod said;
mod session;
mod shapes;
pub mod source;

pub use notice::{NoticeReader, Told};
pub use report::{Reader, Report};
