//! Mails: bytes to failures.
//!
//! Delivery status notifications (RFC 3464, RFC 6533) and abuse reports (RFC 5965) are standards and read by code; every other form
//! of report is a layout, and layouts are data. Words of the returned message never count. Nothing here judges what was said.

mod dsn;
mod feedback;
mod headers;
mod notice;
mod page;
mod parts;
mod report;
mod shapes;
pub mod source;

pub use notice::{NoticeReader, Told};
pub use report::{Reader, Report};
