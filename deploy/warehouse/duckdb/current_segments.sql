-- current_segments: one person in one segment now.
-- Made from the contracts in lib/desirelines/tables by `make docs`; deploy/warehouse/README.md says
-- how to create it. Replace {warehouse} by the folder of the tables.
CREATE OR REPLACE VIEW current_segments AS
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
FROM delta_scan('{warehouse}/segment_members');
