"""Words of texts that mean something as a whole."""

from __future__ import annotations

import pytest

from channels.sms.words import Word, meaning


@pytest.mark.parametrize(
    "body",
    ["HELP", "help", "Help!", "help?", "HELP🆘", "🆘", "🆘🆘🆘", "S.O.S.", "s o s", "SOS!!!",
     "sos 🙏", "HELP HELP HELP", "help, help!", "ＨＥＬＰ", "h-e-l-p", "heeelp", "HELPPPP",
     "*help*", "“help”", "help me", "Help me!!", "please help", "help us", "Ayuda", "¡AYUDA!",
     "ayúdame", "¡Ayúdenme!", "info", "INFO.", "\u200bhelp\u200b", " help\n", "❗help❗",
     "…help…", "SOS help"],
)  # fmt: skip
def test_a_cry_for_help_counts_in_any_dress(body: str) -> None:
    assert meaning(body) is Word.HELP
    assert meaning(body, "STOP") is Word.HELP  # whatever the account calls it


@pytest.mark.parametrize(
    "body",
    ["I need no help with this", "helpful", "thanks for the help you gave me", "sosta", 
     "info@x.test",     "Stop the bleeding", "", "🙏", "👍👍", "?", "helper", "information"],
)  # fmt: skip
def test_other_words_are_for_triage(body: str) -> None:
    assert meaning(body) is None


@pytest.mark.parametrize(
    ("body", "said", "word"),
    [
        ("STOP", None, Word.OUT), ("stop.", None, Word.OUT), ("Opt  out", None, Word.OUT),
        ("START", None, Word.BACK_IN), ("yes", None, Word.BACK_IN),
        ("BASTA", "STOP", Word.OUT), ("otra vez", "START", Word.BACK_IN), 
        ("¿qué?", "HELP", Word.HELP),
        ("NEMO", "stop", Word.OUT), ("STOP", "START", Word.BACK_IN),  # the account's word counts
        ("yes", "", Word.BACK_IN), ("hello", "SOMETHING NEW", None), ("stop the dog", None, None),
    ],
)  # fmt: skip
def test_the_account_says_what_its_own_words_mean(
    body: str, said: str | None, word: Word | None
) -> None:
    assert meaning(body, said) is word
