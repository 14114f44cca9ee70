"""Runs of steps as features."""

import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from desirelines.features.path_tfidf import Vocabulary, to_vocabulary, to_word_weights, to_words
from tests.support.tables import rows_of, table

PATHS = {
    "ann": ["a b a b", "a b"],
    "ben": ["b c a"],
    "cat": ["a b c", "c"],
    "dan": ["c c"],
    "eve": ["a"],
}


def test_weights_of_words_are_scikit_learn_s(spark):
    lines = [f"{person} | {path}" for person, paths in PATHS.items() for path in paths]
    words = to_words(table(spark, "person_id | l:steps\n" + "\n".join(lines)))
    vocabulary = to_vocabulary(words, most=4, min_people=1)
    assert vocabulary == Vocabulary(
        {"a -> b": 2, "b -> c": 2, "a -> b -> a": 1, "a -> b -> c": 1}, 4
    )  # eve has no word
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    got = {
        r["person_id"]: dict(zip(r["names"], r["values"], strict=True))
        for r in to_word_weights(words, vocabulary).collect()
    }

    def runs(paths):
        steps = [path.split() for path in paths]
        return [
            " -> ".join(s[n : n + size])
            for s in steps
            for size in (2, 3)
            for n in range(len(s) - size + 1)
        ]

    people = ["ann", "ben", "cat", "dan"]
    counts = CountVectorizer(analyzer=runs, vocabulary=sorted(vocabulary.people)).fit_transform(
        [PATHS[p] for p in people]
    )
    expected = TfidfTransformer().fit_transform(counts).toarray()
    assert set(got) == set(people)
    for person, row in zip(people, expected, strict=True):
        assert got[person] == pytest.approx(
            dict(zip(sorted(vocabulary.people), row.tolist(), strict=True))
        )


def test_words_of_few_people_are_never_told(spark):
    lines = [f"p{n} | a b" for n in range(10)] + [f"q{n} | own page" for n in range(9)]
    words = to_words(table(spark, "person_id | l:steps\n" + "\n".join(lines)))
    assert to_vocabulary(words, most=99, min_people=10) == Vocabulary({"a -> b": 10}, 19)
    empty = to_vocabulary(words, most=99, min_people=20)
    assert rows_of(
        to_word_weights(words, empty).filter("person_id = 'p0'"), "person_id", "names", "values"
    ) == [("p0", [], [])]
