"""Rule files: shipped, of one's own, and every mistake with its file, line and column."""

import re

import pytest

from desirelines.errors import SettingsError
from desirelines.settings import Settings
from desirelines.settings.load import read_settings
from desirelines.settings.rule_conditions import (
    Compare,
    InSegment,
    Moment,
    Span,
    as_written,
    purposes_of,
)
from desirelines.settings.segment_rules import (
    RuleEntry,
    read_rules,
    shipped_names,
    vocabulary_of,
)

SHIPPED_NAMES = shipped_names()
LISTED = [name for name in SHIPPED_NAMES if name != "too_little_data"]


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / "conf.yaml"


def mistakes(file):
    with pytest.raises(SettingsError) as error:
        read_settings([file])
    return str(error.value)


def test_three_rules_are_the_default_and_people_with_too_little_data_are_apart():
    settings = Settings()
    assert [rule.segment_id for rule in settings.rules] == ["new_buyer", "lapsed", "cart_abandoner"]
    assert settings.apart_rule.segment_id == "too_little_data"
    assert settings.apart_rule.is_primary
    assert not any(rule.is_primary for rule in settings.rules)


def test_every_shipped_rule_can_be_read_and_is_named_as_its_file():
    assert {"high_value", "weekend_binge", "tire_kicker"} <= set(SHIPPED_NAMES)
    settings = read_settings(sets=[f"segments.rules=[{', '.join(LISTED)}]"])
    assert [rule.segment_id for rule in settings.rules] == LISTED
    assert all(rule.definition and rule.name for rule in settings.rules)


def test_what_is_kept_of_a_rule_reads_as_the_same_rule():
    """`run_parameters` keeps rules as they would be written, with the numbers of the settings."""
    rules = read_settings(sets=[f"segments.rules=[{', '.join(LISTED)}]"]).rules
    entries = tuple(
        RuleEntry(segment=r.segment_id, name=r.name, when=as_written(r.condition)) for r in rules
    )
    again, faults = read_rules(entries, vocabulary_of(entries, (), {}, {}))
    assert faults == []
    assert [r.condition for r in again] == [r.condition for r in rules]


def test_numbers_of_the_settings_stand_in_rules_and_in_their_words():
    settings = read_settings(sets=["segments.new_buyer_days=5", "clusters.least_active_days=3"])
    new_buyer = settings.rules[0]
    assert new_buyer.condition.test == Moment("first_order_at", Span(5, "day"))
    assert new_buyer.definition == "first order ever in the 5 days before as_of"
    assert settings.apart_rule.condition.test == Compare("active_days", "<", 3.0)
    assert "fewer than 3" in settings.apart_rule.definition


def test_files_and_folders_lie_beside_the_file_that_names_them(tmp_path):
    (tmp_path / "of_team").mkdir()
    write(
        tmp_path / "of_team",
        a="segment: a\nname: A\nwhen: in segment b",
        b="- {segment: b, name: B, when: frequency > 1}\n"
        "- {segment: c, name: C, when: frequency > 2}",
    )
    conf = write(tmp_path, conf="segments: {rules: [lapsed, of_team, one.yaml]}",
                 one="segment: one\nname: One\nwhen: {not: in segment c}")  # fmt: skip
    # `a` refers to `b`, so `b` comes first.
    assert [r.segment_id for r in read_settings([conf]).rules] == ["lapsed", "b", "c", "a", "one"]


def test_a_custom_feature_and_an_occasion_have_names_in_rules():
    settings = Settings.model_validate(
        {
            "features": {
                "own": [{"name": "loud", "over": "sessions", "aggregate": "count",
                         "meaning": "m", "unit": "u"}],
            },
            "segments": {"rules": [{"segment": "x", "name": "X", "when": "loud > 1"}]},
        }
    )  # fmt: skip
    assert settings.rules[0].condition.test == Compare("loud", ">", 1.0)


