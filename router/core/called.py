"""What people hear whom we call ourselves, at numbers on call and outside: every sentence, in every
language that we speak. The only copy of these words; what callers hear is in `sentences.py`."""

from __future__ import annotations

from dataclasses import dataclass

from .sentences import LANGUAGES


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words for a voice of that language."""

    words: str
    language: str = "en"

    @property
    def tag(self) -> str:
        return LANGUAGES[self.language].tag


CALLED: dict[str, dict[str, str]] = {
    "en": {
        "handed": ", handed over by {by}",
        "call_1": "An emergency call",
        "call_2": "An urgent call",
        "call": "A call",
        "whisper": "{name}. {call}, severity {severity}, on the {line}{handed}. "
        "Press any key to take it.",
        "sms": "text message",
        "email": "mail",
        "waits": "{name}. An emergency {what} waits, severity {severity}.",
        "they_write": "They write:",
        "no_words": "It has no words.",
        "incident": "It is incident {no}.",
        "take_it_over": "Press any key to take it over.",
        "taken_over": "You have taken it over.",
        "by_mail": "They wrote by mail. Sign in and answer them.",
        "from": "They wrote from: {number}.",
        "call_now": "Call them now.",
        "not_called": "We do not call that number: sign in and answer them.",
        "unread": "Their number cannot be read just now. Sign in: it is in the incident.",
        "again": "Again: {number}.",
        "alarm": "If nobody has it in hand in {span}, the alarm begins again. Goodbye.",
        "asks_help": "{name}. An agent in a hard call asks for help.",
        "see_to_it": "Press any key if you see to it.",
        "help_taken": "{agent} is told that you see to it. Please sign in, or call them. Goodbye.",
        "has_it": "Somebody has it by now. Thank you.",
        "not_told": "It is not told by telephone any more. To see to it, sign in.",
        "failed": "An emergency message waits. We cannot tell more just now: please sign in.",
        "taken": "This call has been taken. Thank you.",
        "hung_up": "The caller has hung up. Thank you.",
        "over": "This call is over. Thank you.",
    },
    "es": {
        "handed": ", de parte de {by}",
        "call_1": "Una llamada de emergencia",
        "call_2": "Una llamada urgente",
        "call": "Una llamada",
        "whisper": "{name}. {call}, gravedad {severity}, en la línea {line}{handed}. "
        "Oprima cualquier tecla para tomarla.",
        "sms": "mensaje de texto",
        "email": "correo",
        "waits": "{name}. Espera un {what} de emergencia, gravedad {severity}.",
        "they_write": "Escriben:",
        "no_words": "No tiene palabras.",
        "incident": "Es el incidente {no}.",
        "take_it_over": "Oprima cualquier tecla para hacerse cargo.",
        "taken_over": "Queda a su cargo.",
        "by_mail": "Escribieron por correo. Inicie sesión y responda.",
        "from": "Escribieron desde: {number}.",
        "call_now": "Llame ahora.",
        "not_called": "No llamamos a ese número: inicie sesión y responda.",
        "unread": "Su número no se puede leer ahora. Inicie sesión: está en el incidente.",
        "again": "Otra vez: {number}.",
        "alarm": "Si en {span} nadie lo atiende, la alarma empieza otra vez. Adiós.",
        "asks_help": "{name}. Un agente en una llamada difícil pide ayuda.",
        "see_to_it": "Oprima cualquier tecla si usted se encarga.",
        "help_taken": "{agent} ya sabe que usted se encarga. Inicie sesión o llámele. Adiós.",
        "has_it": "Alguien ya lo atiende. Gracias.",
        "not_told": "Ya no se avisa por teléfono. Para atenderlo, inicie sesión.",
        "failed": "Espera un mensaje de emergencia. Ahora no podemos decir más: inicie sesión.",
        "taken": "Alguien ya tomó esta llamada. Gracias.",
        "hung_up": "La persona que llamó ya colgó. Gracias.",
        "over": "Esta llamada terminó. Gracias.",
    },
}


def told(key: str, language: str, **values: object) -> str:
    """One sentence with its values."""
    return CALLED[language][key].format(**values)
