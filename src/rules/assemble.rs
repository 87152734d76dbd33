//! Layers to one set: what lies on top replaces what lies below by id, and every name is looked up.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::draft::{
    AdviceDraft, CategoryDraft, FileDraft, LayoutDraft, NoteDraft, Placed, ProviderDraft, RuleDraft, ShapeDraft, TranscriptDraft,
    VerdictDraft,
};
use super::fault::{Code, Fault, Level, suggest};
use super::file::read_files;
use super::reader::At;
use super::source::{Layer, Source, content_hash};
use crate::model::{
    Category, CategoryIx, HoleKind, Kind, Layout, Named as _, Note, Override, Provider, ProviderIx, ProviderKind, Rule, RuleSet, SetStatus,
    Shape, StageWord, Transcript, Verdict,
};

/// What a load gave.
#[derive(Debug)]
pub struct Loaded {
    /// The set, unless it was refused.
    pub set: Option<RuleSet>,
    /// Everything that is wrong, or worth a look, by file and place.
    pub faults: Vec<Fault>,
}

impl Loaded {
    /// The faults that are errors.
    pub fn errors(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.level == Level::Error)
    }
}

/// Loads a set whole, or not at all.
#[must_use]
pub fn load(layers: &[Layer]) -> Loaded {
    let (set, faults) = assemble(layers, false);
    let refused = faults.iter().any(|fault| fault.level == Level::Error);
    Loaded { set: set.filter(|_| !refused), faults }
}

/// Loads what is valid and leaves out the rest, which [`SetStatus::left_out`] then lists.
///
/// `None` only where no default categories are left.
#[must_use]
pub fn load_valid(layers: &[Layer]) -> Loaded {
    let (set, faults) = assemble(layers, true);
    Loaded { set, faults }
}

fn assemble(layers: &[Layer], valid_only: bool) -> (Option<RuleSet>, Vec<Fault>) {
    let mut pile = Pile { valid_only, ..Pile::default() };
    for layer in layers {
        pile.add_layer(layer);
    }
    pile.status.hash = content_hash(layers);
    pile.status.generation = 1;
    let set = pile.resolve();
    pile.faults.sort_by(|a, b| (&a.source.name, a.range.start, a.range.end).cmp(&(&b.source.name, b.range.start, b.range.end)));
    pile.faults.dedup();
    (set, pile.faults)
}

/// The name of a rule or shape: provider and id.
type Name = (String, String);

/// Everything that the layers say, by name, before names are looked up.
#[derive(Debug, Default)]
struct Pile {
    valid_only: bool,
    providers: BTreeMap<String, Placed<ProviderDraft>>,
    categories: Vec<Placed<CategoryDraft>>,
    rules: BTreeMap<Name, Placed<RuleDraft>>,
    shapes: Vec<(String, Placed<ShapeDraft>)>,
    transcripts: Vec<(String, Placed<TranscriptDraft>)>,
    layouts: Vec<(String, Placed<LayoutDraft>)>,
    notes: Vec<(String, Placed<NoteDraft>)>,
    stage_words: Vec<StageWord>,
    faults: Vec<Fault>,
    status: SetStatus,
}

