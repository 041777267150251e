-- What waits beside an index of pairs is walked through by every search until it is put in; a task's words change seldom, so they go in at once.
ALTER INDEX tasks_grams_idx SET (fastupdate = off);
