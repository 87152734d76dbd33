//! What the commands share that go on running: rules that are loaded anew when they change.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::settings::Settings;
use super::setup::{known_provider, langs_of, own, places};
use super::{Common, Failed};
use crate::live::{Broken, Live, Loader, Outcome, Triggers, Verify, keep_watch};
use crate::output::Langs;

/// How a command that goes on running looks after its rules.
#[derive(Debug, Args)]
pub(super) struct Running {
    /// Read the rules again every so many seconds, in place of being told: for NFS and other places that tell nothing
    #[arg(long, value_name = "SECONDS")]
    poll: Option<NonZeroU32>,

    /// Put changed rules in force only if all examples get what they expect
    #[arg(long)]
    verify: bool,
}

impl Running {
    /// Loads the rules, and keeps them up to date from then on.
    pub(super) fn start(&self, common: &Common) -> Result<(Arc<Live>, Langs), Failed> {
        common.color.apply();
        let settings = Settings::find(common.config.as_deref())?;
        let langs = langs_of(common, &settings)?;
        let loader = Loader {
            places: places(common, &settings)?,
            own: own(settings),
            broken: if common.keep_going { Broken::LeftOut } else { Broken::Refused },
            verify: if self.verify { Verify::Examples } else { Verify::Nothing },
        };
        let live = Live::start(loader).map_err(|refusal| {
            anstream::eprint!("{}", refusal.render(true));
            Failed::Because("the rules were not loaded".to_owned())
        })?;
        known_provider(&live.load(), common.provider.as_deref())?;
        let live = Arc::new(live);
        let triggers = self.poll.map_or(Triggers::Changes, |seconds| Triggers::Clock(Duration::from_secs(seconds.get().into())));
        keep_watch(&live, triggers, tell).map_err(|error| {
            Failed::Because(format!("the rules cannot be watched: {error} (--poll SECONDS reads them again and again)"))
        })?;
        Ok((live, langs))
    }
}

/// Says what became of changed rules.
fn tell(outcome: &Outcome) {
    match outcome {
        Outcome::Unchanged | Outcome::StillRefused => {}
        Outcome::Mended => anstream::eprintln!("modori: the rules in force are back, generation unchanged"),
        Outcome::Swapped(status) => {
            anstream::eprintln!(
                "modori: generation {} of the rules is in force: {} rules, {} overridden, {} switched off, hash {}",
                status.generation,
                status.rules,
                status.overridden.len(),
                status.disabled.len(),
                status.hash
            );
            status.left_out.iter().for_each(|fault| anstream::eprintln!("modori: left out: {fault}"));
        }
        Outcome::Refused(refusal) => {
            anstream::eprint!("{}", refusal.render(true));
            anstream::eprintln!("modori: the changed rules were refused; those from before stay in force");
        }
    }
}
