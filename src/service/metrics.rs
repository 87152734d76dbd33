//! What is counted, for Prometheus.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::Engine;
use crate::live::Live;
use crate::output::Counted;

/// The bounds of the histogram, in seconds.
const BOUNDS: [f64; 12] = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    category: String,
    provider: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requested {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    answers: Family<Answered, Counter>,
    requests: Family<Requested, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

impl Metrics {
    pub(super) fn new(live: &Arc<Live>) -> Self {
        let mut registry = Registry::with_prefix("modori");
        let (answers, requests) = (Family::default(), Family::default());
        let seconds = Family::new_with_constructor((|| Histogram::new(BOUNDS)) as fn() -> Histogram);
        registry.register("answers", "Answers, by category and by who spoke", answers.clone());
        registry.register("requests", "Requests, by route and status", requests.clone());
        registry.register("request_seconds", "How long requests took", seconds.clone());
        registry.register_collector(Box::new(Rules(Arc::clone(live))));
        Self { registry, answers, requests, seconds }
    }

    /// Counts an answer.
    pub(super) fn count_answer(&self, engine: &Engine, counted: Counted) {
        let set = engine.set();
        let provider = counted.provider.map_or_else(String::new, |provider| set.provider(provider).id.clone());
        self.answers.get_or_create(&Answered { category: set.category(counted.category).id.clone(), provider }).inc();
    }

    /// Counts a request.
    pub(super) fn count_request(&self, route: String, status: StatusCode, took: Duration) {
        self.requests.get_or_create(&Requested { route: route.clone(), status: status.as_u16() }).inc();
        self.seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    pub(super) fn render(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// What is told of the rules in force, at the moment that it is asked for.
#[derive(Debug)]
struct Rules(Arc<Live>);

impl Collector for Rules {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let status = self.0.status();
        let gauges = [
            ("rules_generation", "Which load of the rules is in force", status.generation as f64),
            ("rules", "Rules in force", status.rules as f64),
            ("rules_left_out", "Faults that were passed over", status.left_out.len() as f64),
            ("rules_loaded_timestamp_seconds", "When the rules in force were loaded", seconds(status.loaded_at)),
            ("rules_attempt_timestamp_seconds", "When was last looked for others", seconds(status.last_attempt)),
            ("rules_refused", "Whether the rules that are there now were refused", f64::from(u8::from(status.last_error.is_some()))),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        let failures = ConstCounter::new(status.refused);
        let descriptor = encoder.encode_descriptor("reload_failures", "Sets of rules that were refused", None, failures.metric_type())?;
        failures.encode(descriptor)
    }
}

fn seconds(time: jiff::Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1_000.0
}
