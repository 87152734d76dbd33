//! Mail logs: lines to failures.
//!
//! Logs are formats of other programs, and one module reads each of them; what their words mean is for the rules. Of most lines
//! nothing more is seen than that they hold none of the few literals that a result has ([`Reader`]). Nothing here judges what was said.

mod blocks;
mod entry;
mod escape;
mod exim;
mod journal;
mod literals;
mod open;
mod opensmtpd;
mod period;
mod postfix;
mod prefix;
mod qmail;
mod reader;
mod sendmail;
mod stamp;
mod system;
mod tail;
mod wrapped;

pub use entry::Entry;
pub use open::{Bytes, Opened, open, stdin};
pub use period::Period;
pub use prefix::Clock;
pub use reader::{Messages, Reader, Results, Wanted};
pub use stamp::Stamp;
pub use system::System;
pub use tail::Tail;
