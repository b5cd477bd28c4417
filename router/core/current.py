"""The configuration as it stands now."""

from __future__ import annotations

from router.core.config import Config
from router.core.dialling import Dialling, country_of
from router.core.hours import Opening
from router.core.severity import Channel, Severity
from router.core.triage import WordRule


class Current:
    """One configuration for all parts of a process; it is replaced whole, between two steps of the
    event loop, so that nobody ever works with half of an old and half of a new one.

    Ask it at the moment of use; keep nothing it returns across an await.
    """

    value: Config
    targets: dict[Severity, dict[Channel, int]]
    words: list[WordRule]
    opening: Opening
    dialling: Dialling
    agreed: bool
    """False while the index was told another one (`config.differs`): a queue that is missing here
    may be there, and nobody is moved out of it."""

    def __init__(self, config: Config) -> None:
        self.replace(config)

    def replace(self, config: Config) -> None:
        """Uses this one from now on. It has been checked (`router.core.config_faults.faults`)."""
        targets, words, opening = config.target_ms(), config.word_rules(), Opening(config)
        self.value, self.targets, self.words, self.opening = config, targets, words, opening
        self.dialling = dialling_of(config)
        self.agreed = True


def dialling_of(config: Config) -> Dialling:
    """This configuration's rule, with the countries of its lines if it lists none."""
    ours = [line.number for line in config.lines if line.number]
    of_lines = {country for number in ours if (country := country_of(number))}
    return Dialling(config.dialling.countries or of_lines, config.dialling.also, ours)
