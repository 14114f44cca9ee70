"""Links between identifiers, explained and taken apart by hand."""

import pytest

from desirelines.errors import SettingsError
from desirelines.operations.identity_links import decide, explain_identity


def test_a_link_taken_apart_by_hand_stays_so_whatever_comes(story):
    assert story.person("cb", "second") == story.person("ua")
    assert story.person("cb") == "cb"
    known = explain_identity(story.deliveries.run(), "cb")
    link_facts = [(i.key, i.rule, i.events, i.not_followed, i.is_held) for i in known.links]
    assert link_facts == [("ua", "login", 2, "unlinked", True)]
    assert [h.person_id for h in known.history] == ["ua", "cb"]
    with pytest.raises(SettingsError, match="already cut by hand"):
        decide(story.deliveries.run(), "cb", "ua", is_cut=True)
    with pytest.raises(SettingsError, match="never seen together"):
        decide(story.deliveries.run(), "ca", "cb", is_cut=True)
    with pytest.raises(SettingsError, match="already followed"):
        decide(story.deliveries.run(), "ca", "ua", is_cut=False)
