//! Ordered batching over all cores with bounded memory.
//!
//! A reader thread groups items into chunks, a rayon pool maps each chunk, the
//! calling thread consumes the results in the order of the items. Bounded
//! channels between the three hold back a stage that is ahead.

use std::sync::mpsc::sync_channel;
use std::thread;

use rayon::prelude::*;

use crate::error::{Error, Result};

/// Chunks that may wait between two stages.
const WAITING: usize = 2;

/// How many items a chunk holds for each thread: enough that the threads finish
/// a chunk at about the same time, few enough that memory stays small.
const ITEMS_PER_THREAD: usize = 64;

/// Items that a thread takes at a time, so that short texts fill the recogniser's batches.
const GROUP: usize = 8;

/// A pool of `threads` workers; 0 takes one for each core.
///
/// # Errors
/// If the operating system refuses to start the threads.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("shiji-{number}"))
        .build()
        .map_err(|error| Error::Usage(format!("cannot start {threads} threads: {error}")))
}

/// Maps `items`, some neighbours at a time, with `map` on `pool` and hands the
/// results to `consume` in the order of the items, whatever the number of threads.
/// How items are grouped must not change what `map` makes of them.
///
/// # Errors
/// The first error of `consume`, which ends the run.
pub fn map_ordered<I, O>(
    pool: &rayon::ThreadPool,
    items: impl Iterator<Item = I> + Send,
    map: impl Fn(Vec<I>) -> Vec<O> + Sync + Send,
    mut consume: impl FnMut(O) -> Result<()>,
) -> Result<()>
where
    I: Send,
    O: Send,
{
    let chunk_length = ITEMS_PER_THREAD * pool.current_num_threads();
    thread::scope(|scope| {
        let (to_map, chunks) = sync_channel::<Vec<I>>(WAITING);
        let (to_consume, results) = sync_channel::<Vec<O>>(WAITING);
        scope.spawn(move || {
            let mut items = items;
            loop {
                let chunk: Vec<I> = items.by_ref().take(chunk_length).collect();
                // A failed send means that the consumer has stopped the run.
                if chunk.is_empty() || to_map.send(chunk).is_err() {
                    return;
                }
            }
        });
        let map = &map;
        scope.spawn(move || {
            for chunk in chunks {
                let mapped =
                    pool.install(|| chunk.into_par_iter().chunks(GROUP).flat_map_iter(map).collect());
                if to_consume.send(mapped).is_err() {
                    return;
                }
            }
        });
        results.into_iter().flatten().try_for_each(&mut consume)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_an_error_stops_the_run() {
        let pool = pool(3).unwrap();
        let mut seen = Vec::new();
        map_ordered(
            &pool,
            0..1000,
            |group| group.into_iter().map(|i| i * 2).collect(),
            |o| {
                seen.push(o);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (0..1000).map(|i| i * 2).collect::<Vec<_>>());

        let mut count = 0;
        let stopped = map_ordered(
            &pool,
            0..,
            |group: Vec<u64>| group,
            |_| {
                count += 1;
                if count == 5 {
                    Err(Error::Usage("full".into()))
                } else {
                    Ok(())
                }
            },
        );
        assert!(stopped.is_err());
        assert_eq!(count, 5);
    }
}
