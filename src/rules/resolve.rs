//! From the pile to the set: every name is looked up, and what names nothing is a fault.

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::draft::{
    AdviceDraft, CategoryDraft, LayoutDraft, NoticeDraft, Placed, ProviderDraft, RuleDraft, ShapeDraft, TranscriptDraft, VerdictDraft,
};
use super::fault::{Code, Fault, mistyped, suggest};
use super::pile::{Owner, Pile};
use super::reader::At;
use super::source::Source;
use crate::model::{
    Category, CategoryIx, HoleKind, Kind, Layout, Lazy, Named as _, Note, Notice, Origin, Override, Provider, ProviderIx, ProviderKind,
    Rule, RuleBody, RuleSet, Shape, Transcript, Verdict,
};

impl Pile {
    /// The set, every name in it looked up; what is wrong is among the faults.
    pub(super) fn resolve(&mut self) -> Option<RuleSet> {
        let facts = if self.names_facts() { self.known_facts() } else { Vec::new() };
        self.resolve_categories(&facts);
        self.resolve_providers();
        let names = Names::new(&self.set);
        let defaults = self.resolve_defaults();
        self.resolve_rules(&names);
        self.resolve_notes(&names, &facts);
        let shapes = self.shapes.iter().filter_map(|(owner, shape)| resolve_shape(&names, owner, shape));
        lay_on(&mut self.set.shapes, shapes.collect(), |all, mut own| all.append(&mut own));
        let transcripts = self.transcripts.iter().filter_map(|(owner, one)| resolve_transcript(&names, owner, one));
        lay_on(&mut self.set.transcripts, transcripts.collect(), |all, mut own| all.append(&mut own));
        lay_on(&mut self.set.stage_words, std::mem::take(&mut self.stage_words), |all, mut own| {
            all.append(&mut own);
            all.sort_by(|a, b| b.words.len().cmp(&a.words.len()).then_with(|| a.words.cmp(&b.words)));
        });
        self.resolve_layouts(&names);
        self.resolve_notices(&names);
        Some(RuleSet { defaults: defaults?, ..std::mem::take(&mut self.set) })
    }

    /// Whether any advice of categories or notes names a fact that must be looked up.
    fn names_facts(&self) -> bool {
        let categories = self.categories.iter().flat_map(|category| [&category.value.advice, &category.value.operator]);
        categories.chain(self.notes.iter().map(|(_, note)| &note.value.text)).any(|advice| !advice.facts.is_empty())
    }

    /// The names of all facts that any pattern or shape can fill, and those of the types.
    fn known_facts(&self) -> Vec<String> {
        let below = self.below().flat_map(|rule| rule.patterns.iter().map(|pattern| &**pattern));
        let patterns = below.chain(self.rules.values().flat_map(|rule| &rule.value.patterns)).flat_map(|pattern| pattern.facts());
        let mut facts: Vec<String> = patterns.map(str::to_owned).collect();
        facts.extend(self.shape_facts());
        facts.extend(HoleKind::all().iter().map(|kind| kind.name().to_owned()));
        facts.sort();
        facts.dedup();
        facts
    }

