#!/bin/sh
# One run for cron or systemd: tried again, with the same run id, only after exit code 1. Ends with the exit code of the last try.
# DESIRELINES_CONF: the configuration. DESIRELINES: the command (default: desirelines on PATH). TRIES (3), WAIT (300): seconds between.
set -u
run_id=${RUN_ID:-cron-$(date -u +%Y%m%dT%H%M%S)}
try=1
while :; do
    ${DESIRELINES:-desirelines} run --conf "$DESIRELINES_CONF" --run-id "$run_id" --log-format json "$@"
    code=$?
    case $code in
        0) exit 0 ;;
        1) ;; # unexpected, such as a machine that failed: the next try continues the run
        5) echo "desirelines: done, but files that could not be read were left out" >&2; exit 5 ;;
        *) echo "desirelines: exit code $code; the same run again would end in the same way" >&2; exit $code ;;
    esac
    if [ "$try" -ge "${TRIES:-3}" ]; then
        echo "desirelines: given up after $try tries; continue with RUN_ID=$run_id" >&2
        exit 1
    fi
    try=$((try + 1))
    sleep "${WAIT:-300}"
done
