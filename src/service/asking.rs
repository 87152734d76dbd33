//! How somebody asks: in which language, as whose customer, with the evidence or without.

use axum::http::StatusCode;
use serde::Deserialize;

use super::guests::{self, Phase};
use super::problem::Problem;
use super::{Service, Shared};
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::Lang;
use crate::output::Langs;
use crate::rules::nearest;

/// How somebody asks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asking {
    lang: Option<String>,
    provider: Option<String>,
    /// Whether the evidence is wanted.
    pub(super) explain: bool,
}

impl Asking {
    pub(super) fn new(lang: Option<String>, provider: Option<String>, explain: bool) -> Self {
        Self { lang, provider, explain }
    }

    /// The languages of the answer.
    pub(super) fn langs(&self, service: &Service) -> Result<Langs, Problem> {
        match self.lang.as_deref() {
            None => Ok(service.options.langs.clone()),
            Some("all") => Ok(Langs::All),
            Some(tag) => Lang::parse(tag)
                .map(Langs::One)
                .ok_or_else(|| Problem::asked(format!("`{}` is no language; write ja, en or all", tag.escape_debug()))),
        }
    }

    /// From where the engine is to look.
    pub(super) fn viewpoint(&self, service: &Service, engine: &Engine) -> Result<Viewpoint, Problem> {
        let Some(id) = self.provider.as_deref().or(service.options.provider.as_deref()) else { return Ok(Viewpoint::default()) };
        let set = engine.set();
        let near = || nearest(id, set.providers.iter().map(|provider| provider.id.as_str()));
        match set.provider_by_id(id) {
            Some(index) => Ok(Viewpoint { customer_of: Some(index), presumed: None }),
            None => {
                let near = near().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(Problem::asked(format!("there is no provider `{}`{near}", id.escape_debug())))
            }
        }
    }
}

/// Does work that needs a processor, beside the threads that serve connections.
pub(super) async fn work<T: Send + 'static>(
    service: &Shared,
    work: impl FnOnce(&Service) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    // All of the request is here.
    guests::turn(Phase::Work);
    let service = Shared::clone(service);
    let done = tokio::task::spawn_blocking(move || work(&service)).await;
    done.unwrap_or_else(|_| Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the work on this request broke off")))
}