    fn shape_facts(&self) -> Vec<String> {
        let below = self.set.shapes.iter().flat_map(|shape| shape.opens.iter().chain(&shape.closes));
        let opens = below.chain(self.shapes.iter().flat_map(|(_, shape)| shape.value.opens.iter().chain(&shape.value.closes)));
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

    /// The categories; those that replace others stand in their places.
    fn resolve_categories(&mut self, facts: &[String]) {
        for draft in self.categories.clone() {
            self.check_facts(&draft.source, &draft.value.advice, facts);
            self.check_facts(&draft.source, &draft.value.operator, facts);
            let category = resolve_category(draft);
            match self.set.category_by_id(&category.id) {
                Some(below) => self.set.categories[below.0 as usize] = category,
                None => self.set.categories.push(category),
            }
        }
    }

    /// The default category of each kind; there must be just one.
    fn resolve_defaults(&mut self) -> Option<[CategoryIx; Kind::ALL.len()]> {
        let mut out: [Option<CategoryIx>; Kind::ALL.len()] = [None; Kind::ALL.len()];
        for (index, category) in (0..).map(CategoryIx).zip(&self.set.categories) {
            for kind in &category.default_for {
                if let Some(other) = out[*kind as usize].replace(index) {
                    let claims = [category, self.set.category(other)].into_iter().filter_map(|category| self.claim(category, *kind));
                    self.faults.extend(claims.take(1).collect::<Vec<_>>());
                }
            }
        }
        for (kind, _) in Kind::ALL.iter().zip(&out).filter(|(_, found)| found.is_none()) {
            let named = |first: &Category| self.sources.iter().find(|source| source.name == first.origin.file).map(Arc::clone);
            let source = self.set.categories.first().and_then(named);
            let source = source.unwrap_or_else(|| Arc::new(Source::new("categories.toml", "")));
            let title = format!("no category is the default for {kind}");
            let help = format!("write `default_for = [\"{kind}\"]` in one of them");
            self.faults.push(Fault::error(&source, 0..0, Code::DefaultCategory, title).help(help));
        }
        let found: Vec<CategoryIx> = out.into_iter().flatten().collect();
        found.try_into().ok()
    }

    /// The fault of a category that is the default for a kind as another is; none where it lies at the bottom.
    fn claim(&self, category: &Category, kind: Kind) -> Option<Fault> {
        let draft = self.categories.iter().find(|draft| draft.value.id.value == category.id)?;
        let claimed = draft.value.default_for.iter().find(|claimed| claimed.value == kind)?;
        let title = format!("two categories are the default for {kind}");
        let fault = Fault::error(&draft.source, claimed.range.clone(), Code::DefaultCategory, title);
        Some(fault.label("another category says so too"))
    }

    /// The providers: those that are known already in their places, then those that each layer brings in.
    fn resolve_providers(&mut self) {
        let mut drafts: Vec<_> = self.providers.values().collect();
        drafts.sort_by_key(|(layer, _)| *layer);
        let is_new = |draft: &ProviderDraft| self.set.provider_by_id(&draft.id.value).is_none();
        let without = drafts.iter().filter(|(_, provider)| provider.value.kind.is_none() && is_new(&provider.value));
        let faults: Vec<Fault> = without.map(|(_, provider)| self.without_kind(provider)).collect();
        for (_, provider) in drafts {
            let draft = provider.value.clone();
            match self.set.provider_by_id(&draft.id.value) {
                Some(below) => lay_provider(&mut self.set.providers[below.0 as usize], draft),
                None => self.set.providers.push(new_provider(provider.origin(), draft)),
            }
        }
        self.faults.extend(faults);
    }

    /// The fault of a provider that no file gives a kind: it is new and lacks it, or its id should be that of a known one.
    fn without_kind(&self, provider: &Placed<ProviderDraft>) -> Fault {
        let id = &provider.value.id;
        let own = self.providers.values().map(|(_, known)| &known.value).filter(|known| known.kind.is_some());
        let known = self.set.providers.iter().map(|known| known.id.as_str()).chain(own.map(|known| known.id.value.as_str()));
        match mistyped(&id.value, known) {
            Some(near) => {
                let fault =
                    Fault::error(&provider.source, id.range.clone(), Code::UnknownProvider, format!("there is no provider `{}`", id.value));
                fault.label("not a provider of the files below").help(format!("did you mean `{near}`? A new provider needs a `kind`"))
            }
            None => {
                let fault = Fault::error(&provider.source, provider.range.clone(), Code::MissingKey, "[provider] has no `kind`");
                let names: Vec<_> = ProviderKind::all().iter().map(|kind| kind.name()).collect();
                fault.label("`kind` belongs here").help(format!("one of {}", names.join(", ")))
            }
        }
    }

    /// The rules, by provider and id.
    fn resolve_rules(&mut self, names: &Names) {
        let mut shape_facts = None;
        let drafts = std::mem::take(&mut self.rules);
        let gone = std::mem::take(&mut self.gone);
        if drafts.is_empty() && gone.is_empty() {
            return;
        }
        let mut index = 0..;
        self.set.rules.retain(|_| index.next().is_none_or(|index| !gone.contains(&index)));
        let mut own = Vec::with_capacity(drafts.len());
        for ((owner, _), draft) in drafts {
            let before = self.faults.len();
            let value = &draft.value;
            if !value.advice.facts.is_empty() || !value.operator.facts.is_empty() {
                let of_shapes = shape_facts.get_or_insert_with(|| self.shape_facts());
                let own = value.patterns.iter().flat_map(|p| p.facts()).map(str::to_owned);
                let facts: Vec<String> = own.chain(of_shapes.iter().cloned()).collect();
                self.check_facts(&draft.source, &value.advice, &facts);
                self.check_facts(&draft.source, &value.operator, &facts);
            }
            let rule = self.resolve_rule(names, &owner, draft);
            if self.valid_only && self.faults.len() > before {
                let faults: Vec<String> = self.faults[before..].iter().map(ToString::to_string).collect();
                self.set.status.left_out.extend(faults);
            } else {
                own.extend(rule);
            }
        }
        self.set.rules = merged(std::mem::take(&mut self.set.rules), own);
    }

    fn resolve_rule(&mut self, names: &Names, owner: &str, draft: Placed<Box<RuleDraft>>) -> Option<Rule> {
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
                overrides.push(Override { conditions, verdict: changed(own, &change, &value.verdict) });
            }
        }
        let body = RuleBody {
            name: format!("{owner}/{}", value.id.value),
            provider: names.provider(owner)?,
            scope: value.scope,
            priority: value.priority,
            verdict: verdict(category?, &value.verdict),
            patterns: value.patterns.into_iter().map(Lazy::from).collect::<Vec<_>>().into(),
            conditions: value.conditions,
            overrides,
            advice: value.advice.advice.into(),
            operator: value.operator.advice.into(),
            examples: value.examples.into(),
            counter_examples: value.counter_examples.into(),
            origin,
        };
        Some(body.into())
    }

    /// The layouts, those that ask most of a report first; of those that ask as much, those of the higher layer.
    fn resolve_layouts(&mut self, names: &Names) {
        let resolved = |(owner, draft): (Owner, Placed<LayoutDraft>)| {
            let LayoutDraft { layer, layout, .. } = draft.value;
            Some((layer, Layout { provider: names.provider(&owner)?, ..layout }))
        };
        let own = std::mem::take(&mut self.layouts).into_iter().filter_map(resolved).collect();
        let RuleSet { layouts, providers, .. } = &mut self.set;
        let general = |layout: &Layout| providers[layout.provider.0 as usize].kind == ProviderKind::Standard;
        lay_on(layouts, own, |all, own| {
            let mut placed: Vec<_> = std::mem::take(all).into_iter().map(|layout| (0, layout)).collect();
            replace(&mut placed, own, |(_, layout)| (layout.provider, &layout.id));
            placed.sort_by_key(|(layer, layout)| (Reverse(layout.demands()), Reverse(*layer), general(layout)));
            all.extend(placed.into_iter().map(|(_, layout)| layout));
        });
    }

    /// The forms of notices.
    fn resolve_notices(&mut self, names: &Names) {
        let resolved =
            |(owner, draft): (Owner, Placed<NoticeDraft>)| Some(Notice { provider: names.provider(&owner)?, ..draft.value.notice });
        let own = std::mem::take(&mut self.notices).into_iter().filter_map(resolved).collect();
        lay_on(&mut self.set.notices, own, |all, own| replace(all, own, |notice| (notice.provider, &notice.id)));
    }

    fn category(&mut self, names: &Names, source: &Arc<Source>, named: Option<&At<String>>) -> Option<CategoryIx> {
        let named = named?;
        let found = names.categories.get(&named.value).copied();
        if found.is_none() {
            let fault = Fault::error(source, named.range.clone(), Code::UnknownCategory, format!("there is no category `{}`", named.value));
            let known = self.set.categories.iter().map(|category| category.id.as_str());
            self.faults.push(fault.label("not a category").help(suggest(&named.value, known)));
        }
        found
    }

    fn resolve_notes(&mut self, names: &Names, facts: &[String]) {
        for (owner, draft) in std::mem::take(&mut self.notes) {
            self.check_facts(&draft.source, &draft.value.text, facts);
            let categories: Vec<_> =
                draft.value.categories.iter().filter_map(|named| self.category(names, &draft.source, Some(named))).collect();
            let origin = draft.origin();
            if let Some(provider) = names.provider(&owner) {
                let text = draft.value.text.advice.into();
                self.set.notes.push(Note { provider, categories, audience: draft.value.audience, text, origin });
            }
        }
    }
}

