"""Submit file of `desirelines resolve-identities`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/resolve_identities.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["resolve-identities", *sys.argv[1:]])):
    raise SystemExit(code)
