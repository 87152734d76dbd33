//! modori tells why a mail came back and what to do about it.
//!
//! An [`Engine`] is one compiled set of rules. It reads a text or a mail and says why it failed; what it says is data, which
//! [`output`] prints. All that is known about mail systems stands in TOML files ([`rules`]).
//!
//! ```
//! use modori::Engine;
//! use modori::model::Lang;
//!
//! let engine = Engine::load(Vec::new()).expect("the shipped rules load");
//! let diagnosis = engine.lookup("550 5.1.1 <taro@example.jp>: Recipient address rejected: User unknown", Default::default());
//! assert_eq!(engine.set().category(diagnosis.category).id, "user_unknown");
//! assert!(engine.advice(&diagnosis, &Lang::english()).is_some());
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod authoring;
pub mod cli;
pub mod engine;
pub mod index;
pub mod live;
pub mod log;
pub mod mail;
pub mod matcher;
pub mod model;
pub mod output;
pub mod pattern;
pub mod reading;
pub mod rules;
pub mod scan;
pub mod service;
pub mod shipped;
pub mod suite;
pub mod watch;

pub use engine::Engine;