/// The names that others are looked up among.
struct Names {
    categories: FxHashMap<String, CategoryIx>,
    providers: FxHashMap<String, ProviderIx>,
}

impl Names {
    fn new(set: &RuleSet) -> Self {
        Self {
            categories: set.categories.iter().map(|category| category.id.clone()).zip((0..).map(CategoryIx)).collect(),
            providers: set.providers.iter().map(|provider| provider.id.clone()).zip((0..).map(ProviderIx)).collect(),
        }
    }

    fn provider(&self, id: &str) -> Option<ProviderIx> {
        self.providers.get(id).copied()
    }
}

/// Two lists of rules, each by provider and id, as one. Few of those below have to be looked at.
fn merged(below: Vec<Rule>, own: Vec<Rule>) -> Vec<Rule> {
    let mut all = Vec::with_capacity(below.len() + own.len());
    let mut below = below.into_iter();
    for rule in own {
        let before = |known: &Rule| known.ids() < rule.ids();
        if below.as_slice().first().is_some_and(before) {
            let count = below.as_slice().partition_point(before);
            all.extend(below.by_ref().take(count));
        }
        all.push(rule);
    }
    all.extend(below);
    all
}

/// Lays what a pile has of its own on what lies at the bottom, which stays packed where there is nothing to lay on it.
fn lay_on<T, O>(all: &mut Lazy<Vec<T>>, own: Vec<O>, lay: impl FnOnce(&mut Vec<T>, Vec<O>))
where
    T: Deserialize<'static>,
{
    if !own.is_empty() {
        all.change(|all| lay(all, own));
    }
}

