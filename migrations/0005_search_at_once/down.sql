ALTER INDEX tasks_grams_idx RESET (fastupdate);
