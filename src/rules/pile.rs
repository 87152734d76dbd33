//! The layers on one pile: what lies on top replaces what lies below by id. Names are not looked up yet.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::draft::{
    CategoryDraft, FileDraft, LayoutDraft, NoteDraft, NoticeDraft, Placed, ProviderDraft, RuleDraft, ShapeDraft, TranscriptDraft,
};
use super::fault::{Code, Fault, Level, suggest};
use super::file::{Reading, read_files};
use super::reader::At;
use super::source::{Layer, Source};
use crate::model::{SetStatus, StageWord};

/// The name of a rule or shape: provider and id.
type Name = (String, String);

/// Everything that the layers say, by name, before names are looked up.
#[derive(Debug, Default)]
pub(super) struct Pile {
    pub(super) valid_only: bool,
    pub(super) providers: BTreeMap<String, Placed<ProviderDraft>>,
    pub(super) categories: Vec<Placed<CategoryDraft>>,
    pub(super) rules: BTreeMap<Name, Placed<RuleDraft>>,
    pub(super) shapes: Vec<(String, Placed<ShapeDraft>)>,
    pub(super) transcripts: Vec<(String, Placed<TranscriptDraft>)>,
    pub(super) layouts: Vec<(String, Placed<LayoutDraft>)>,
    pub(super) notices: Vec<(String, Placed<NoticeDraft>)>,
    pub(super) notes: Vec<(String, Placed<NoteDraft>)>,
    pub(super) stage_words: Vec<StageWord>,
    /// How many layers lie on the pile.
    layers: usize,
    pub(super) faults: Vec<Fault>,
    pub(super) sources: Vec<Arc<Source>>,
    pub(super) status: SetStatus,
}

impl Pile {
    pub(super) fn new(valid_only: bool) -> Self {
        Self { valid_only, ..Self::default() }
    }

    /// Lays a layer on top.
    pub(super) fn add_layer(&mut self, layer: &Layer) {
        let mut seen = BTreeMap::new();
        self.layers += 1;
        for Reading { source, draft, faults } in read_files(&layer.files) {
            self.sources.push(Arc::clone(&source));
            let draft = self.without_faulty(draft, &faults);
            self.faults.extend(faults);
            self.status.files += 1;
            self.add_file(&source, draft, &mut seen);
        }
    }

    /// With `valid_only`, drops what a fault lies in and lists it as left out.
    fn without_faulty(&mut self, mut draft: FileDraft, faults: &[Fault]) -> FileDraft {
        if !self.valid_only {
            return draft;
        }
        for fault in faults.iter().filter(|fault| fault.level == Level::Error) {
            self.status.left_out.push(fault.to_string());
        }
        let hit = |start: usize, next: usize| {
            faults.iter().any(|fault| fault.level == Level::Error && (start..next).contains(&fault.range.start))
        };
        let mut starts: Vec<usize> = draft.rules.iter().map(|rule| rule.range.start).collect();
        starts.extend(draft.notes.iter().map(|note| note.range.start));
        starts.extend(draft.shapes.iter().map(|shape| shape.range.start));
        starts.extend(draft.layouts.iter().map(|layout| layout.range.start));
        starts.extend(draft.notices.iter().map(|notice| notice.range.start));
        starts.sort_unstable();
        let next = |start: usize| starts.iter().copied().find(|other| *other > start).unwrap_or(usize::MAX);
        draft.rules.retain(|rule| !hit(rule.range.start, next(rule.range.start)));
        draft.notes.retain(|note| !hit(note.range.start, next(note.range.start)));
        draft.shapes.retain(|shape| !hit(shape.range.start, next(shape.range.start)));
        draft.layouts.retain(|layout| !hit(layout.range.start, next(layout.range.start)));
        draft.notices.retain(|notice| !hit(notice.range.start, next(notice.range.start)));
        draft
    }

