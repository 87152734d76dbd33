//! The guard at the door of every request: size, time and number of requests, and the headers that keep browsers safe.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::SemaphorePermit;

use super::guests::{self, Phase};
use super::problem::Problem;
use super::{Service, Shared};

/// Nothing but our own style and script, which may speak to nobody but us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// How long it may take until somebody who is sent away has left.
const LEAVING: Duration = Duration::from_secs(1);

/// What browsers are told with every answer.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Lets a request pass within the limits, and counts it.
pub(super) async fn guard(State(service): State<Shared>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let limits = service.options.limits;
    guests::turn(if request.method() == Method::POST { Phase::Body } else { Phase::Work });
    let mut response = if announced(request.headers()).is_some_and(|length| length > limits.body as u64) {
        Problem::too_large(limits.body).into_response()
    } else {
        // Looking at how it does must be possible however much there is to do.
        let permit = if request.method() == Method::POST { permit(&service).await.map(Some) } else { Some(None) };
        match permit {
            None => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once; ask again in a moment").into_response(),
            Some(_permit) => match tokio::time::timeout(limits.time, next.run(request)).await {
                Ok(response) => response,
                Err(_) => {
                    let seconds = limits.time.as_secs_f32();
                    Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the request took longer than {seconds} s")).into_response()
                }
            },
        }
    };
    guests::turn(Phase::Head);
    service.metrics.count_request(route, response.status(), start.elapsed());
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Leave to work on a request. Where all of it is taken, whoever is slowest to bring a request has to leave.
async fn permit(service: &Service) -> Option<SemaphorePermit<'_>> {
    let free = service.permits.try_acquire().ok();
    if free.is_none() && service.guests.send_away(&[Phase::Body]) {
        return tokio::time::timeout(LEAVING, service.permits.acquire()).await.ok()?.ok();
    }
    free
}

/// How many bytes a request says that it brings.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
