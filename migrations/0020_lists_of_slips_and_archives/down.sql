-- What the old program does not know of is forgotten; the files lie in the data folder for a day and are swept from there.
DELETE FROM exports WHERE kind IN ('slips', 'archives');
ALTER TABLE exports
    DROP CONSTRAINT exports_kind_check,
    ADD CONSTRAINT exports_kind_check CHECK (kind IN ('findings', 'measures', 'responsibilities', 'ledger', 'brief', 'statements'));
