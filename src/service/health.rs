//! How the service does: for load balancers, for monitoring and for people.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{Ready, Shared};
use crate::live::Status;

/// What the service answers, for programs.
pub(super) const OPENAPI: &str = include_str!("openapi.json");

/// That it answers at all.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether it should be asked.
pub(super) async fn ready(State(service): State<Shared>) -> Result<&'static str, Problem> {
    match (service.options.ready, service.live.status().last_error) {
        (Ready::UpToDate, Some(error)) => {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("the rules that are there were refused:\n{error}")))
        }
        _ => Ok("ready\n"),
    }
}

/// What is in force, and what was refused.
pub(super) async fn status(State(service): State<Shared>) -> Json<Status> {
    Json(service.live.status())
}

/// Counters in the text format of OpenMetrics.
pub(super) async fn metrics(State(service): State<Shared>) -> Result<Response, Problem> {
    let text = service.metrics.render().map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// The description of all routes.
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
