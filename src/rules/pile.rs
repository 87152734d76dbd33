//! The layers on one pile: what lies on top replaces what lies below by id. Names are not looked up yet.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::draft::{
    CategoryDraft, FileDraft, LayoutDraft, NoteDraft, NoticeDraft, Placed, ProviderDraft, RuleDraft, ShapeDraft, TranscriptDraft,
};
use super::fault::{Code, Fault, Level, suggest};
use super::file::{Reading, read_files};
use super::reader::At;
use super::source::{Layer, RawFile, Source};
use crate::model::{Rule, RuleSet, StageWord};

/// The id of a provider that something belongs to.
pub(super) type Owner = Arc<str>;

/// The name of a rule: provider and id.
type Name = (Owner, String);

/// What stands in a layer, by kind, owner and id, with its place.
type Seen = FxHashMap<(&'static str, Owner, String), (Arc<Source>, Range<usize>)>;

/// Everything that the layers say, by name, before names are looked up.
#[derive(Debug, Default)]
pub(super) struct Pile {
    pub(super) valid_only: bool,
    /// The set at the bottom, on which all else lies.
    pub(super) set: RuleSet,
    /// The rules of that set which are replaced or switched off.
    pub(super) gone: BTreeSet<usize>,
    /// With the layers that bring them in.
    pub(super) providers: BTreeMap<String, (usize, Placed<ProviderDraft>)>,
    pub(super) categories: Vec<Placed<CategoryDraft>>,
    pub(super) rules: BTreeMap<Name, Placed<Box<RuleDraft>>>,
    pub(super) shapes: Vec<(Owner, Placed<ShapeDraft>)>,
    pub(super) transcripts: Vec<(Owner, Placed<TranscriptDraft>)>,
    pub(super) layouts: Vec<(Owner, Placed<LayoutDraft>)>,
    pub(super) notices: Vec<(Owner, Placed<NoticeDraft>)>,
    pub(super) notes: Vec<(Owner, Placed<NoteDraft>)>,
    pub(super) stage_words: Vec<StageWord>,
    /// How many layers lie on the pile.
    layers: usize,
    pub(super) faults: Vec<Fault>,
    pub(super) sources: Vec<Arc<Source>>,
}

impl Pile {
    pub(super) fn new(valid_only: bool) -> Self {
        Self { valid_only, ..Self::default() }
    }

    /// Begins with a set that was made of a layer earlier.
    pub(super) fn begin_with(&mut self, layer: &Layer, set: RuleSet) {
        self.set = set;
        self.sources = layer.files.iter().filter_map(RawFile::source).map(Arc::new).collect();
    }

    /// Lays a layer on top.
    pub(super) fn add_layer(&mut self, layer: &Layer) {
        let mut seen = Seen::default();
        self.layers += 1;
        for Reading { source, draft, faults } in read_files(&layer.files) {
            self.sources.push(Arc::clone(&source));
            let draft = self.without_faulty(draft, &faults);
            self.faults.extend(faults);
            self.set.status.files += 1;
            self.add_file(&source, draft, &mut seen);
        }
    }

    /// With `valid_only`, drops what a fault lies in and lists it as left out.
    fn without_faulty(&mut self, mut draft: FileDraft, faults: &[Fault]) -> FileDraft {
        if !self.valid_only {
            return draft;
        }
        for fault in faults.iter().filter(|fault| fault.level == Level::Error) {
            self.set.status.left_out.push(fault.to_string());
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

    fn add_file(&mut self, source: &Arc<Source>, draft: FileDraft, seen: &mut Seen) {
        let nobody = Owner::default();
        for category in draft.categories {
            let category = Placed::new(source, category);
            if self.is_new(seen, ("category", &nobody, &category.value.id), source) {
                match self.categories.iter_mut().find(|known| known.value.id.value == category.value.id.value) {
                    Some(below) => *below = category,
                    None => self.categories.push(category),
                }
            }
        }
        let Some(provider) = draft.provider.map(|provider| Placed::new(source, provider)) else { return };
        let owner = Owner::from(provider.value.id.value.as_str());
        if self.is_new(seen, ("provider", &nobody, &provider.value.id), source) {
            self.add_provider(provider);
        }
        for rule in draft.rules {
            let rule = Placed::new(source, rule);
            if self.is_new(seen, ("rule", &owner, &rule.value.id), source) {
                self.add_rule(&owner, rule);
            }
        }
        for shape in draft.shapes {
            if self.is_new(seen, ("shape", &owner, &shape.value.id), source) {
                self.add_shape(&owner, Placed::new(source, shape));
            }
        }
        for mut layout in draft.layouts {
            layout.value.layer = self.layers;
            if self.is_new(seen, ("layout", &owner, &layout.value.id), source) {
                self.layouts.push((Arc::clone(&owner), Placed::new(source, layout)));
            }
        }
        for notice in draft.notices {
            if self.is_new(seen, ("notice", &owner, &notice.value.id), source) {
                self.notices.push((Arc::clone(&owner), Placed::new(source, notice)));
            }
        }
        self.transcripts.extend(draft.transcripts.into_iter().map(|transcript| (Arc::clone(&owner), Placed::new(source, transcript))));
        self.notes.extend(draft.notes.into_iter().map(|note| (Arc::clone(&owner), Placed::new(source, note))));
        self.stage_words.extend(draft.stage_words);
    }

    /// Whether nothing in this layer has the name already, by kind, owner and id; a fault with both places where something has.
    fn is_new(&mut self, seen: &mut Seen, (kind, owner, id): (&'static str, &Owner, &At<String>), source: &Arc<Source>) -> bool {
        let (earlier, range) = match seen.entry((kind, Arc::clone(owner), id.value.clone())) {
            Entry::Occupied(first) => first.get().clone(),
            Entry::Vacant(place) => {
                place.insert((Arc::clone(source), id.range.clone()));
                return true;
            }
        };
        let name = if owner.is_empty() { id.value.clone() } else { format!("{owner}/{}", id.value) };
        let fault = Fault::error(source, id.range.clone(), Code::DuplicateId, format!("{kind} {name} stands twice"));
        let fault = fault.label("the same id again").other(&earlier, range, "first here");
        self.faults.push(fault.help("give one of them another id".to_owned()));
        false
    }

    fn add_provider(&mut self, provider: Placed<ProviderDraft>) {
        match self.providers.get_mut(&provider.value.id.value) {
            None => {
                self.providers.insert(provider.value.id.value.clone(), (self.layers, provider));
            }
            Some((_, below)) => {
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

    fn add_shape(&mut self, owner: &Owner, shape: Placed<ShapeDraft>) {
        let RuleSet { providers, shapes, .. } = &mut self.set;
        let id = &shape.value.id.value;
        shapes.change(|shapes| shapes.retain(|known| known.id != *id || providers[known.provider.0 as usize].id != **owner));
        self.shapes.retain(|(of, known)| known.value.id.value != *id || of != owner);
        self.shapes.push((Arc::clone(owner), shape));
    }

    fn add_rule(&mut self, owner: &Owner, rule: Placed<Box<RuleDraft>>) {
        let key = (Arc::clone(owner), rule.value.id.value.clone());
        let name = format!("{owner}/{}", key.1);
        let of_set = self.take_below(&key);
        if !rule.value.disabled {
            if self.rules.insert(key, rule).is_some() || of_set {
                self.set.status.overridden.push(name);
            }
            return;
        }
        if self.rules.remove(&key).is_none() && !of_set && rule.value.verdict.category.is_none() {
            let title = format!("there is no rule {name} to switch off");
            let fault = Fault::error(&rule.source, rule.value.id.range.clone(), Code::UnknownRule, title);
            let fault = fault.label("not the id of a rule below").help(suggest(&key.1, self.ids_of(owner)));
            self.faults.push(fault);
        }
        self.set.status.disabled.push(name);
    }

    /// Takes the rule of a name out of the set at the bottom; whether there was one.
    fn take_below(&mut self, (owner, id): &Name) -> bool {
        // The providers of one layer are by id. Most rules on top are of others, so that no rule has to be looked at.
        if self.set.providers.binary_search_by(|known| (*known.id).cmp(owner)).is_err() {
            return false;
        }
        let found = self.set.rules.binary_search_by(|known| known.ids().cmp(&(owner, id)));
        found.is_ok_and(|index| self.gone.insert(index))
    }

    /// The rules of the set at the bottom that are still in force.
    pub(super) fn below(&self) -> impl Iterator<Item = &Rule> {
        let rules = self.set.rules.iter().enumerate();
        rules.filter(|(index, _)| !self.gone.contains(index)).map(|(_, rule)| rule)
    }

    /// The ids of all rules of a provider.
    fn ids_of(&self, owner: &str) -> Vec<&str> {
        let names = self.below().map(Rule::ids).chain(self.rules.keys().map(|(of, id)| (&**of, id.as_str())));
        names.filter(|(of, _)| *of == owner).map(|(_, id)| id).collect()
    }
}
