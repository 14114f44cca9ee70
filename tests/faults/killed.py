"""The command line, killed before a given write: `python -m tests.faults.killed WRITES COMMAND …`.

A write is a Delta commit that the library makes, or a VACUUM. After WRITES of them, the next one is
not made: driver and JVM get SIGKILL when it begins, wherever other writes are by then; with
`KILLED_WITHIN` so many seconds later, in the midst of it. With -1 they live, and the number of
writes is printed. `KILLED_AT` sets the command's clock.
"""

import os
import signal
import sys
import threading
from contextlib import nullcontext
from datetime import datetime

from pyspark import SparkContext
from pyspark.sql import SparkSession

from desirelines.cli import main
from desirelines.io.tables import store
from desirelines.io.tables.store import Warehouse
from tests.support.crash import at

begun, counting = 0, threading.Lock()
within = float(os.environ.get("KILLED_WITHIN", "0"))


def kill():
    os.kill(SparkContext._gateway.proc.pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def counted(original, limit, is_write=lambda *_: True):
    def run(*arguments, **named):
        global begun
        if is_write(*arguments):
            with counting:
                if begun == limit and within:
                    threading.Timer(within, kill).start()
                elif begun == limit:
                    kill()
                begun += 1
        return original(*arguments, **named)

    return run


if __name__ == "__main__":
    writes = int(sys.argv[1])
    Warehouse._save = counted(Warehouse._save, writes)
    store.write_first_commit = counted(store.write_first_commit, writes)
    changes = ("MERGE", "CREATE", "DELETE", "UPDATE", "INSERT", "VACUUM")
    SparkSession.sql = counted(
        SparkSession.sql, writes, lambda _, text, *__: text.lstrip().startswith(changes)
    )
    moment = os.environ.get("KILLED_AT")
    with at(datetime.fromisoformat(moment)) if moment else nullcontext():
        code = main(sys.argv[2:])
    sys.stdout.write(f"writes: {begun}\n")
    sys.exit(code)
