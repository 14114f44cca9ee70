-- current_segments: one person in one segment now.
-- Made from the contracts in lib/desirelines/tables by `make docs`; deploy/warehouse/README.md says
-- how to create it. Replace {warehouse} by catalog and schema of the tables and views, as delta.segments.
CREATE OR REPLACE VIEW {warehouse}.current_segments AS
SELECT
    person_id,
    segment_id,
    is_primary,
    since_on,
    bucket,
    run_id,
    computed_at,
    data_through,
    expires_at
FROM {warehouse}.segment_members;
