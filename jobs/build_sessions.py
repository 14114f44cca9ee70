"""Submit file of `desirelines build-sessions`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/build_sessions.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["build-sessions", *sys.argv[1:]])):
    raise SystemExit(code)
