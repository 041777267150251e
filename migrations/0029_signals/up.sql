-- What the signals on a closure look for: the same file elsewhere, and what was asked for within an hour.
CREATE INDEX attachments_blob_idx ON attachments (blob_sha256);
CREATE INDEX sign_requests_closures_idx ON sign_requests (round_id, submitted_at) WHERE kind = 'closure';