/// Adds things, each in place of the one of its name.
fn replace<T>(all: &mut Vec<T>, own: Vec<T>, name: impl for<'t> Fn(&'t T) -> (ProviderIx, &'t String)) {
    for one in own {
        all.retain(|known| name(known) != name(&one));
        all.push(one);
    }
}

fn resolve_category(draft: Placed<CategoryDraft>) -> Category {
    let origin = draft.origin();
    let value = draft.value;
    Category {
        id: value.id.value,
        group: value.group,
        name: value.name,
        severity: value.severity,
        action: value.action,
        strength: value.strength,
        sisimai: value.sisimai,
        default_for: value.default_for.into_iter().map(|kind| kind.value).collect(),
        advice: value.advice.advice.into(),
        operator: value.operator.advice.into(),
        origin,
    }
}

fn new_provider(origin: Origin, draft: ProviderDraft) -> Provider {
    Provider {
        id: draft.id.value,
        kind: draft.kind.unwrap_or(ProviderKind::Standard),
        name: draft.name.into(),
        domains: draft.domains.unwrap_or_default().into(),
        hosts: draft.hosts.unwrap_or_default().into(),
        origin,
    }
}

/// What a draft leaves out of a provider stays as it was.
fn lay_provider(below: &mut Provider, draft: ProviderDraft) {
    below.kind = draft.kind.unwrap_or(below.kind);
    below.domains = draft.domains.map_or_else(|| std::mem::take(&mut below.domains), Lazy::from);
    below.hosts = draft.hosts.map_or_else(|| std::mem::take(&mut below.hosts), Lazy::from);
    if !draft.name.is_empty() {
        below.name.change(|below| draft.name.iter().for_each(|(lang, name)| below.insert(lang.clone(), name.clone())));
    }
}

const fn verdict(category: CategoryIx, draft: &VerdictDraft) -> Verdict {
    Verdict { category, strength: draft.strength, severity: draft.severity, action: draft.action }
}

/// The verdict of a `when`: what it leaves out is the rule's, unless it names another category, whose own then counts.
fn changed(category: CategoryIx, change: &VerdictDraft, rule: &VerdictDraft) -> Verdict {
    let kept = change.category.is_none();
    Verdict {
        category,
        strength: change.strength.or(rule.strength),
        severity: change.severity.or(rule.severity.filter(|_| kept)),
        action: change.action.or(rule.action.filter(|_| kept)),
    }
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
        summary: value.summary.clone(),
        origin: draft.origin(),
    })
}
