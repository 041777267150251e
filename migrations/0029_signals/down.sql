DROP INDEX sign_requests_closures_idx;
DROP INDEX attachments_blob_idx;
