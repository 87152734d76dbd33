//! From arguments, settings and environment to an engine.

use std::env;
use std::path::PathBuf;

use super::settings::{Settings, folders};
use super::{Common, Failed};
use crate::Engine;
use crate::live::Place;
use crate::matcher::Viewpoint;
use crate::model::{Lang, Own};
use crate::output::{Format, Langs, Printer, render_faults};
use crate::rules::{Layer, Loaded, load, load_valid, nearest};

/// The variable that names rule folders, as `PATH` names folders.
const RULES_VARIABLE: &str = "MODORI_RULES";

/// What a command answers with.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) engine: Engine,
    pub(super) langs: Langs,
    pub(super) from: Viewpoint,
}

impl Setup {
    /// The setup of a command, for as long as the process lives: taking a set of rules apart again takes time for nothing.
    pub(super) fn leaked(common: &Common) -> Result<&'static Self, Failed> {
        Self::new(common).map(|setup| &*Box::leak(Box::new(setup)))
    }

    /// What prints answers in `format`, with the evidence for them where that is wanted.
    pub(super) fn printer(&self, format: Format, explain: bool) -> Result<Printer<'_>, Failed> {
        if explain && matches!(format, Format::Csv | Format::Sisimai) {
            return Err(Failed::Because("--explain has no place in this format; write --format text, json or ndjson".to_owned()));
        }
        Ok(Printer { engine: &self.engine, format, langs: &self.langs, evidence: explain.then_some(self.from) })
    }

    /// The languages that a command was asked for, where it loads rules of its own.
    pub(super) fn langs(common: &Common) -> Result<Langs, Failed> {
        common.color.apply();
        let settings = Settings::find(common.config.as_deref())?;
        langs(common.lang.as_deref().or(settings.lang.as_deref()).or(Some("all")), |name| env::var(name).ok())
    }

    /// Loads the rules and settles language and viewpoint.
    pub(super) fn new(common: &Common) -> Result<Self, Failed> {
        common.color.apply();
        let settings = Settings::find(common.config.as_deref())?;
        let langs = langs_of(common, &settings)?;
        let layers = layers(Layer::shipped(), common, &settings)?;
        let loaded = if common.keep_going { load_valid(&layers) } else { load(&layers) };
        let engine = engine(loaded)?.with_own(own(settings));
        let from = viewpoint(&engine, common.provider.as_deref())?;
        Ok(Self { engine, langs, from })
    }
}

/// All layers of rules, lowest first: `shipped`, then those at the [`places`].
pub(super) fn layers(shipped: Layer, common: &Common, settings: &Settings) -> Result<Vec<Layer>, Failed> {
    let on_top = places(common, settings)?;
    Ok(std::iter::once(shipped).chain(on_top.iter().map(Place::read)).collect())
}

/// The rules that lie on top just now, lowest first.
pub(super) fn on_top(common: &Common, settings: &Settings) -> Result<Vec<PathBuf>, Failed> {
    let there = |place: &Place| matches!(place, Place::Named(_)) || place.path().is_dir();
    Ok(places(common, settings)?.into_iter().filter(there).map(|place| place.path().clone()).collect())
}

/// Where rules lie or may come to lie, lowest first: of the system, of the user, of the settings, of the environment, of the arguments.
pub(super) fn places(common: &Common, settings: &Settings) -> Result<Vec<Place>, Failed> {
    let usual = folders().into_iter().map(|folder| Place::Usual(folder.join("rules")));
    let listed = env::var_os(RULES_VARIABLE).unwrap_or_default();
    let listed: Vec<PathBuf> = env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    let named = || settings.rules.iter().chain(&listed).chain(&common.rules);
    if let Some(missing) = named().find(|path| !path.exists()) {
        return Err(Failed::Because(format!("there are no rules at {}: no such file or folder", missing.display())));
    }
    Ok(usual.chain(named().cloned().map(Place::Named)).collect())
}

/// The languages that are asked for, or that the settings or the locale name.
pub(super) fn langs_of(common: &Common, settings: &Settings) -> Result<Langs, Failed> {
    langs(common.lang.as_deref().or(settings.lang.as_deref()), |name| env::var(name).ok())
}

/// Refuses a provider that the rules do not know.
pub(super) fn known_provider(engine: &Engine, provider: Option<&str>) -> Result<(), Failed> {
    viewpoint(engine, provider).map(drop)
}

/// The engine of a load, or every fault that refused it.
pub(super) fn engine(loaded: Loaded) -> Result<Engine, Failed> {
    let errors: Vec<_> = loaded.errors().collect();
    if loaded.set.is_some() && errors.is_empty() {
        return loaded.set.map(Engine::new).ok_or_else(|| Failed::Because(String::new()));
    }
    let count = errors.len();
    anstream::eprint!("{}", render_faults(errors, true));
    match loaded.set {
        Some(set) => {
            anstream::eprintln!("modori: {count} faults; the rules they are in were left out");
            Ok(Engine::new(set))
        }
        None => Err(Failed::Because(format!("the rules were not loaded: {count} errors (--keep-going goes on without the broken ones)"))),
    }
}

/// Who we are, by the settings.
pub(super) fn own(settings: Settings) -> Own {
    let plain = |names: Vec<String>| names.into_iter().map(|name| name.trim().trim_start_matches('@').to_owned()).collect();
    Own { domains: plain(settings.our_domains), hosts: plain(settings.our_hosts), headers: settings.headers }
}

fn viewpoint(engine: &Engine, provider: Option<&str>) -> Result<Viewpoint, Failed> {
    let Some(id) = provider else { return Ok(Viewpoint::default()) };
    let known = || engine.set().providers.iter().map(|provider| provider.id.as_str());
    match engine.set().provider_by_id(id) {
        Some(index) => Ok(Viewpoint { customer_of: Some(index), presumed: None }),
        None => {
            let near =
                nearest(id, known()).map_or_else(|| "`modori rules` lists them".to_owned(), |name| format!("did you mean `{name}`?"));
            Err(Failed::Because(format!("there is no provider `{id}`; {near}")))
        }
    }
}

/// The languages: as asked, else by the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`), else English.
fn langs(asked: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Result<Langs, Failed> {
    match asked {
        Some("all") => Ok(Langs::All),
        Some(tag) => {
            Lang::parse(tag).map(Langs::One).ok_or_else(|| Failed::Because(format!("`{tag}` is no language; write ja, en or all")))
        }
        None => {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
            Ok(Langs::One(set.and_then(|locale| Lang::from_locale(&locale)).unwrap_or_else(Lang::english)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_asked_for_then_the_locale() {
        let lang = |asked, values: &[(&str, &str)]| {
            let find = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            langs(asked, find).map(|langs| langs.name().to_owned()).ok()
        };
        assert_eq!(lang(Some("en"), &[("LANG", "ja_JP.UTF-8")]).as_deref(), Some("en"));
        assert_eq!(lang(None, &[("LANG", "ja_JP.UTF-8")]).as_deref(), Some("ja-jp"));
        assert_eq!(lang(None, &[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")]).as_deref(), Some("en"));
        assert_eq!(lang(None, &[("LC_ALL", ""), ("LC_MESSAGES", "ja_JP"), ("LANG", "C")]).as_deref(), Some("ja-jp"));
        assert_eq!(lang(None, &[]).as_deref(), Some("en"));
        assert_eq!(lang(Some("all"), &[]).as_deref(), Some("all"));
        assert_eq!(lang(Some("日本語"), &[]), None);
    }
}
