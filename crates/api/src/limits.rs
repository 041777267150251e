//! Limits that protect two cores and a small memory: few password hashes at once with a bounded queue behind them; workbooks one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, Payload};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::extract;
use crate::problem::Problem;

/// Bytes of uploaded workbooks that may be held at once, in KiB: one of the largest, or many small ones.
const HELD: u32 = 21 * 1024;
/// How long a workbook may take to come in.
const COMING: Duration = Duration::from_secs(120);

/// Workbooks: what is held of them is bounded, and one is read at a time, for reading may take several times what the file takes.
pub struct Workbooks {
    held: Semaphore,
    reading: Semaphore,
}

impl Default for Workbooks {
    fn default() -> Self {
        Self { held: Semaphore::new(HELD as usize), reading: Semaphore::new(1) }
    }
}

impl Workbooks {
    /// Takes the body of a request when there is room for it; the room is kept until the second value is dropped.
    ///
    /// Errors: `file-too-large` at /file, `malformed`, `too-slow` (408).
    pub async fn body(
        &self,
        request: &HttpRequest,
        payload: Payload,
        most: usize,
    ) -> Result<(Bytes, SemaphorePermit<'_>), Problem> {
        let too_large = || Problem::field("/file", "file-too-large");
        let length = request.headers().get(CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<usize>().ok());
        if length.is_some_and(|length| length > most) {
            return Err(too_large());
        }
        let room = length.map_or(HELD, |length| u32::try_from(length / 1024 + 1).unwrap_or(HELD)).min(HELD);
        let room = self.held.acquire_many(room).await.map_err(Problem::internal)?;
        let read = tokio::time::timeout(COMING, extract::read(payload, most)).await;
        let bytes = read.map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow"))?;
        match bytes {
            Err(problem) if problem.status == StatusCode::PAYLOAD_TOO_LARGE.as_u16() => Err(too_large()),
            bytes => Ok((bytes?, room)),
        }
    }

    /// Waits until no other workbook is being read.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.reading.acquire().await.map_err(Problem::internal)
    }
}

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
