//! The crew: who works on inputs. What it hands on comes in the order of the inputs, however many work.

use std::num::NonZeroUsize;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// How many inputs are in memory at once, beside as many that are being read.
const BATCH: usize = 256;

/// How many bytes they may have together, unless a single one has more.
const BATCH_BYTES: usize = 8 << 20;

/// Something to be worked on, of which only so much may be in memory at once.
pub trait Bulk: Send {
    /// How many bytes it holds, or will hold when it is done.
    fn bytes(&self) -> usize;
}

/// Who works on inputs.
#[derive(Debug)]
pub enum Crew {
    /// The thread that asks, one input after the other.
    Alone,
    /// A pool: it reads the next inputs while it works on the last ones.
    Pool(ThreadPool),
}

impl Crew {
    /// A crew of so many threads; as many as there are processors where nothing else is said.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(threads: Option<NonZeroUsize>) -> Result<Self, ThreadPoolBuildError> {
        let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        if threads == 1 {
            return Ok(Self::Alone);
        }
        ThreadPoolBuilder::new().num_threads(threads).thread_name(|number| format!("scan-{number}")).build().map(Self::Pool)
    }

    /// Does `work` on all inputs, and gives each result to `take`, in the order of the inputs.
    ///
    /// # Errors
    /// The first error of `take`, which ends the work.
    pub fn each<I: Bulk, T: Send, E>(
        &self,
        mut inputs: impl Iterator<Item = I> + Send,
        work: impl Fn(I) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let pool = match self {
            Self::Alone => return inputs.try_for_each(|input| take(work(input))),
            Self::Pool(pool) => pool,
        };
        let mut batch = next_batch(&mut inputs);
        while !batch.is_empty() {
            let (done, next) = pool.join(|| batch.into_par_iter().map(&work).collect::<Vec<T>>(), || next_batch(&mut inputs));
            done.into_iter().try_for_each(&mut take)?;
            batch = next;
        }
        Ok(())
    }
}

/// The next inputs, as many as may be in memory at once.
fn next_batch<I: Bulk>(inputs: &mut impl Iterator<Item = I>) -> Vec<I> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let Some(input) = inputs.next() else { break };
        bytes += input.bytes();
        batch.push(input);
    }
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::source::{Content, Input, Unread};

    fn inputs(count: usize) -> impl Iterator<Item = Result<Input, Unread>> + Send {
        let input =
            |number: usize| Input { file: number.to_string(), number: None, content: Content::Mail(vec![b'x'; number % 7]), cut: false };
        (0..count).map(
            move |number| {
                if number % 5 == 0 { Err(Unread { name: number.to_string(), why: String::new() }) } else { Ok(input(number)) }
            },
        )
    }

    fn names(crew: &Crew, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        let name = |input: Result<Input, Unread>| input.map_or_else(|unread| unread.name, |input| input.file);
        let taken: Result<(), ()> = crew.each(inputs(count), name, |name| {
            names.push(name);
            Ok(())
        });
        assert_eq!(taken, Ok(()));
        names
    }

    #[test]
    fn the_order_is_that_of_the_inputs() {
        let pool = Crew::new(NonZeroUsize::new(4)).unwrap();
        for count in [0, 1, BATCH, 3 * BATCH + 1] {
            assert_eq!(names(&pool, count), names(&Crew::Alone, count));
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let crew = Crew::new(NonZeroUsize::new(2)).unwrap();
        let mut left = 3;
        let end = crew.each(
            inputs(10_000),
            |_| (),
            |()| {
                left -= 1;
                if left == 0 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!(end, Err("enough"));
    }

    #[test]
    fn batches_are_bounded_by_bytes() {
        let mut large =
            (0..9).map(|_| Ok(Input { file: String::new(), number: None, content: Content::Mail(vec![0; BATCH_BYTES / 2]), cut: false }));
        assert_eq!(next_batch(&mut large).len(), 2);
    }
}