def test_every_mistake_is_told_with_file_line_and_column(tmp_path):
    conf = write(
        tmp_path,
        conf="segments:\n  rules:\n    - wrong.yaml\n",
        wrong="""segment: wrong
name: Wrong
needs: frequncy
when:
  all:
    - frequncy >= 3
    - any: ['no purchas in 3 days', "stage is x"]
    - {nott: frequency > 1}
    - all: []
""",
    )
    text = mistakes(conf)
    for line in (
        "wrong.yaml:3 segments.rules.0.needs: there is no feature 'frequncy' (did you mean "
        "'frequency'?)",
        "wrong.yaml:6:7 segments.rules.0.when.all.0: there is no feature 'frequncy'",
        "wrong.yaml:7:17 segments.rules.0.when.all.1.any.0: there is no kind of step",
        "wrong.yaml:7:38 segments.rules.0.when.all.1.any.1: there is no label 'stage'",
        "wrong.yaml:8 segments.rules.0.when.all.2: a condition is a text, or one of all, any, not "
        "with conditions below it (did you mean 'not'?)",
        "wrong.yaml:9 segments.rules.0.when.all.3.all: `all` holds a list of conditions",
    ):
        assert line in text, (line, text)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("[lapsd]", r"no rule comes with the package by the name 'lapsd' \(did you mean 'lapsed'"),
        ("[no/such.yaml]", "no/such.yaml: cannot be read"),
        ("[lapsed, lapsed]", "conf.yaml:1 segments.rules.1.segment: lapsed is given twice|given"),
        ("[too_little_data, lapsed]", "too_little_data is there without being listed"),
        ("[{segment: a, name: A, when: in segment b}, {segment: b, name: B, when: in segment a}]",
         "a and b refer to each other in a circle"),
        ("[{segment: a, name: A, when: in segment a}]", "refer"),
        ("[{segment: A, name: A, when: frequency > 1}]", "segment"),
        ("[{segment: a, name: A}]", "when: is missing"),
        ("[{segment: a, name: A, whn: frequency > 1, when: frequency > 1}]", "no such setting"),
        ("[{segment: a, name: A, when: " + "{not: " * 9 + "frequency > 1" + "}" * 9 + "}]",
         "nested at most 8 deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_rule_is_refused(tmp_path, rules, message):
    assert re.search(message, mistakes(write(tmp_path, conf=f"segments: {{rules: {rules}}}")))


def test_settings_made_in_code_say_the_same():
    entry = {"segment": "x", "name": "X", "when": {"any": ["frequncy > 1"]}}
    with pytest.raises(ValueError, match=r"segments\.rules\.0\.when\.any\.0: there is no feature"):
        Settings.model_validate({"segments": {"rules": [entry]}})


def test_references_are_read():
    settings = read_settings(
        sets=["segments.rules=[lapsed, {segment: x, name: X, when: in segment lapsed}]"]
    )
    assert settings.rules[1].condition.test == InSegment("lapsed")
    assert settings.rules[1].definition == "in segment lapsed"


def test_members_stay_fresh_for_whole_hours_or_for_ever():
    assert Settings().segments.fresh_hours == 48
    assert read_settings(sets=["segments.fresh_hours=null"]).segments.fresh_hours is None
    for value in ("0", "-1", "1.5", "87601"):
        with pytest.raises(SettingsError, match="fresh_hours"):
            read_settings(sets=[f"segments.fresh_hours={value}"])


def test_a_segment_with_a_purpose_is_of_people_who_agree_to_it():
    source = {
        "name": "shop", "format": "csv", "path": "in", "stream": ["user"], "ids": {"user": "u"},
        "columns": {"occurred_at": "at", "event_name": "e"}, "consents": {"marketing": "mail"},
    }  # fmt: skip
    rules = [
        {"segment": "a", "name": "A", "purpose": "marketing", "when": "frequency > 1"},
        {"segment": "b", "name": "B", "purpose": "analytics", "description": "orders",
         "when": {"all": ["frequency > 1", "monetary > 9"]}},
        {"segment": "c", "name": "C", "when": {"not": "agrees to marketing"}},
    ]  # fmt: skip
    settings = Settings.model_validate({"sources": [source], "segments": {"rules": rules}})
    assert [(as_written(r.condition), r.definition, r.purpose) for r in settings.rules] == [
        ({"all": ["frequency > 1", "agrees to marketing"]},
         "frequency > 1 and agrees to marketing", "marketing"),
        ({"all": ["frequency > 1", "monetary > 9", "agrees to analytics"]},
         "orders; agrees to analytics", "analytics"),
        ({"not": "agrees to marketing"}, "not (agrees to marketing)", ""),
    ]  # fmt: skip
    assert [purposes_of(r.condition) for r in settings.rules] == [
        ("marketing",), ("analytics",), (),
    ]  # fmt: skip


def test_a_purpose_that_no_source_maps_is_a_mistake(tmp_path):
    conf = write(
        tmp_path,
        conf="segments:\n  rules: [one.yaml]\n",
        one="segment: a\nname: A\npurpose: analytic\nwhen: frequency > 1\n",
    )
    assert (
        "one.yaml:3 segments.rules.0.purpose: no source maps consent to 'analytic' (`consents`) "
        "(did you mean 'analytics'?)"
    ) in mistakes(conf)


def test_the_purpose_of_the_tables_has_one_place_in_a_mapping():
    source = {
        "name": "shop", "format": "csv", "path": "in", "stream": ["user"], "ids": {"user": "u"},
        "columns": {"occurred_at": "at", "event_name": "e"}, "consents": {"analytics": "ok"},
    }  # fmt: skip
    with pytest.raises(ValueError, match="map its statement as `consent` under `columns`"):
        Settings.model_validate({"sources": [source]})