impl Pile {
    fn add_layer(&mut self, layer: &Layer) {
        let mut seen = BTreeMap::new();
        for (draft, faults) in read_files(&layer.files) {
            let drafts = self.without_faulty(draft, &faults);
            self.faults.extend(faults);
            self.status.files += 1;
            self.add_file(drafts, &mut seen);
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
        starts.sort_unstable();
        let next = |start: usize| starts.iter().copied().find(|other| *other > start).unwrap_or(usize::MAX);
        draft.rules.retain(|rule| !hit(rule.range.start, next(rule.range.start)));
        draft.notes.retain(|note| !hit(note.range.start, next(note.range.start)));
        draft.shapes.retain(|shape| !hit(shape.range.start, next(shape.range.start)));
        draft
    }

    fn add_file(&mut self, draft: FileDraft, seen: &mut BTreeMap<String, (Arc<Source>, Range<usize>)>) {
        for category in draft.categories {
            let key = format!("category {}", category.value.id.value);
            if self.is_new(seen, key, &category, &category.value.id.clone()) {
                self.categories.retain(|known| known.value.id.value != category.value.id.value);
                self.categories.push(category);
            }
        }
        let Some(provider) = draft.provider else { return };
        let id = provider.value.id.value.clone();
        if self.is_new(seen, format!("provider {id}"), &provider, &provider.value.id.clone()) {
            self.add_provider(provider);
        }
        for rule in draft.rules {
            let key = format!("rule {id}/{}", rule.value.id.value);
            if self.is_new(seen, key, &rule, &rule.value.id.clone()) {
                self.add_rule(&id, rule);
            }
        }
        for shape in draft.shapes {
            let key = format!("shape {id}/{}", shape.value.id.value);
            if self.is_new(seen, key, &shape, &shape.value.id.clone()) {
                self.shapes.retain(|(owner, known)| *owner != id || known.value.id.value != shape.value.id.value);
                self.shapes.push((id.clone(), shape));
            }
        }
        for layout in draft.layouts {
            let key = format!("layout {id}/{}", layout.value.id.value);
            if self.is_new(seen, key, &layout, &layout.value.id.clone()) {
                self.layouts.retain(|(owner, known)| *owner != id || known.value.id.value != layout.value.id.value);
                self.layouts.push((id.clone(), layout));
            }
        }
        self.transcripts.extend(draft.transcripts.into_iter().map(|transcript| (id.clone(), transcript)));
        self.notes.extend(draft.notes.into_iter().map(|note| (id.clone(), note)));
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

    fn resolve(&mut self) -> Option<RuleSet> {
        let facts = self.known_facts();
        let categories = self.resolve_categories(&facts);
        let names = Names::new(&categories, &self.providers);
        let defaults = self.resolve_defaults();
        let providers = self.resolve_providers();
        let rules = self.resolve_rules(&names, &categories);
        let notes = self.resolve_notes(&names, &facts);
        let shapes = self.shapes.iter().filter_map(|(owner, shape)| resolve_shape(&names, owner, shape)).collect();
        let transcripts = self.transcripts.iter().filter_map(|(owner, one)| resolve_transcript(&names, owner, one)).collect();
        let layouts = self.resolve_layouts(&names);
        let mut stage_words = std::mem::take(&mut self.stage_words);
        stage_words.sort_by(|a, b| b.words.len().cmp(&a.words.len()).then_with(|| a.words.cmp(&b.words)));
        let status = self.status.clone();
        Some(RuleSet { categories, providers, rules, notes, shapes, transcripts, layouts, stage_words, defaults: defaults?, status })
    }

    /// The names of all facts that any pattern or shape can fill, and those of the types.
    fn known_facts(&self) -> Vec<String> {
        let patterns = self.rules.values().flat_map(|rule| &rule.value.patterns).flat_map(|pattern| pattern.facts());
        let mut facts: Vec<String> = patterns.map(str::to_owned).collect();
        facts.extend(self.shape_facts());
        facts.extend(HoleKind::all().iter().map(|kind| kind.name().to_owned()));
        facts.sort();
        facts.dedup();
        facts
    }

    fn shape_facts(&self) -> Vec<String> {
        let opens = self.shapes.iter().flat_map(|(_, shape)| shape.value.opens.iter().chain(&shape.value.closes));
        opens.flat_map(|pattern| pattern.holes().map(|hole| hole.name.to_string())).collect()
    }

    fn check_facts(&mut self, source: &Arc<Source>, advice: &AdviceDraft, facts: &[String]) {
        for fact in &advice.facts {
            if !facts.contains(&fact.value) {
                let title = format!("nothing can fill `{{{}}}`", fact.value);
                let help = suggest(&fact.value, facts.iter().map(String::as_str));
                let fault = Fault::error(source, fact.range.clone(), Code::UnfillableFact, title);
                self.faults.push(fault.label("no pattern has this hole").help(help));
            }
        }
    }

    fn resolve_categories(&mut self, facts: &[String]) -> Vec<Category> {
        let drafts = self.categories.clone();
        let mut out = Vec::with_capacity(drafts.len());
        for draft in drafts {
            self.check_facts(&draft.source, &draft.value.advice, facts);
            self.check_facts(&draft.source, &draft.value.operator, facts);
            let origin = draft.origin();
            let value = draft.value;
            out.push(Category {
                id: value.id.value,
                group: value.group,
                name: value.name,
                severity: value.severity,
                action: value.action,
                strength: value.strength,
                sisimai: value.sisimai,
                default_for: value.default_for.into_iter().map(|kind| kind.value).collect(),
                advice: value.advice.advice,
                operator: value.operator.advice,
                origin,
            });
        }
        out
    }

    /// The default category of each kind; there must be just one.
    fn resolve_defaults(&mut self) -> Option<[CategoryIx; Kind::ALL.len()]> {
        let mut out = [None; Kind::ALL.len()];
        for (index, category) in self.categories.iter().enumerate() {
            for kind in &category.value.default_for {
                if out[kind.value as usize].replace(CategoryIx(index as u32)).is_some() {
                    let title = format!("two categories are the default for {}", kind.value);
                    let fault = Fault::error(&category.source, kind.range.clone(), Code::DefaultCategory, title);
                    self.faults.push(fault.label("another category says so too"));
                }
            }
        }
        for (kind, found) in Kind::ALL.iter().zip(&out) {
            if found.is_none() {
                let source = self
                    .categories
                    .first()
                    .map_or_else(|| Arc::new(Source::new("categories.toml", String::new())), |c| Arc::clone(&c.source));
                let title = format!("no category is the default for {kind}");
                let help = format!("write `default_for = [\"{kind}\"]` in one of them");
                self.faults.push(Fault::error(&source, 0..0, Code::DefaultCategory, title).help(help));
            }
        }
        let found: Vec<CategoryIx> = out.into_iter().flatten().collect();
        found.try_into().ok()
    }

    fn resolve_providers(&mut self) -> Vec<Provider> {
        let mut out = Vec::with_capacity(self.providers.len());
        for provider in self.providers.values() {
            let draft = &provider.value;
            if draft.kind.is_none() {
                let fault = Fault::error(&provider.source, provider.range.clone(), Code::MissingKey, "[provider] has no `kind`");
                let names: Vec<_> = ProviderKind::all().iter().map(|kind| kind.name()).collect();
                self.faults.push(fault.label("`kind` belongs here").help(format!("one of {}", names.join(", "))));
            }
            out.push(Provider {
                id: draft.id.value.clone(),
                kind: draft.kind.unwrap_or(ProviderKind::Standard),
                name: draft.name.clone(),
                domains: draft.domains.clone().unwrap_or_default(),
                hosts: draft.hosts.clone().unwrap_or_default(),
                origin: provider.origin(),
            });
        }
        out
    }

    fn resolve_rules(&mut self, names: &Names, categories: &[Category]) -> Vec<Rule> {
        let shape_facts = self.shape_facts();
        let drafts = std::mem::take(&mut self.rules);
        let mut out = Vec::with_capacity(drafts.len());
        for ((owner, _), draft) in drafts {
            let mut facts: Vec<String> = draft.value.patterns.iter().flat_map(|p| p.facts()).map(str::to_owned).collect();
            facts.extend(shape_facts.iter().cloned());
            let before = self.faults.len();
            self.check_facts(&draft.source, &draft.value.advice, &facts);
            self.check_facts(&draft.source, &draft.value.operator, &facts);
            let rule = self.resolve_rule(names, categories, &owner, draft);
            if self.valid_only && self.faults.len() > before {
                let faults: Vec<String> = self.faults[before..].iter().map(ToString::to_string).collect();
                self.status.left_out.extend(faults);
            } else {
                out.extend(rule);
            }
        }
        out
    }

    fn resolve_rule(&mut self, names: &Names, categories: &[Category], owner: &str, draft: Placed<RuleDraft>) -> Option<Rule> {
        let origin = draft.origin();
        let source = Arc::clone(&draft.source);
        let value = draft.value;
        let category = self.category(names, &source, value.verdict.category.as_ref());
        let mut overrides = Vec::new();
        for (conditions, change) in value.overrides {
            let own = match &change.category {
                Some(_) => self.category(names, &source, change.category.as_ref()),
                None => category,
            };
            if let Some(own) = own {
                overrides.push(Override { conditions, verdict: changed(own, &change, &value.verdict, categories) });
            }
        }
        let provider = names.provider(owner)?;
        Some(Rule {
            name: format!("{owner}/{}", value.id.value),
            provider,
            scope: value.scope,
            priority: value.priority,
            verdict: verdict(category?, &value.verdict, categories),
            patterns: value.patterns,
            conditions: value.conditions,
            overrides,
            advice: value.advice.advice,
            operator: value.operator.advice,
            examples: value.examples,
            counter_examples: value.counter_examples,
            origin,
        })
    }

    /// The layouts, those that ask most of a report first.
    fn resolve_layouts(&mut self, names: &Names) -> Vec<Layout> {
        let drafts = std::mem::take(&mut self.layouts);
        let resolved =
            drafts.into_iter().filter_map(|(owner, draft)| Some(Layout { provider: names.provider(&owner)?, ..draft.value.layout }));
        let mut layouts: Vec<Layout> = resolved.collect();
        layouts.sort_by_key(|layout| std::cmp::Reverse(layout.demands()));
        layouts
    }

    fn category(&mut self, names: &Names, source: &Arc<Source>, named: Option<&At<String>>) -> Option<CategoryIx> {
        let named = named?;
        let found = names.categories.iter().position(|id| *id == named.value);
        if found.is_none() {
            let fault = Fault::error(source, named.range.clone(), Code::UnknownCategory, format!("there is no category `{}`", named.value));
            self.faults.push(fault.label("not a category").help(suggest(&named.value, names.categories.iter().map(String::as_str))));
        }
        found.map(|index| CategoryIx(index as u32))
    }

    fn resolve_notes(&mut self, names: &Names, facts: &[String]) -> Vec<Note> {
        let drafts = std::mem::take(&mut self.notes);
        let mut out = Vec::with_capacity(drafts.len());
        for (owner, draft) in drafts {
            self.check_facts(&draft.source, &draft.value.text, facts);
            let categories: Vec<_> =
                draft.value.categories.iter().filter_map(|named| self.category(names, &draft.source, Some(named))).collect();
            let origin = draft.origin();
            if let Some(provider) = names.provider(&owner) {
                out.push(Note { provider, categories, audience: draft.value.audience, text: draft.value.text.advice, origin });
            }
        }
        out
    }
}

/// The names that others are looked up among.
struct Names {
    categories: Vec<String>,
    providers: Vec<String>,
}

impl Names {
    fn new(categories: &[Category], providers: &BTreeMap<String, Placed<ProviderDraft>>) -> Self {
        Self { categories: categories.iter().map(|c| c.id.clone()).collect(), providers: providers.keys().cloned().collect() }
    }

    fn provider(&self, id: &str) -> Option<ProviderIx> {
        self.providers.binary_search_by(|known| known.as_str().cmp(id)).ok().map(|index| ProviderIx(index as u32))
    }
}

fn verdict(category: CategoryIx, draft: &VerdictDraft, categories: &[Category]) -> Verdict {
    let strength = draft.strength.unwrap_or(categories[category.0 as usize].strength);
    Verdict { category, strength, severity: draft.severity, action: draft.action }
}

/// The verdict of a `when`: what it leaves out is the rule's, unless it names another category, whose own then counts.
fn changed(category: CategoryIx, change: &VerdictDraft, rule: &VerdictDraft, categories: &[Category]) -> Verdict {
    let kept = change.category.is_none();
    let draft = VerdictDraft {
        category: None,
        strength: change.strength.or(rule.strength),
        severity: change.severity.or(rule.severity.filter(|_| kept)),
        action: change.action.or(rule.action.filter(|_| kept)),
    };
    verdict(category, &draft, categories)
}

fn resolve_shape(names: &Names, owner: &str, draft: &Placed<ShapeDraft>) -> Option<Shape> {
    let value = &draft.value;
    Some(Shape {
        provider: names.provider(owner)?,
        id: value.id.value.clone(),
        role: value.role,
        opens: value.opens.clone(),
        closes: value.closes.clone(),
        stage: value.stage,
        origin: draft.origin(),
    })
}

fn resolve_transcript(names: &Names, owner: &str, draft: &Placed<TranscriptDraft>) -> Option<Transcript> {
    let value = &draft.value;
    Some(Transcript {
        provider: names.provider(owner)?,
        sent: value.sent.clone(),
        received: value.received.clone(),
        consequences: value.consequences.clone(),
        origin: draft.origin(),
    })
}
