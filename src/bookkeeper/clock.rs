//! Time as an argument: the one place where the house looks at a clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Gives microseconds since 1970, UTC. May run backwards; what is recorded never does.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Starts at a time and moves by a step at every look: the same script writes the same bytes.
    Steady {
        now: Arc<AtomicU64>,
        step: u64,
    },
}

impl Clock {
    pub fn steady(start: u64, step: u64) -> Clock {
        Clock::Steady { now: Arc::new(AtomicU64::new(start)), step }
    }

    pub fn now(&self) -> u64 {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
            }
            Clock::Steady { now, step } => now.fetch_add(*step, Ordering::Relaxed),
        }
    }

    /// Today's date in the books' own time zone, UTC+8 all year round.
    pub fn today(&self) -> jiff::civil::Date {
        const SHANGHAI_MICROSECONDS: u64 = 8 * 3600 * 1_000_000;
        let days = self.now().saturating_add(SHANGHAI_MICROSECONDS) / (24 * 3600 * 1_000_000);
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        jiff::civil::Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(days))
    }
}
