//! Time that company on the machine does not lengthen, for the measurements.

use std::time::{Duration, Instant};

/// Time of this thread on a processor, or of the clock on the wall where that is unknown (elsewhere than on Linux).
pub struct Clock {
    wall: Instant,
    processor: Option<Duration>,
}

impl Clock {
    pub fn start() -> Self {
        Self {
            wall: Instant::now(),
            processor: processor_time(),
        }
    }

    pub fn elapsed(&self) -> Duration {
        let processor = self.processor.zip(processor_time());
        processor.map_or_else(|| self.wall.elapsed(), |(start, now)| now - start)
    }
}

fn processor_time() -> Option<Duration> {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(status.split(' ').next()?.parse().ok()?))
}
