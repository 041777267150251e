//! What a write is answered with (docs/domain.md §33): which events it made, so that whoever wrote can ask for them later.
//!
//! `events::record` notes them on the thread that runs the transaction; `Database::write` hands them, once they are committed, to the request that
//! collects them.

use std::cell::RefCell;
use std::collections::HashMap;
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

/// One receipt a stream, in the order the streams were first written to; an import writes to thousands.
#[derive(Clone, Default)]
pub(crate) struct Written {
    all: Vec<Receipt>,
    places: HashMap<(&'static str, Uuid), usize>,
}

impl Written {
    fn put(&mut self, receipt: Receipt) {
        let place = *self.places.entry((receipt.stream_kind, receipt.stream_id)).or_insert(self.all.len());
        match self.all.get_mut(place) {
            Some(earlier) => *earlier = receipt,
            None => self.all.push(receipt),
        }
    }
}

thread_local! {
    static WRITTEN: RefCell<Written> = RefCell::default();
}

tokio::task_local! {
    static COLLECTED: RefCell<Written>;
}

/// Notes an event that the transaction of this thread wrote.
pub(crate) fn note(receipt: Receipt) {
    WRITTEN.with_borrow_mut(|written| written.put(receipt));
}

/// Forgets what an earlier transaction of this thread noted.
pub(crate) fn begin() {
    WRITTEN.take();
}

/// What the transaction of this thread noted so far, to go back to when a part of it is taken back.
pub(crate) fn so_far() -> Written {
    WRITTEN.with_borrow(Clone::clone)
}

/// Goes back to what was noted before.
pub(crate) fn go_back(before: Written) {
    WRITTEN.replace(before);
}

/// What the transaction of this thread noted.
pub(crate) fn taken() -> Vec<Receipt> {
    WRITTEN.take().all
}

/// Hands what was committed to whoever collects, if anybody does.
pub(crate) fn hand_over(receipts: Vec<Receipt>) {
    let _ = COLLECTED.try_with(|all| {
        receipts.into_iter().for_each(|receipt| all.borrow_mut().put(receipt));
    });
}

/// Runs something and collects what it wrote, one receipt a stream, in the order the streams were first written to.
pub async fn collecting<T>(run: impl Future<Output = T>) -> (T, Vec<Receipt>) {
    COLLECTED
        .scope(RefCell::default(), async {
            let result = run.await;
            (result, COLLECTED.with(RefCell::take).all)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(stream: u128, seq: i64) -> Receipt {
        Receipt { stream_kind: "task", stream_id: Uuid::from_u128(stream), seq, alg: "sha256", hash: String::new() }
    }

    #[test]
    fn what_was_taken_back_has_no_receipt_and_each_stream_has_its_last() {
        begin();
        note(receipt(1, 1));
        let before = so_far();
        note(receipt(1, 2));
        note(receipt(2, 1));
        go_back(before);
        note(receipt(3, 1));
        note(receipt(3, 2));
        assert_eq!(taken(), [receipt(1, 1), receipt(3, 2)]);
        assert_eq!(taken(), []);
    }
}
