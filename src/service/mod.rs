//! The service: the engine over HTTP, with a page for people. It answers from rules that are loaded anew while it runs.

mod api;
mod asking;
mod catalog;
mod guard;
mod guests;
mod health;
mod metrics;
mod page;
mod problem;
mod server;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use tokio::sync::Semaphore;

use crate::live::Live;
use crate::output::Langs;
use guests::Guests;
use metrics::Metrics;

pub use server::{Server, run};

/// What a service holds back from those who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes a request may bring.
    pub body: usize,
    /// How long a request may take, and also its head alone.
    pub time: Duration,
    /// How many requests that need work are taken at once.
    pub requests: usize,
    /// How many connections are open at once. Beyond that, those have to leave that wait for nothing.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 32 << 20, time: Duration::from_secs(30), requests: 256, connections: 16_384 }
    }
}

/// When a service says that it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ready {
    /// As soon as it answers.
    #[default]
    Answering,
    /// While the rules that are there are those in force.
    UpToDate,
}

/// How a service behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The languages of those who ask for none.
    pub langs: Langs,
    /// Whose customers ask, where they do not say.
    pub provider: Option<String>,
    /// What it holds back.
    pub limits: Limits,
    /// When it is ready.
    pub ready: Ready,
}

/// What every answer needs.
#[derive(Debug)]
struct Service {
    live: Arc<Live>,
    options: Options,
    metrics: Metrics,
    /// One for each request that may be worked on.
    permits: Semaphore,
    guests: Arc<Guests>,
}

/// The service as handlers get it.
type Shared = Arc<Service>;

/// Every route: its path, and what answers there.
fn routes() -> Vec<(&'static str, MethodRouter<Shared>)> {
    vec![
        ("/", get(page::form).post(page::explain)),
        ("/page.css", get(page::css)),
        ("/page.js", get(page::js)),
        ("/v1/lookup", post(api::lookup)),
        ("/v1/scan", post(api::scan)),
        ("/v1/rules", get(catalog::rules)),
        ("/v1/categories", get(catalog::categories)),
        ("/v1/status", get(health::status)),
        ("/healthz", get(health::alive)),
        ("/readyz", get(health::ready)),
        ("/metrics", get(health::metrics)),
        ("/openapi.json", get(health::openapi)),
    ]
}

fn router(live: Arc<Live>, options: Options, guests: Arc<Guests>) -> Router {
    let metrics = Metrics::new(&live);
    let permits = Semaphore::new(options.limits.requests);
    let body = options.limits.body;
    let service = Arc::new(Service { live, options, metrics, permits, guests });
    let routed = routes().into_iter().fold(Router::new(), |router, (path, answers)| router.route(path, answers));
    routed
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(body))
        .layer(from_fn_with_state(Arc::clone(&service), guard::guard))
        .with_state(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_has_every_route_and_no_other() {
        let described: serde_json::Value = serde_json::from_str(health::OPENAPI).unwrap();
        let mut described: Vec<&str> = described["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known: Vec<&str> = routes().into_iter().map(|(path, _)| path).collect();
        described.sort_unstable();
        known.sort_unstable();
        assert_eq!(described, known);
    }
}
