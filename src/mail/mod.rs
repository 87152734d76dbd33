//! Mails: bytes to failures.
//!
//! Delivery status notifications (RFC 3464, RFC 6533) and abuse reports (RFC 5965) are standards and read by code; every other form
//! of report is a layout, and layouts are data. Words of the returned message never count. Nothing here judges what was said.

mod charset;
mod dsn;
mod feedback;
mod headers;
mod join;
mod mend;
mod own;
mod page;
mod parts;
mod recover;
mod report;
mod session;
mod shapes;

pub use report::{Reader, Report};
