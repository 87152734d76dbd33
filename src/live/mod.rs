//! What goes on while files change: rules that are loaded anew, and the bell that says when to look.

mod bell;
mod loader;
mod set;
mod status;
mod watch;

pub use bell::Bell;
pub use loader::{Broken, Loader, Place, Refusal, Verify};
pub use set::{Live, Outcome};
pub use status::Status;
pub use watch::{Triggers, keep_watch};
