"""The judgement on a text: the product's rules, the centre's words, and the model's opinion.

The most severe of them counts. A whole message that a carrier answers (STOP) is an S4; a bare cry
for help is an S2. The centre's own words (`[words]`) raise the severity wherever they occur; its
`ignored` words (a dog called Fire, a street) are read as a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.core.config import Config
from router.core.triage import WordRule, heard
from router.core.typed import plain, words

from . import shipped
from .reading import Reader, Reading

_SILENT = "stop stopall unsubscribe cancel end quit start unstop yes baja alto parar"
SILENT = frozenset(_SILENT.split())
"""A carrier itself answers whole messages made of such words."""
_CRIES = """
help sos emergency emergencies urgent 911 ayuda ayudame ayudenme auxilio socorro emergencia urgente
llamame llamenme
"""
CRIES = frozenset(_CRIES.split())
_BESIDE = "please me us i we need call now por favor porfa necesito necesitamos ya a mi"
BESIDE = frozenset(_BESIDE.split())
"""A message made only of these words, one of them a cry (or "call me"), says no more than that
somebody needs us."""
NAME = "somename"
"""What an ignored word is read as."""
_SPANISH = """
el la los las un una mi mis su sus tu de del en con para esta estan es se le lo y al nos te
pero muy como ya hay fue era porque cuando donde quiero tengo tiene gracias hola sin si desde hoy
hace ayer bien todo nada ni quien esto eso este ese aqui ahi ahora estoy estaba puedo puede pueden
necesito quisiera favor buenas buenos dias tarde noche ayuda perro perra gato gata cachorro nino
nina bebe casa puerta llave llaves agua luz fuego humo sangre sangra respira respirar despierta
mueve vomita vomito mordio comio trago cayo huele salio escapo senora senor cuidadora paseador
factura cita recibo cuenta dinero manana lunes martes miercoles jueves viernes sabado domingo
"""
_ENGLISH = """
the a an my his her its our your is are was were and or but to of in on at for with this that it he
she they we you i have has had not be been will would can could do does did thanks hello hi there
"""
SPANISH, ENGLISH = frozenset(_SPANISH.split()), frozenset(_ENGLISH.split())
"""Words by which a language is recognised; words that both have ("no", "me", "son") tell
nothing."""


_EVERYDAY = """
thanks thank thx ty appreciate receipt receipts recibo recibos gracias agradezco office vacation
oficina vacaciones autoreply unsubscribe newsletter
"""
EVERYDAY = frozenset(_EVERYDAY.split())
SURELY = 0.98
"""A text is surely everyday if it is this likely to be no S1 or S2, S4 is likeliest, and it has one
of these words. In the phrase book, none of the 21,253 S1 to S3 is surely everyday, and 180 of the
9,678 S4 are (on lines that the weights were trained on)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement on one text."""

    severity: int
    queue: str
    """The centre's queue for it; "" if the centre names none: then the line's queue."""
    needs: tuple[str, ...]
    """Required skills: vet, home, safety or claims; es."""
    unsure: bool
    confidence: float
    why: tuple[str, ...]
    """The deciding words for people to read, in their order; a rule's words where a rule
    decided."""
    by_rule: bool = False
    everyday: str = ""
    """The word that makes it surely everyday; "" if it is not."""
    calm: bool = False
    """Whether the model is sure that it is everyday."""

    @property
    def rule(self) -> str:
        """The reasons as the offer, the board and the timeline show them; “” marks words of the
        text."""
        if self.by_rule:
            return self.why[0]
        said = " ".join(f"“{word}”" for word in self.why)
        return f"words: {said}" if said else "words"


def language(found: Sequence[str]) -> str:
    """es if most of the little words are Spanish, otherwise en."""
    spanish = sum(word in SPANISH for word in found)
    return "es" if spanish > sum(word in ENGLISH for word in found) else "en"


CALM = 0.9
"""If a text is this likely to be no S1 or S2, and S4 is likeliest, a single word of an S1 list does
not raise it."""


def _is_calm(reading: Reading) -> bool:
    return reading.severity == 4 and reading.confidence >= CALM


def _everyday(reading: Reading, found: Sequence[str]) -> str:
    if reading.severity < 4 or reading.unsure or reading.confidence < SURELY:
        return ""
    return next((word for word in found if word in EVERYDAY), "")


def _is_a_cry(said: Sequence[str]) -> bool:
    if all(len(word) == 1 for word in said):  # S.O.S.
        said = ["".join(said)]
    cries = not CRIES.isdisjoint(said) or {"call", "me"} <= set(said)
    return cries and CRIES.union(BESIDE).issuperset(said)


class Judge:
    """The judge for one configuration; safe to share."""

    def __init__(
        self,
        reader: Reader,
        rules: Sequence[WordRule],
        queues: Mapping[str, str],
        ignored: Sequence[str],
    ) -> None:
        """
        Args:
            queues: the queue of S1 to S4, of a need ("claims") or of a language ("es").
            ignored: the centre's words and phrases that mean nothing.
        """
        self._reader, self._rules, self._queues = reader, rules, queues
        self._ignored = sorted(
            {tuple(words(entry)) for entry in ignored} - {()}, key=len, reverse=True
        )

    @classmethod
    def of(cls, config: Config, reader: Reader | None = None) -> Judge:
        found = config.triage
        return cls(reader or shipped.reader(), config.word_rules(), found.queues, found.ignored)

    def judge(self, text: str) -> Judgement:
        """Never fails. Its time is bounded by the length of the text."""
        found = words(text)
        alone = [word for word in found if word not in "!?"]
        if alone and SILENT.issuperset(alone):
            why = " ".join(alone).upper()
            return Judgement(4, self._queue(4, "none", "en"), (), False, 1.0, (why,))
        reading = self._reader.read(self._without_names(text, found))
        spoken = language(found)
        if _is_a_cry(alone) and reading.severity > 2:
            reading = Reading(2, False, "safety", 1.0, ("a bare cry for help",))
        calm = _is_calm(reading)
        said = min(heard(text, self._rules, calm=calm), key=lambda it: it.severity, default=None)
        needs = tuple(need for need in (reading.need, spoken) if need not in ("none", "en"))
        if said and said.severity < reading.severity:
            return Judgement(
                int(said.severity), said.queue, needs, False, 1.0, (said.rule,), by_rule=True,
                calm=calm,
            )  # fmt: skip
        return Judgement(
            reading.severity, self._queue(reading.severity, reading.need, spoken), needs,
            reading.unsure, reading.confidence, reading.why,
            everyday=_everyday(reading, found) if not said else "", calm=calm,
        )  # fmt: skip

    def place(self, found: Judgement, severity: int) -> str:
        """The queue for these words at this severity; "" if the centre names none."""
        spoken = next((need for need in found.needs if need == "es"), "en")
        need = next((need for need in found.needs if need != "es"), "none")
        return self._queue(severity, need, spoken)

    def _queue(self, severity: int, need: str, spoken: str) -> str:
        """For S1 and S2 the severity's queue; otherwise the language's, the need's, then the
        severity's."""
        own = self._queues.get(f"S{severity}", "")
        if severity <= 2:
            return own
        return self._queues.get(spoken) or self._queues.get(need) or own

    def _without_names(self, text: str, found: Sequence[str]) -> str:
        """The text with every ignored phrase read as a name; unchanged if there is none."""
        if not any(phrase[0] in found for phrase in self._ignored):
            return text
        text = plain(text)
        for phrase in self._ignored:
            written = r"[\W_]+".join(map(re.escape, phrase))
            text = re.sub(rf"(?<!\w){written}(?!\w)", NAME, text)
        return text
