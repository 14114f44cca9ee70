"""A segment with a purpose publishes people who agree to it, and shows how many it leaves out."""

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support import shop
from tests.support.published import conf, deliver, read, result

ANSWER = (
    "CASE WHEN row.event = 'view' THEN CASE WHEN row.url LIKE '%/no%' THEN 'no' ELSE 'yes' END END"
)
RULES = """
segments:
  rules:
    - {segment: buyers, name: Buyers, when: lifetime_orders >= 1}
    - segment: buyers_by_mail
      name: Buyers by mail
      purpose: marketing
      when: lifetime_orders >= 1
"""
BUYERS = range(0, shop.PEOPLE, 3)


def answered(rows, refusing):
    """The rows, in which every view says whether its person agrees to marketing."""
    return [
        row | {"url": "/no"} if int(row["cookie"].removeprefix("cookie")) in refusing else row
        for row in rows
    ]


def by_mail(spark, folder):
    members = read(spark, folder, tables.SEGMENT_MEMBERS)
    return {
        r["person_id"] for r in members.filter(F.col("segment_id") == "buyers_by_mail").collect()
    }


@pytest.mark.integration
def test_a_purpose_from_consent_to_rollback(spark, first_shop, cli, capsys, secret_files):
    secret = secret_files["data"].read_bytes().strip()

    def people(numbers):
        ids = {n: {key_of(secret, "cookie", f"cookie{n}"), key_of(secret, "user", f"user{n}")}
               for n in numbers}  # fmt: skip
        everybody = {
            r[0] for r in read(spark, first_shop, tables.PEOPLE).select("person_id").collect()
        }
        return {(keys & everybody).pop() for keys in ids.values()}

    mapping = first_shop / "shop.yaml"
    mapping.write_text(mapping.read_text() + f'consents: {{marketing: {{sql: "{ANSWER}"}}}}\n')
    (first_shop / "conf.yaml").write_text((first_shop / "conf.yaml").read_text() + RULES)

    refused = set(range(0, 30))
    deliver(spark, first_shop, answered(shop.rows(24, 30), refused))
    assert cli("run", "--run-id", "second", *conf(first_shop)) == 0
    agreed = [n for n in BUYERS if n not in refused]
    assert by_mail(spark, first_shop) == people(agreed)
    (size,) = read(spark, first_shop, tables.SEGMENT_SIZES).filter(
        "run_id = 'second' AND segment_id = 'buyers_by_mail'"
    ).collect()  # fmt: skip
    assert (size["people_count"], size["left_out_count"]) == (len(agreed), 20 - len(agreed))

    # Why not, and what would change it.
    capsys.readouterr()
    (someone,) = people([0])
    why = ("why", someone, "--segment", "buyers_by_mail")
    assert cli(*why, *conf(first_shop)) == 0
    reason = result(capsys)
    assert [(c["condition"], c["answer"]) for c in reason["conditions"]] == [
        ("lifetime_orders >= 1", "true"), ("agrees to marketing", "false"),
    ]  # fmt: skip
    assert reason["change"] == ["agrees to marketing: false now, true needed"]

    # A refusal takes effect in the next run; to go back to the run before brings nobody back.
    withdrew = {30, 33}
    deliver(spark, first_shop, answered(shop.rows(30, 34), refused | withdrew))
    assert cli("run", "--run-id", "third", *conf(first_shop)) == 0
    stay = people(n for n in agreed if n not in withdrew)
    assert by_mail(spark, first_shop) == stay
    assert cli("rollback", "second", *conf(first_shop)) == 0
    assert by_mail(spark, first_shop) == stay
    capsys.readouterr()
    assert cli("diff", "second", "third", *conf(first_shop)) == 0
    causes = {(c["segment_id"], c["change"], c["cause"]) for c in result(capsys)["causes"]}
    assert ("buyers_by_mail", "left", "consent") in causes