    fn add_file(&mut self, source: &Arc<Source>, draft: FileDraft, seen: &mut BTreeMap<String, (Arc<Source>, Range<usize>)>) {
        for category in draft.categories {
            let category = Placed::new(source, category);
            let key = format!("category {}", category.value.id.value);
            if self.is_new(seen, key, &category, &category.value.id.clone()) {
                self.categories.retain(|known| known.value.id.value != category.value.id.value);
                self.categories.push(category);
            }
        }
        let Some(provider) = draft.provider.map(|provider| Placed::new(source, provider)) else { return };
        let id = provider.value.id.value.clone();
        if self.is_new(seen, format!("provider {id}"), &provider, &provider.value.id.clone()) {
            self.add_provider(provider);
        }
        for rule in draft.rules {
            let rule = Placed::new(source, rule);
            let key = format!("rule {id}/{}", rule.value.id.value);
            if self.is_new(seen, key, &rule, &rule.value.id.clone()) {
                self.add_rule(&id, rule);
            }
        }
        for shape in draft.shapes {
            let shape = Placed::new(source, shape);
            let key = format!("shape {id}/{}", shape.value.id.value);
            if self.is_new(seen, key, &shape, &shape.value.id.clone()) {
                self.shapes.retain(|(owner, known)| *owner != id || known.value.id.value != shape.value.id.value);
                self.shapes.push((id.clone(), shape));
            }
        }
        for layout in draft.layouts {
            let mut layout = Placed::new(source, layout);
            layout.value.layer = self.layers;
            let key = format!("layout {id}/{}", layout.value.id.value);
            if self.is_new(seen, key, &layout, &layout.value.id.clone()) {
                self.layouts.retain(|(owner, known)| *owner != id || known.value.id.value != layout.value.id.value);
                self.layouts.push((id.clone(), layout));
            }
        }
        for notice in draft.notices {
            let notice = Placed::new(source, notice);
            let key = format!("notice {id}/{}", notice.value.id.value);
            if self.is_new(seen, key, &notice, &notice.value.id.clone()) {
                self.notices.retain(|(owner, known)| *owner != id || known.value.id.value != notice.value.id.value);
                self.notices.push((id.clone(), notice));
            }
        }
        self.transcripts.extend(draft.transcripts.into_iter().map(|transcript| (id.clone(), Placed::new(source, transcript))));
        self.notes.extend(draft.notes.into_iter().map(|note| (id.clone(), Placed::new(source, note))));
        self.stage_words.extend(draft.stage_words);
    }

    /// Whether nothing in this layer has the name already; a fault with both places where something has.
    fn is_new<T>(
        &mut self,
        seen: &mut BTreeMap<String, (Arc<Source>, Range<usize>)>,
        key: String,
        item: &Placed<T>,
        id: &At<String>,
    ) -> bool {
        let title = format!("{key} stands twice");
        match seen.get(&key) {
            None => {
                seen.insert(key, (Arc::clone(&item.source), id.range.clone()));
                true
            }
            Some((source, range)) => {
                let fault = Fault::error(&item.source, id.range.clone(), Code::DuplicateId, title).label("the same id again");
                let fault = fault.other(source, range.clone(), "first here").help("give one of them another id".to_owned());
                self.faults.push(fault);
                false
            }
        }
    }

    fn add_provider(&mut self, provider: Placed<ProviderDraft>) {
        match self.providers.get_mut(&provider.value.id.value) {
            None => {
                self.providers.insert(provider.value.id.value.clone(), provider);
            }
            Some(below) => {
                let (below, above) = (&mut below.value, provider.value);
                below.kind = above.kind.or(below.kind);
                below.domains = above.domains.or_else(|| below.domains.take());
                below.hosts = above.hosts.or_else(|| below.hosts.take());
                for (lang, name) in above.name.iter() {
                    below.name.insert(lang.clone(), name.clone());
                }
            }
        }
    }

    fn add_rule(&mut self, provider: &str, rule: Placed<RuleDraft>) {
        let key = (provider.to_owned(), rule.value.id.value.clone());
        let name = format!("{}/{}", key.0, key.1);
        let below = self.rules.get(&key);
        if rule.value.disabled {
            if below.is_none() && rule.value.verdict.category.is_none() {
                let near = self.rules.keys().filter(|(owner, _)| owner == provider).map(|(_, id)| id.as_str());
                let fault = Fault::error(
                    &rule.source,
                    rule.value.id.range.clone(),
                    Code::UnknownRule,
                    format!("there is no rule {name} to switch off"),
                );
                let help = suggest(&key.1, near.collect::<Vec<_>>());
                self.faults.push(fault.label("not the id of a rule below").help(help));
            }
            self.status.disabled.push(name);
            self.rules.remove(&key);
            return;
        }
        if below.is_some() {
            self.status.overridden.push(name);
        }
        self.rules.insert(key, rule);
    }
}
