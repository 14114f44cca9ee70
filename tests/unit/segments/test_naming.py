from desirelines.segments.naming import name_of, names_apart
from desirelines.settings.model import Words


def test_the_two_strongest_effects_give_the_name_with_their_direction():
    assert (
        name_of({"frequency": 1.2, "discount_share": -0.9, "recency_days": 0.4})
        == "orders often · full price"
    )


def test_weak_and_unknown_effects_say_nothing():
    assert name_of({"frequency": 0.29, "monetary": None}) == "average"
    assert name_of({}) == "average"


def test_on_equal_strength_the_catalogue_leads():
    assert (
        name_of({"weekend_share": 0.5, "recency_days": 0.5, "monetary": -0.5})
        == "long since an order · small spenders"
    )


def test_equal_names_are_told_apart():
    assert names_apart({"b": {"frequency": 1.0}, "a": {"frequency": 2.0}, "c": {}}) == {
        "a": "orders often (1)", "b": "orders often (2)", "c": "average",
    }  # fmt: skip


def test_words_of_the_settings_stand_for_the_catalogue_s():
    words = {"frequency": Words(high="Stammkunden", low="Gelegenheitskunden")}
    effects = {"frequency": -1.2, "discount_share": -0.9}
    assert name_of(effects, words=words) == "Gelegenheitskunden · full price"
    assert names_apart({"a": effects}, words=words) == {"a": "Gelegenheitskunden · full price"}
