//! From the pile to the set: every name is looked up, and what names nothing is a fault.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::draft::{AdviceDraft, LayoutDraft, Placed, ProviderDraft, RuleDraft, ShapeDraft, TranscriptDraft, VerdictDraft};
use super::fault::{Code, Fault, mistyped, suggest};
use super::pile::Pile;
use super::reader::At;
use super::source::Source;
use crate::model::{
    Category, CategoryIx, HoleKind, Kind, Layout, Named as _, Note, Notice, Override, Provider, ProviderIx, ProviderKind, Rule, RuleSet,
    Shape, Transcript, Verdict,
};

impl Pile {
    /// The set, every name in it looked up; what is wrong is among the faults.
    pub(super) fn resolve(&mut self) -> Option<RuleSet> {
        let facts = if self.names_facts() { self.known_facts() } else { Vec::new() };
        let categories = self.resolve_categories(&facts);
        let names = Names::new(&categories, &self.providers);
        let defaults = self.resolve_defaults();
        let providers = self.resolve_providers();
        let rules = self.resolve_rules(&names, &categories);
        let notes = self.resolve_notes(&names, &facts);
        let shapes = self.shapes.iter().filter_map(|(owner, shape)| resolve_shape(&names, owner, shape)).collect();
        let transcripts = self.transcripts.iter().filter_map(|(owner, one)| resolve_transcript(&names, owner, one)).collect();
        let layouts = self.resolve_layouts(&names);
        let notices = self.resolve_notices(&names);
        let mut stage_words = std::mem::take(&mut self.stage_words);
        stage_words.sort_by(|a, b| b.words.len().cmp(&a.words.len()).then_with(|| a.words.cmp(&b.words)));
        let status = self.status.clone();
        Some(RuleSet {
            categories,
            providers,
            rules,
            notes,
            shapes,
            transcripts,
            layouts,
            notices,
            stage_words,
            defaults: defaults?,
            status,
        })
    }

    /// Whether any advice of categories or notes names a fact that must be looked up.
    fn names_facts(&self) -> bool {
        let categories = self.categories.iter().flat_map(|category| [&category.value.advice, &category.value.operator]);
        categories.chain(self.notes.iter().map(|(_, note)| &note.value.text)).any(|advice| !advice.facts.is_empty())
    }

    /// The names of all facts that any pattern or shape can fill, and those of the types.
    fn known_facts(&self) -> Vec<String> {
        let patterns = self.rules.values().flat_map(|rule| rule.value.patterns.iter()).flat_map(|pattern| pattern.facts());
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
                let source =
                    self.categories.first().map_or_else(|| Arc::new(Source::new("categories.toml", "")), |c| Arc::clone(&c.source));
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
        let mut out_of_place = Vec::new();
        for provider in self.providers.values() {
            let draft = &provider.value;
            if draft.kind.is_none() {
                out_of_place.push(self.without_kind(provider));
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
        self.faults.extend(out_of_place);
        out
    }

    /// The fault of a provider that no file gives a kind: it is new and lacks it, or its id should be that of a known one.
    fn without_kind(&self, provider: &Placed<ProviderDraft>) -> Fault {
        let id = &provider.value.id;
        let known = self.providers.values().filter(|known| known.value.kind.is_some()).map(|known| known.value.id.value.as_str());
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

    fn resolve_rules(&mut self, names: &Names, categories: &[Category]) -> Vec<Rule> {
        let shape_facts = self.shape_facts();
        let drafts = std::mem::take(&mut self.rules);
        let mut out = Vec::with_capacity(drafts.len());
        for ((owner, _), draft) in drafts {
            let before = self.faults.len();
            let value = &draft.value;
            if !value.advice.facts.is_empty() || !value.operator.facts.is_empty() {
                let mut facts: Vec<String> = value.patterns.iter().flat_map(|p| p.facts()).map(str::to_owned).collect();
                facts.extend(shape_facts.iter().cloned());
                self.check_facts(&draft.source, &value.advice, &facts);
                self.check_facts(&draft.source, &value.operator, &facts);
            }
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

    /// The layouts, those that ask most of a report first; of those that ask as much, those of the higher layer.
    fn resolve_layouts(&mut self, names: &Names) -> Vec<Layout> {
        let mut drafts = std::mem::take(&mut self.layouts);
        let general = |owner: &str| self.providers.get(owner).is_some_and(|p| p.value.kind == Some(ProviderKind::Standard));
        drafts.sort_by_key(|(owner, draft)| {
            let asks = draft.value.layout.demands();
            (std::cmp::Reverse(asks), std::cmp::Reverse(draft.value.layer), general(owner))
        });
        let resolved =
            |(owner, draft): (String, Placed<LayoutDraft>)| Some(Layout { provider: names.provider(&owner)?, ..draft.value.layout });
        drafts.into_iter().filter_map(resolved).collect()
    }

    /// The forms of notices.
    fn resolve_notices(&mut self, names: &Names) -> Vec<Notice> {
        let drafts = std::mem::take(&mut self.notices);
        drafts.into_iter().filter_map(|(owner, draft)| Some(Notice { provider: names.provider(&owner)?, ..draft.value.notice })).collect()
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
        summary: value.summary.clone(),
        origin: draft.origin(),
    })
}
