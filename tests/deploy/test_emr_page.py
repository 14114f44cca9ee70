"""What deploy/emr-serverless/README.md says of the code is so."""

import re
from pathlib import Path

from desirelines.settings.functions import FUNCTIONS

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "desirelines"
PAGE = (ROOT / "deploy" / "emr-serverless" / "README.md").read_text()
CALLS = {
    "delta.exceptions": r"from delta\.exceptions import",
    "to_arrow_schema(…, timezone=)": r"to_arrow_schema\(.*timezone=",
    "F.try_to_date": r"F\.try_to_date\(",
    "localCheckpoint(storageLevel=)": r"\.localCheckpoint\(",
}


def test_the_calls_that_an_older_spark_lacks_are_where_the_page_says():
    for call, pattern in CALLS.items():
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{call}`")]
        said = set(re.findall(r"`([\w/]+\.py)`", row.split("|")[2]))
        found = {
            file.relative_to(LIBRARY).as_posix()
            for file in LIBRARY.rglob("*.py")
            if re.search(pattern, file.read_text())
        }
        assert found == said, call


def test_the_page_counts_the_functions_of_expressions():
    assert f"the {sum(map(len, FUNCTIONS.values()))} functions of expressions" in PAGE
