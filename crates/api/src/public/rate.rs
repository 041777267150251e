//! How often somebody may ask and write on the open page: by address and in all, in windows of time that are forgotten once they are over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    Read,
    /// Looking an answer up by its code.
    LookUp,
    /// Handing in an opinion.
    Write,
}

impl Use {
    /// Seconds of a window, most of one address, most of all.
    fn bounds(self) -> (i64, u32, u32) {
        match self {
            Self::Read => (60, 120, 3000),
            Self::LookUp => (60, 20, 600),
            Self::Write => (3600, 10, 200),
        }
    }
}

/// Most addresses that are remembered; beyond that all count as one.
const REMEMBERED: usize = 20_000;

#[derive(Default)]
struct Window {
    begun: Option<DateTime<Utc>>,
    n: u32,
}

impl Window {
    fn takes(&mut self, now: DateTime<Utc>, seconds: i64, most: u32) -> bool {
        let is_over = self.begun.is_none_or(|at| now >= at + TimeDelta::seconds(seconds) || now < at);
        if is_over {
            *self = Self { begun: Some(now), n: 0 };
        }
        self.n = self.n.saturating_add(1);
        self.n <= most
    }
}

/// The counters of one server.
#[derive(Default)]
pub struct Rate {
    windows: Mutex<HashMap<(Use, String), Window>>,
}

impl Rate {
    /// Counts one use; whether it is within bounds.
    pub fn takes(&self, of: Use, address: &str, now: DateTime<Utc>) -> bool {
        let (seconds, each, all) = of.bounds();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= REMEMBERED {
            let begins = now - TimeDelta::hours(1);
            windows.retain(|_, window| window.begun.is_some_and(|at| at > begins));
        }
        let key = if windows.len() < REMEMBERED { address } else { "*" };
        let own = windows.entry((of, key.to_owned())).or_default().takes(now, seconds, each);
        // Whoever is over his own bound does not use up that of the others.
        own && windows.entry((of, String::new())).or_default().takes(now, seconds, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn one_address_has_its_bound_and_another_its_own() {
        let rate = Rate::default();
        assert!((0..10).all(|_| rate.takes(Use::Write, "10.0.0.1", at(0))));
        assert!(!rate.takes(Use::Write, "10.0.0.1", at(3599)));
        assert!(rate.takes(Use::Write, "10.0.0.2", at(3599)));
        assert!(rate.takes(Use::Write, "10.0.0.1", at(3600)), "the hour is over");
    }

    #[test]
    fn all_together_have_a_bound_that_one_alone_does_not_use_up() {
        let rate = Rate::default();
        for _ in 0..500 {
            rate.takes(Use::Write, "10.0.0.1", at(0));
        }
        let taken =
            (0..400).filter(|i| rate.takes(Use::Write, &format!("10.1.{}.{}", i / 200, i % 200), at(1))).count();
        assert_eq!(taken, 190, "two hundred in all, ten of them gone");
    }

    #[test]
    fn a_clock_set_back_begins_anew() {
        let rate = Rate::default();
        assert!((0..10).all(|_| rate.takes(Use::Write, "a", at(10_000))));
        assert!(!rate.takes(Use::Write, "a", at(10_000)));
        assert!(rate.takes(Use::Write, "a", at(5)));
    }
}
