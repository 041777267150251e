-- Two more kinds of what is handed on: the list of slips, and every finding's document in one archive.
ALTER TABLE exports
    DROP CONSTRAINT exports_kind_check,
    ADD CONSTRAINT exports_kind_check
        CHECK (kind IN ('findings', 'measures', 'responsibilities', 'ledger', 'brief', 'statements', 'slips', 'archives'));
