//! Limits that protect two cores: few password hashes at once, a bounded queue behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Hashes at once.
const AT_ONCE: usize = 2;
/// Hashes that may wait.
const WAITING: usize = 16;

/// Lets two hashes run and sixteen wait; the rest is told to come back.
pub struct HashGate {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for HashGate {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0) }
    }
}

impl HashGate {
    /// Runs a hash off the runtime when its turn comes.
    ///
    /// Errors: `too-many-requests` (429) when the queue is full.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= AT_ONCE + WAITING {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").retry_after(2));
        }
        let result = self.turn(work).await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        result
    }

    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let _permit = self.permits.acquire().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
    }
}
