//! What people who write rules work with: from a bounce in hand to a rule, a sample that can be shared, and what a change alters.
//!
//! Nothing here writes to a file or prints; that is for the command.

mod alike;
mod append;
mod cluster;
mod compare;
mod compare_report;
mod draft;
mod foreign_names;
mod generalise;
mod groups;
mod import;
mod naming;
mod own_words;
mod propose;
mod redact;
mod reference;
mod schema;
mod settle;
mod sketch;
mod stand_in;
mod tidy;
mod token;
mod trial;
mod vocabulary;

pub mod why_not;

pub use append::append_rule;
pub use compare::{Altered, Change, Comparison, Said, Specimen, compare};
pub use draft::{Draft, DraftExample, provider_file};
pub use generalise::generalise;
pub use groups::{Group, Offer, groups};
pub use import::{Dialect, Imported, LeftOut, import};
pub use propose::{Basis, Proposal, Proposer};
pub use redact::{Redacted, doubts, is_mail, redact_mail, redact_text};
pub use reference::reference;
pub use schema::schema;
pub use stand_in::StandIns;
pub use tidy::tidy;
pub use token::{Token, tokens};
pub use trial::Trial;
pub use vocabulary::Vocabulary;
