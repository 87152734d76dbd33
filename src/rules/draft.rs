//! What a rule file says, before the names in it are looked up.

use std::ops::Range;
use std::sync::Arc;

use super::reader::At;
use super::source::Source;
use crate::model::{
    Action, Advice, Audience, Conditions, Example, Kind, Layout, Localized, Notice, Origin, Pattern, ProviderKind, Role, Scope, Severity,
    Stage, StageWord, Strength, TextPattern,
};

/// Something with the place in its file that it stands at.
#[derive(Debug, Clone)]
pub(super) struct Item<T> {
    pub(super) value: T,
    pub(super) range: Range<usize>,
    /// From 1, as is the column.
    pub(super) line: u32,
    pub(super) column: u32,
}

/// An item with its file.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) source: Arc<Source>,
    pub(super) range: Range<usize>,
    line: u32,
    column: u32,
}

impl<T> Placed<T> {
    pub(super) fn new(source: &Arc<Source>, item: Item<T>) -> Self {
        Self { value: item.value, source: Arc::clone(source), range: item.range, line: item.line, column: item.column }
    }

    pub(super) fn origin(&self) -> Origin {
        Origin { file: Arc::clone(&self.source.name), line: self.line, column: self.column }
    }
}

/// One file.
#[derive(Debug, Default)]
pub(super) struct FileDraft {
    pub(super) provider: Option<Item<ProviderDraft>>,
    pub(super) categories: Vec<Item<CategoryDraft>>,
    /// Boxed, since they are moved several times and there are many.
    pub(super) rules: Vec<Item<Box<RuleDraft>>>,
    pub(super) notes: Vec<Item<NoteDraft>>,
    pub(super) shapes: Vec<Item<ShapeDraft>>,
    pub(super) transcripts: Vec<Item<TranscriptDraft>>,
    pub(super) layouts: Vec<Item<LayoutDraft>>,
    pub(super) notices: Vec<Item<NoticeDraft>>,
    pub(super) stage_words: Vec<StageWord>,
}

/// A provider. What a later layer leaves out stays as it was.
#[derive(Debug, Clone)]
pub(super) struct ProviderDraft {
    pub(super) id: At<String>,
    pub(super) kind: Option<ProviderKind>,
    pub(super) name: Localized<String>,
    pub(super) domains: Option<Vec<String>>,
    pub(super) hosts: Option<Vec<String>>,
}

/// A category.
#[derive(Debug, Clone)]
pub(super) struct CategoryDraft {
    pub(super) id: At<String>,
    pub(super) group: String,
    pub(super) name: Localized<String>,
    pub(super) severity: Severity,
    pub(super) action: Action,
    pub(super) strength: Strength,
    pub(super) sisimai: Vec<String>,
    pub(super) default_for: Vec<At<Kind>>,
    pub(super) advice: AdviceDraft,
    pub(super) operator: AdviceDraft,
}

/// Advice with the facts that it names, so that these can be looked up.
#[derive(Debug, Clone, Default)]
pub(super) struct AdviceDraft {
    pub(super) advice: Advice,
    pub(super) facts: Vec<At<String>>,
}

/// A rule.
#[derive(Debug, Clone)]
pub(super) struct RuleDraft {
    pub(super) id: At<String>,
    pub(super) disabled: bool,
    pub(super) scope: Scope,
    pub(super) priority: i32,
    pub(super) verdict: VerdictDraft,
    pub(super) patterns: Vec<Pattern>,
    pub(super) conditions: Conditions,
    pub(super) overrides: Vec<(Conditions, VerdictDraft)>,
    pub(super) advice: AdviceDraft,
    pub(super) operator: AdviceDraft,
    pub(super) examples: Vec<Example>,
    pub(super) counter_examples: Vec<Example>,
}

/// What a rule says; what is left out is the category's, or the rule's.
#[derive(Debug, Clone, Default)]
pub(super) struct VerdictDraft {
    pub(super) category: Option<At<String>>,
    pub(super) strength: Option<Strength>,
    pub(super) severity: Option<Severity>,
    pub(super) action: Option<Action>,
}

/// A note.
#[derive(Debug, Clone)]
pub(super) struct NoteDraft {
    pub(super) categories: Vec<At<String>>,
    pub(super) audience: Audience,
    pub(super) text: AdviceDraft,
}

/// A shape.
#[derive(Debug, Clone)]
pub(super) struct ShapeDraft {
    pub(super) id: At<String>,
    pub(super) role: Role,
    pub(super) opens: Vec<TextPattern>,
    pub(super) closes: Vec<TextPattern>,
    pub(super) stage: Option<Stage>,
}

/// A layout, its provider still open.
#[derive(Debug, Clone)]
pub(super) struct LayoutDraft {
    pub(super) id: At<String>,
    /// The layer that it stands in, counted from below.
    pub(super) layer: usize,
    /// Everything but the provider, which is the file's.
    pub(super) layout: Layout,
}

/// A form of notice, its provider still open.
#[derive(Debug, Clone)]
pub(super) struct NoticeDraft {
    pub(super) id: At<String>,
    /// Everything but the provider, which is the file's.
    pub(super) notice: Notice,
}

/// A form of transcript.
#[derive(Debug, Clone)]
pub(super) struct TranscriptDraft {
    pub(super) sent: String,
    pub(super) received: String,
    pub(super) consequences: Vec<TextPattern>,
    pub(super) summary: Vec<TextPattern>,
}
