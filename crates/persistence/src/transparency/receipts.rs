//! What a write is answered with (docs/domain.md §33): which events it made, so that whoever wrote can ask for them later.
//!
//! `events::record` notes them on the thread that runs the transaction; `Database::write` hands them, once they are committed, to the request that
//! collects them.

use std::cell::RefCell;
use std::future::Future;

use uuid::Uuid;

/// The last event a transaction wrote to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub stream_kind: &'static str,
    pub stream_id: Uuid,
    pub seq: i64,
    pub alg: &'static str,
    pub hash: String,
}

thread_local! {
    static WRITTEN: RefCell<Vec<Receipt>> = const { RefCell::new(Vec::new()) };
}

tokio::task_local! {
    static COLLECTED: RefCell<Vec<Receipt>>;
}

fn put(all: &mut Vec<Receipt>, receipt: Receipt) {
    match all.iter_mut().find(|r| (r.stream_kind, r.stream_id) == (receipt.stream_kind, receipt.stream_id)) {
        Some(earlier) => *earlier = receipt,
        None => all.push(receipt),
    }
}

/// Notes an event that the transaction of this thread wrote.
pub(crate) fn note(receipt: Receipt) {
    WRITTEN.with_borrow_mut(|all| put(all, receipt));
}

/// Forgets what an earlier transaction of this thread noted.
pub(crate) fn begin() {
    WRITTEN.with_borrow_mut(Vec::clear);
}

/// What the transaction of this thread noted.
pub(crate) fn taken() -> Vec<Receipt> {
    WRITTEN.with_borrow_mut(std::mem::take)
}

/// Hands what was committed to whoever collects, if anybody does.
pub(crate) fn hand_over(receipts: Vec<Receipt>) {
    let _ = COLLECTED.try_with(|all| {
        receipts.into_iter().for_each(|receipt| put(&mut all.borrow_mut(), receipt));
    });
}

/// Runs something and collects what it wrote, one receipt a stream, in the order the streams were first written to.
pub async fn collecting<T>(run: impl Future<Output = T>) -> (T, Vec<Receipt>) {
    COLLECTED
        .scope(RefCell::default(), async {
            let result = run.await;
            (result, COLLECTED.with(RefCell::take))
        })
        .await
}
