"""A dotted name leads into nested columns; in backticks a dot is part of a name."""

import pytest

from desirelines.settings import column_path, json_path, name_parts, plain_name


@pytest.mark.parametrize(
    ("name", "parts", "in_json", "in_spark"),
    [
        ("user", ("user",), '$["user"]', "`user`"),
        ("context.page", ("context", "page"), '$["context"]["page"]', "`context`.`page`"),
        ("`user.id`", ("user.id",), '$["user.id"]', "`user.id`"),
        ("a.`b.c`.d", ("a", "b.c", "d"), '$["a"]["b.c"]["d"]', "`a`.`b.c`.`d`"),
        ("odd`name", ("odd`name",), '$["odd`name"]', "`odd``name`"),
        ('say "x"', ('say "x"',), "$['say \"x\"']", '`say "x"`'),
    ],
)
def test_a_name_is_split_at_its_dots(name, parts, in_json, in_spark):
    assert name_parts(name) == parts
    assert json_path(name) == in_json
    assert column_path(name) == in_spark
    assert plain_name(name) == ".".join(parts)
