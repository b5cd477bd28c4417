"""What callers hear: every sentence, in every language that we speak. The only copy of these words.

A centre changes them in its configuration (`[callers]`, `[lines.words.en]`); `router/core/said.py`
finds what counts for a line. The clips in static/audio say the same words (scripts/make-clips).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

POSITIONS = 10
"""Places in line that are told by number."""
MINUTES = (2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30)
"""Waits that are told by number."""


@dataclass(frozen=True, slots=True)
class Language:
    """One that we have words for."""

    word: str
    tag: str
    """What the carrier calls it (twilio.com/docs/voice/twiml/say#language)."""
    keys: dict[str, str]
    """Keys of a telephone that are not read as they are written."""


LANGUAGES = {
    "en": Language("English", "en-US", {"*": "star", "#": "the pound key"}),
    "es": Language("Spanish", "es-US", {"*": "asterisco", "#": "numeral"}),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of them. No words: a centre that wants it writes them."""

    when: str
    """When a caller hears it, for people who write it."""
    en: str = ""
    es: str = ""
    clip: str = ""
    """Ours, by name, with {language} and the fields that it depends on."""
    varies: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Fields with few values: a clip has them in its name."""
    fields: tuple[str, ...] = ()
    """Fields that any caller may hear otherwise: no clip can say them."""
    key: bool = False
    """{key} may be in its words."""

    def words(self, language: str) -> str:
        return self.en if language == "en" else self.es

    @property
    def may_say(self) -> tuple[str, ...]:
        """What may stand in braces."""
        return ("name", "line", *(("key",) if self.key else ()), *self.varies, *self.fields)

    def cases(self) -> Iterator[dict[str, int]]:
        """Every value of what varies."""
        if not self.varies:
            yield {}
        for name, values in self.varies.items():
            for value in values:
                yield {name: value}


SENTENCES: dict[str, Sentence] = {
    "greeting": Sentence(
        "first of all, in every language of the line",
        "You have reached the safety line. We are here.",
        "Ha llamado a la línea de seguridad. Estamos aquí.",
        "greeting-{language}",
    ),
    "notice": Sentence("after the greeting, such as that calls are recorded"),
    "menu": Sentence("on a line with a menu, until they press a key"),
    "connecting": Sentence(
        "it rings at a desk at once",
        "Thank you. I am connecting you now.",
        "Gracias. Le comunico ahora.",
        "connecting-{language}",
    ),
    "position": Sentence(
        "while they wait, every second turn of the music",
        "You are number {place} in line.",
        "Usted es el número {place} en la fila.",
        "position-{language}-{place}",
        varies={"place": tuple(range(1, POSITIONS + 1))},
    ),
    "more": Sentence(
        "the same, for whoever is further behind",
        "There are more than ten callers ahead of you. We will not lose your place.",
        "Hay más de diez personas antes que usted. No perderá su lugar.",
        "more-{language}",
    ),
    "wait_short": Sentence(
        "after their place, if the wait can be told",
        "Your wait is less than a minute.",
        "Su espera es de menos de un minuto.",
        "wait-{language}-0",
    ),
    "wait_one": Sentence(
        "the same",
        "Your wait is about one minute.",
        "Su espera es de cerca de un minuto.",
        "wait-{language}-1",
    ),
    "wait": Sentence(
        "the same",
        "Your wait is about {minutes} minutes.",
        "Su espera es de unos {minutes} minutos.",
        "wait-{language}-{minutes}",
        varies={"minutes": MINUTES},
    ),
    "call_me_back": Sentence(
        "after their place, if they may be called back",
        "You need not stay on the line. To be called back, press {key}: you keep your place.",
        "No tiene que esperar en la línea. Para que le llamemos, oprima {key}: conserva su lugar.",
        key=True,
    ),
    "called_back": Sentence(
        "after that key; then the call ends",
        "Thank you. We will call you back on this number, and you keep your place. "
        "If it gets worse, call again at once. Goodbye.",
        "Gracias. Le llamaremos a este número, y conserva su lugar. "
        "Si empeora, llame otra vez enseguida. Adiós.",
    ),
    "please_hold": Sentence(
        "while they wait, the other turns of the music",
        "Please stay on the line. You keep your place.",
        "Por favor, no cuelgue. Conserva su lugar.",
        "please-hold-{language}",
    ),
    "closed": Sentence(
        "the queue is closed, before the voicemail",
        "We are closed now.",
        "Ahora estamos cerrados.",
    ),
    "closed_for": Sentence(
        "the same, on a day with a word of its own ({why})",
        "We are closed for {why}.",
        "Hoy estamos cerrados.",
        fields=("why",),
    ),
    "opens": Sentence(
        "after that, if it is known when the queue opens",
        "We open on {opens}.",
        "Abrimos el {opens}.",
        fields=("opens",),
    ),
    "nobody": Sentence(
        "nobody took the call, before the voicemail",
        "Nobody could take your call just now.",
        "En este momento nadie pudo atender su llamada.",
    ),
    "danger": Sentence(
        "at the voicemail",
        "If anybody is in danger, hang up and call your local emergency number.",
        "Si alguien está en peligro, cuelgue y llame al número de emergencias de su localidad.",
    ),
    "danger_key": Sentence(
        "after that, whoever is no S1 yet",
        "For an emergency in a sitter's care, press {key} now.",
        "Si es una emergencia durante el cuidado de una mascota, oprima {key} ahora.",
        key=True,
    ),
    "we_call": Sentence(
        "at the voicemail, nobody took the call",
        "We will call you back.",
        "Le llamaremos.",
    ),
    "leave_message": Sentence(
        "at the voicemail, closed",
        "To be called back, leave a message.",
        "Para que le llamemos, deje un mensaje.",
    ),
    "say_how": Sentence(
        "at the voicemail, whose number we cannot call",
        "Leave a message. We cannot call your number: say how we can reach you.",
        "Deje un mensaje. No podemos llamar a su número: diga cómo localizarle.",
    ),
    "speak": Sentence(
        "before the tone",
        "Speak after the tone, and press the hash key when you are done.",
        "Hable después del tono, y oprima la tecla numeral cuando termine.",
    ),
    "thanks": Sentence(
        "after a message",
        "Thank you. Goodbye.",
        "Gracias. Adiós.",
    ),
    "goodbye": Sentence(
        "no message was left",
        "Goodbye.",
        "Adiós.",
    ),
    "machine_message": Sentence(
        "on their machine, when we call and an agent leaves the message; nothing of the incident",
        "Hello. This is {name}. We are returning your call. Please call us back. Thank you.",
        "Hola. Le llama {name}. Le devolvemos su llamada. Por favor, llámenos. Gracias.",
    ),
    "not_reached": Sentence(
        "read, not heard: by text (S1, S2) or mail (S4) after the last try of a callback that "
        "reached nobody; nothing of the incident; empty: nobody is written to",
        "We tried to call you and could not reach you. Please call {number}. Reference {no}.",
        "Intentamos llamarle y no pudimos comunicarnos con usted. Por favor, llame al {number}. "
        "Referencia {no}.",
        fields=("number", "no"),
    ),
    "not_reached_subject": Sentence(
        "read, not heard: the subject of that mail",
        "We tried to call you",
        "Intentamos llamarle",
    ),
    "restart": Sentence(
        "the centre stops or restarts",
        "We have to restart. Please stay on the line: you keep your place, and we connect you "
        "again. If anybody is in danger, hang up and call your local emergency number.",
        "Tenemos que reiniciar. Por favor, no cuelgue: conserva su lugar y le comunicaremos otra "
        "vez. Si alguien está en peligro, cuelgue y llame al número de emergencias de su "
        "localidad.",
    ),
}

MUSIC = "hold"
"""Our clip of music."""

NEVER_SILENT = frozenset(SENTENCES) - {
    "greeting", "notice", "menu", "connecting", "please_hold", "not_reached",
}  # fmt: skip
"""Sentences without which a caller would not know what happens: they cannot be emptied."""
