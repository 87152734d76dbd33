//! Progress on a terminal: how many mails were read, and how fast.

use std::fmt::Write;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A line on stderr that shows progress; nothing where stderr is no terminal.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A progress that is shown unless results go to the same terminal.
    pub(super) fn beside(results_are_shown: bool) -> Self {
        if results_are_shown || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {human_pos} mails, {rate} {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        }));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// One more mail was read.
    pub(super) fn advance(&self, name: &str) {
        if !self.0.is_hidden() {
            self.0.set_message(name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect::<String>());
        }
        self.0.inc(1);
    }

    /// Says something on stderr, the line out of the way.
    pub(super) fn say(&self, remark: &str) {
        self.0.suspend(|| anstream::eprintln!("modori: {remark}"));
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
