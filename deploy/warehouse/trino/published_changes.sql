-- published_changes: one person entering, leaving, or changing primary in a published run.
-- Made from the contracts in lib/desirelines/tables by `make docs`; deploy/warehouse/README.md says
-- how to create it. Replace {warehouse} by catalog and schema of the tables and views, as delta.segments.
CREATE OR REPLACE VIEW {warehouse}.published_changes AS
WITH publications AS (
    SELECT run_id, min(recorded_at) AS published_at
    FROM {warehouse}.runs
    WHERE status = 'PUBLISHED'
    GROUP BY run_id
),
chain AS (
    -- A run is always recorded after the run that it follows, so the order is that of the chain.
    SELECT
        run_id,
        published_at,
        CAST(row_number() OVER (ORDER BY published_at, run_id) AS BIGINT) AS sequence
    FROM publications
)
SELECT
    chain.sequence,
    changes.run_id,
    changes.person_id,
    changes.segment_id,
    changes.change,
    changes.is_primary,
    changes.effective_on,
    changes.bucket,
    chain.published_at
FROM {warehouse}.segment_changes AS changes
JOIN chain ON changes.run_id = chain.run_id;
