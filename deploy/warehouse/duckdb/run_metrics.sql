-- run_metrics: one end of one phase of a run.
-- Made from the contracts in lib/desirelines/tables by `make docs`; deploy/warehouse/README.md says
-- how to create it. Replace {warehouse} by the folder of the tables.
CREATE OR REPLACE VIEW run_metrics AS
SELECT
    run_id,
    phase,
    attempt,
    state_no,
    status,
    as_of,
    row_count,
    seconds,
    CASE WHEN seconds > 0 THEN row_count / seconds END AS rows_per_second,
    code_version,
    recorded_at
FROM delta_scan('{warehouse}/runs')
WHERE status <> 'STARTED';
