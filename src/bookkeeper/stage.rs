//! How long each stage of posting takes, as counters that an operator can watch and the benchmark divides.

use std::time::Instant;

/// Measures the stages of one piece of work, one after the other.
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Adds the time since the last lap to a stage: `parse`, `rules`, `hashing`, `sql`, `commit`.
    pub fn lap(&mut self, stage: &'static str) {
        let micros = u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX);
        metrics::counter!("cunshe_stage_microseconds", "stage" => stage).increment(micros);
        self.0 = Instant::now();
    }
}
