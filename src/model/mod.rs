//! The nouns: what rule files say and what reports hold, as plain data.
//!
//! Everything else in the crate works on these types. Nothing here knows of files, TOML, terminals or how matching is done.

mod advice;
mod category;
mod choice;
mod code;
mod diagnosis;
mod fact;
mod failure;
mod lang;
mod layout;
mod lazy;
pub(crate) mod names;
mod notice;
mod own;
mod pattern;
mod rule;
mod set;
mod shape;
mod word;

pub use advice::{Advice, Piece, Template};
pub use category::{Category, CategoryIx, Provider, ProviderIx};
pub use choice::{Alternative, Choice};
pub use code::{Reply, ReplyPattern, Status, StatusPattern};
pub use diagnosis::{Diagnosis, Words};
pub use fact::{Fact, Facts, HoleKind};
pub use failure::{Failure, Limit, RecipientSource, Speaker, Utterance};
pub use lang::{Lang, Localized};
pub use layout::{About, HeaderMark, Layout, PageShape};
pub use lazy::Lazy;
pub use names::{Named, UnknownName};
pub use notice::{Notice, NoticeMark};
pub use own::Own;
pub use pattern::{Element, Form, Hole, IGNORED, Need, Pattern, RegexPattern, TextPattern, is_cjk, letters};
pub use rule::{Conditions, Example, Note, Origin, Override, Rule, RuleBody, RuleIx, Verdict};
pub use set::{RuleSet, SetStatus};
pub use shape::{Role, Shape, StageWord, Transcript};
pub use word::{Action, Audience, Kind, ProviderKind, Scope, Severity, Stage, Strength};
