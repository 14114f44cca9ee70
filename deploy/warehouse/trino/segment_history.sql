-- segment_history: one stay of a person in a segment, as their main segment or not.
-- Made from the contracts in lib/desirelines/tables by `make docs`; deploy/warehouse/README.md says
-- how to create it. Replace {warehouse} by catalog and schema of the tables and views, as delta.segments.
CREATE OR REPLACE VIEW {warehouse}.segment_history AS
WITH changes AS (
    SELECT
        *,
        lead(effective_on) OVER later AS next_on,
        lead(run_id) OVER later AS next_run_id,
        lead(sequence) OVER later AS next_sequence,
        lead(published_at) OVER later AS next_published_at
    FROM {warehouse}.published_changes
    WINDOW later AS (PARTITION BY person_id, segment_id ORDER BY sequence)
)
SELECT
    person_id,
    segment_id,
    is_primary,
    effective_on AS valid_from,
    next_on AS valid_to,
    run_id AS from_run_id,
    next_run_id AS to_run_id,
    sequence AS from_sequence,
    next_sequence AS to_sequence,
    published_at AS from_published_at,
    next_published_at AS to_published_at,
    effective_on AS "__START_AT",
    next_on AS "__END_AT"
FROM changes
-- The row of who left ends the stay before it and begins none.
WHERE change <> 'left';
