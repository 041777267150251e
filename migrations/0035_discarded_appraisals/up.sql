-- An appraisal that was begun wrongly is discarded; its period may be begun anew.
ALTER TABLE appraisals DROP CONSTRAINT appraisals_state_check;
ALTER TABLE appraisals ADD CONSTRAINT appraisals_state_check CHECK (state IN ('computed', 'published', 'final', 'discarded'));
ALTER TABLE appraisals DROP CONSTRAINT appraisals_period_key;
CREATE UNIQUE INDEX appraisals_period_key ON appraisals (round_id, from_on, to_on) WHERE state <> 'discarded';
