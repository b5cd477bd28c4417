"""The network: what it learns, and that what is kept of it says the same."""

from __future__ import annotations

import numpy as np
import pytest

from router.core.concepts import Concepts
from router.triage import network_training
from router.triage.features import features
from router.triage.network import Coded, Network, stacked

CONCEPTS = Concepts({"animal": ["dog", "cat", "perro"], "bites": ["bit", "bites", "mordio"]})
NOUNS = ["dog", "cat", "perro", "man", "baby", "sister", "walker", "plumber"]
ANIMALS = NOUNS[:3]


def coded(text: str) -> Coded:
    return Network({}, CONCEPTS.names).coded(features(text, CONCEPTS))


def who_bit_whom(nouns: list[str]) -> tuple[list[Coded], np.ndarray]:
    """S1 where an animal bites, S4 where it is bitten: the same words in another order."""
    pairs = [(a, b) for a in nouns for b in nouns if (a in ANIMALS) != (b in ANIMALS)]
    texts = [f"yesterday the {a} {verb} the {b}" for a, b in pairs for verb in ("bit", "bites")]
    wanted = [0 if a in ANIMALS else 3 for a, _ in pairs for _ in range(2)]
    return [coded(text) for text in texts], np.array(wanted)


def learned(rounds: int = 300) -> Network:
    some, wanted = who_bit_whom([noun for noun in NOUNS if noun not in ("perro", "walker")])
    nothing = coded("dog")[0][:0], coded("dog")[1][:0]
    others = [nothing, coded("dog cat perro"), coded("bit bites mordio")]
    counts = np.ones(len(some), np.float32)
    return network_training.learn(some, wanted, counts, CONCEPTS.names, others, rounds=rounds)


@pytest.fixture(scope="module")
def network() -> Network:
    return learned()


def test_the_order_of_words_is_learned_and_carries_over_to_new_ones(network: Network) -> None:
    some, wanted = who_bit_whom(["perro", "walker"])
    assert (network.sums(*stacked(some)).argmax(axis=1) == wanted).all()


def test_twice_the_same_is_learned() -> None:
    once, again = learned(20), learned(20)
    assert all(np.array_equal(part, again.weights[name]) for name, part in once.weights.items())


def test_what_is_kept_says_nearly_the_same(network: Network) -> None:
    kept = Network.of_kept(network.kept())
    some, _ = who_bit_whom(NOUNS)
    assert kept.names == network.names
    assert np.allclose(kept.sums(*stacked(some)), network.sums(*stacked(some)), atol=0.1)


def test_a_concept_that_it_never_met_means_nothing(network: Network) -> None:
    wider = Concepts({"animal": ["dog"], "aaa": ["the", "dog"]})
    narrow = Concepts({"animal": ["dog"]})
    text = "the dog"
    assert np.array_equal(
        network.says(features(text, wider), []), network.says(features(text, narrow), [])
    )


def test_sentences_are_read_by_themselves_however_many(network: Network) -> None:
    text = " ".join(["the dog bit the man"] * 70)
    spans = [(5 * at, 5 * at + 5) for at in range(70)]
    said = network.says(features(text, CONCEPTS), spans)
    alone = network.says(features("the dog bit the man", CONCEPTS), [])
    assert len(said) == 71
    assert np.allclose(said[1:], alone, atol=1e-4)


def test_slopes_are_those_of_what_is_wrong() -> None:
    """Each part moved a little either way, with the same parts left out: the loss follows."""
    some, wanted = who_bit_whom(NOUNS)
    stems, meant = stacked(some)
    counts = np.linspace(0.5, 1.5, len(some)).astype(np.float32)
    start = network_training._begin(np.random.default_rng(3), len(CONCEPTS.names))
    weights = {name: part.astype(np.float64) for name, part in start.items()}

    def loss() -> float:
        found, _ = network_training._slopes(
            weights, stems, meant, wanted, counts, np.random.default_rng(4)
        )
        return found / float(counts.sum())

    _, slopes = network_training._slopes(
        weights, stems, meant, wanted, counts, np.random.default_rng(4)
    )
    for name, part in weights.items():
        way = np.zeros_like(part)
        strongest = np.argsort(-np.abs(slopes[name].ravel()))[:5]
        way.ravel()[strongest] = np.sign(slopes[name].ravel()[strongest])
        step = 1e-3
        part += step * way
        more = loss()
        part -= 2 * step * way
        less = loss()
        part += step * way
        expected = float((slopes[name] * way).sum())
        assert (more - less) / (2 * step) == pytest.approx(expected, rel=0.1, abs=1e-4), name
