//! Who is connected. Where there is no room for another, whoever kept us waiting longest has to leave: it is hardly somebody who
//! wants an answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Whoever keeps us waiting for less than this may stay.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is under way on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// A request is to come.
    Head,
    /// The rest of a request is to come.
    Body,
    /// We are at work.
    Work,
}

/// A connection.
#[derive(Debug)]
struct Guest {
    phase: Mutex<(Phase, Instant)>,
    leave: Notify,
}

impl Guest {
    fn turn(&self, phase: Phase) {
        *lock(&self.phase) = (phase, Instant::now());
    }
}

tokio::task_local! {
    /// The connection that a request comes by.
    static HERE: Arc<Guest>;
}

/// Notes what is under way on the connection by which the request came that is being answered.
pub(super) fn turn(phase: Phase) {
    // Without a connection, as in a test of a handler, nobody waits.
    let _ = HERE.try_with(|guest| guest.turn(phase));
}

/// All who are connected.
#[derive(Debug, Default)]
pub(super) struct Guests {
    open: Mutex<(u64, HashMap<u64, Arc<Guest>>)>,
}

impl Guests {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        lock(&self.open).1.len()
    }

    /// Serves somebody who comes, until all is done or somebody else needs the room.
    pub(super) async fn serve(self: Arc<Self>, connection: impl Future) {
        let guest = Arc::new(Guest { phase: Mutex::new((Phase::Head, Instant::now())), leave: Notify::new() });
        let number = {
            let mut open = lock(&self.open);
            open.0 += 1;
            let number = open.0;
            open.1.insert(number, Arc::clone(&guest));
            number
        };
        tokio::select! {
            biased;
            // How a client ends its connection is its own affair.
            _ = HERE.scope(Arc::clone(&guest), connection) => {}
            () = guest.leave.notified() => {}
        }
        lock(&self.open).1.remove(&number);
    }

    /// Sends away whoever kept us waiting longest in one of these phases; whether there is such a one.
    pub(super) fn send_away(&self, from: &[Phase]) -> bool {
        let open = lock(&self.open);
        let waiting = open.1.values().filter_map(|guest| {
            let (phase, since) = *lock(&guest.phase);
            (from.contains(&phase) && since.elapsed() >= PATIENCE).then_some((since, guest))
        });
        let Some((_, guest)) = waiting.min_by_key(|(since, _)| *since) else { return false };
        // Nobody is sent away twice.
        guest.turn(Phase::Work);
        guest.leave.notify_one();
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
