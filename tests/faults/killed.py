"""The command line, killed for good after so many writes: `python -m tests.faults.killed WRITES COMMAND …`.

A write is a Delta commit that the library makes. After that many, driver and JVM get SIGKILL; with -1 they live, and the number
of writes is printed.
"""

import os
import signal
import sys

from pyspark import SparkContext
from pyspark.sql import SparkSession

from desirelines.cli import main
from desirelines.io.warehouse import Warehouse

done = 0


def die_when_due(limit: int) -> None:
    if done == limit:
        os.kill(SparkContext._gateway.proc.pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def counted(original, limit, is_write=lambda *_: True):
    def run(*arguments, **named):
        global done
        if is_write(*arguments):
            die_when_due(limit)
        result = original(*arguments, **named)
        done += is_write(*arguments)
        return result

    return run


if __name__ == "__main__":
    writes = int(sys.argv[1])
    Warehouse._save = counted(Warehouse._save, writes)
    changes = ("MERGE", "CREATE", "DELETE", "UPDATE", "INSERT")
    SparkSession.sql = counted(SparkSession.sql, writes, lambda _, text, *__: text.lstrip().startswith(changes))
    code = main(sys.argv[2:])
    sys.stdout.write(f"writes: {done}\n")
    sys.exit(code)
