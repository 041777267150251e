-- What was discarded has no place in the older schema; its events stay.
DELETE FROM appraisal_scores WHERE appraisal_id IN (SELECT id FROM appraisals WHERE state = 'discarded');
DELETE FROM appraisals WHERE state = 'discarded';
DROP INDEX appraisals_period_key;
ALTER TABLE appraisals ADD CONSTRAINT appraisals_period_key UNIQUE (round_id, from_on, to_on);
ALTER TABLE appraisals DROP CONSTRAINT appraisals_state_check;
ALTER TABLE appraisals ADD CONSTRAINT appraisals_state_check CHECK (state IN ('computed', 'published', 'final'));
