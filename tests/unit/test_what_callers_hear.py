"""What callers hear: what counts for a line and a language, and every fault of its set-up."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import msgspec
import pytest

from channels.twilio import twiml
from channels.voice.link import VoiceLink
from channels.voice.prompts import Prompts
from holdfast.clips import CallerSounds, ClipFiles, Clips
from holdfast.doctor.examine import clips_read
from holdfast.settings.clip_check import with_clips
from holdfast.settings.environment import default_config_path, gather, load_config, static_dir
from holdfast.settings.faults import Fault, SettingsError
from router.core.config import Callers, Config, Line, MenuKey
from router.core.config_faults import faults
from router.core.model import LiveContact
from router.core.said import saying
from router.core.sentences import LANGUAGES, SENTENCES
from softphone import clips

GOOD = load_config(default_config_path())
EMERGENCY, SUPPORT = "emergency", "support"


def line(**fields: Any) -> Line:
    return msgspec.structs.replace(GOOD.lines[0], **fields)


def with_line(**fields: Any) -> Config:
    return msgspec.structs.replace(GOOD, lines=[line(**fields), *GOOD.lines[1:]])


def with_callers(**fields: Any) -> Config:
    return msgspec.structs.replace(GOOD, callers=Callers(**fields))


def test_every_sentence_has_words_in_every_language_or_in_none() -> None:
    for key, sentence in SENTENCES.items():
        assert bool(sentence.en) == bool(sentence.es), key


def test_our_clips_are_all_there() -> None:
    """A sentence with a clip has one in each language, for each value that it varies by."""
    files = ClipFiles(default_config_path(), static_dir())
    for key, sentence in SENTENCES.items():
        for language in LANGUAGES if sentence.clip else ():
            for case in sentence.cases():
                name = sentence.clip.format(language=language, **case)
                assert 0.5 < files.read(name).seconds < 8, (key, name)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (with_line(languages=["en", "fr"]), "lines[0].languages: no language 'fr'; known: en, es"),
        (with_line(languages=[]), "lines[0].languages: needs at least one of en, es"),
        (with_line(languages=["en", "en"]), "lines[0].languages: one of them stands there twice"),
        (with_callers(voices={"fr": "x"}), "callers.voices.fr: no language 'fr'; known: en, es"),
        (
            with_callers(voices={"es": "Lupe (neural)"}),
            "callers.voices.es: 'Lupe (neural)' is no voice such as 'Polly.Lupe-Neural'",
        ),
        (
            with_line(words={"en": {"greeting": "Hello."}}),
            "lines[0].words.es.greeting: missing: it has words in 'en', and 'emergency' speaks"
            " both; write the same there",
        ),
        (
            with_callers(words={"en": {"notice": "This call is recorded."}}),
            "callers.words.es.notice: missing: it has words in 'en', and 'emergency' speaks both;"
            " write the same there",
        ),
        (
            with_line(languages=["en"], words={"en": {"hello": "Hello."}}),
            "lines[0].words.en.hello: no such sentence; known: " + ", ".join(SENTENCES),
        ),
        (
            with_line(languages=["en"], words={"en": {"called_back": " "}}),
            "lines[0].words.en.called_back: empty: a caller would not know what happens; leave it"
            " out for our words",
        ),
        (
            with_line(languages=["en"], words={"en": {"greeting": "x" * 401}}),
            "lines[0].words.en.greeting: 401 characters; 400 at most, or callers wait for its end",
        ),
        (
            with_line(languages=["en"], words={"en": {"greeting": "You are {number}."}}),
            "lines[0].words.en.greeting: only {name}, {line} may be in braces",
        ),
        (
            with_line(languages=["en"], words={"en": {"greeting": "Hello {name"}}),
            "lines[0].words.en.greeting: a brace is not closed; only {name}, {line} may be in"
            " braces",
        ),
        (
            with_line(languages=["en"], words={"en": {"greeting": "{name.__class__}"}}),
            "lines[0].words.en.greeting: only {name}, {line} may be in braces",
        ),
        (
            with_line(languages=["en"], words={"en": {"position": "You are in line."}}),
            "lines[0].words.en.position: {place} is missing: callers would not hear it",
        ),
        (
            with_callers(clips={"en": {"opens": "opens.wav"}}),
            "callers.clips.en.opens: cannot be a clip, because {opens} is always another; write"
            " words",
        ),
        (
            with_callers(clips={"en": {"position": "place.wav"}}),
            "callers.clips.en.position: needs {place} in its name, a file for each, such as"
            " 'it-{place}.wav'",
        ),
        (
            with_callers(clips={"en": {"greeting": "../secret.wav"}}),
            "callers.clips.en.greeting: '../secret.wav' is not the name of a clip beside this file,"
            " such as 'hello.wav'",
        ),
        (with_callers(music="/etc/x.wav"), "callers.music: '/etc/x.wav' is not the name of a clip"),
        (
            with_line(severity=3, menu={"1": MenuKey(severity=2, queue="urgent", word="x")},
                      languages=["es"]),
            "lines[0].words.es.menu: missing: this line has a menu, and nobody would hear its keys;"
            " write which key is for what",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_key_and_what_to_do(config: Config, told: str) -> None:
    assert [it for it in faults(config) if it == told], faults(config)


def test_a_language_of_a_queue_is_one_that_we_speak() -> None:
    queue = msgspec.structs.replace(GOOD.queues["espanol"], language="fr")
    found = faults(msgspec.structs.replace(GOOD, queues={**GOOD.queues, "espanol": queue}))
    assert found == ["queues.espanol.language: no language 'fr'; known: en, es"]


def wav(path: Path, seconds: float, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\x10\x00" * int(seconds * rate) * channels)
    return path


def centre_file(folder: Path, more: str) -> Path:
    path = folder / "centre.toml"
    text = default_config_path().read_text()
    path.write_text(text.replace("[[lines]]", f"{more}\n[[lines]]", 1))
    return path


@pytest.mark.parametrize(
    ("clip", "told"),
    [
        ("hello.wav", "{} cannot be read (No such file or directory)."),
        ("hello", "none of ours is called 'hello'; a file of yours ends in .wav."),
        ("long.wav", "long.wav lasts 31 s; 30 s at most."),
        ("stereo.wav", "stereo.wav: use one channel (mono)."),
        ("fast.wav", "fast.wav: use a rate of 8000 Hz."),
        ("words.wav", "words.wav: not a WAV file."),
    ],
)
def test_a_clip_that_cannot_be_played_is_told_before_anybody_calls(
    tmp_path: Path, clip: str, told: str
) -> None:
    wav(tmp_path / "long.wav", 31)
    wav(tmp_path / "stereo.wav", 1, channels=2)
    wav(tmp_path / "fast.wav", 1, rate=16000)
    (tmp_path / "words.wav").write_text("no sound")
    path = centre_file(tmp_path, f'[callers.clips.en]\ngreeting = "{clip}"')
    (fault,) = refused(path)
    assert fault.where == f"{path}: callers.clips.en.greeting"
    assert fault.what == told.format(tmp_path / clip)


def test_doctor_names_a_clip_that_cannot_be_played(tmp_path: Path) -> None:
    path = centre_file(tmp_path, '[callers.clips.en]\ngreeting = "hello.wav"')
    settings, _ = gather(demo=True, environment={"HOLDFAST_CONFIG": str(path)})
    (found,) = clips_read(settings)
    assert found.check == "clips"
    assert "callers.clips.en.greeting" in str(found)
    wav(tmp_path / "hello.wav", 1)
    assert clips_read(settings) == []


def test_a_missing_clip_and_an_unknown_language_are_told_together(tmp_path: Path) -> None:
    """Whoever mends one and reads the file again is not told of the next."""
    path = centre_file(
        tmp_path,
        '[callers.clips.en]\ngreeting = "gone.wav"\nnobody = "{who}.wav"\n'
        '[callers.clips.xx]\ngreeting = "hello.wav"\n',
    )
    told = "\n".join(str(it) for it in refused(path))
    for key in ("clips.en.greeting", "clips.en.nobody", "clips.xx"):
        assert f"callers.{key}" in told
    assert "gone.wav cannot be read" in told


def test_music_may_last_longer_but_not_so_long_that_nobody_hears_their_place(
    tmp_path: Path,
) -> None:
    path = centre_file(tmp_path, '[callers]\nmusic = "tune.wav"')
    wav(tmp_path / "tune.wav", 60)
    assert refused(path) == ()
    wav(tmp_path / "tune.wav", 61)
    assert [it.what for it in refused(path)] == ["tune.wav lasts 61 s; 60 s at most."]


def refused(path: Path) -> tuple[Fault, ...]:
    try:
        with_clips(ClipFiles(path, static_dir()), load_config)(path)
    except SettingsError as error:
        return error.faults
    return ()


def clips_for(path: Path) -> tuple[Clips, Config]:
    config = load_config(path)
    found = Clips(ClipFiles(path, static_dir()))
    found.load(config)
    return found, config


def caller(queue: str, **state: Any) -> LiveContact:
    return msgspec.convert(
        {"id": "c", "channel": "voice", "line": SUPPORT, "queue": queue, "state": "queued",
         "severity": 3, "arrived_at": 0, "score": 0, **state},
        LiveContact,
    )  # fmt: skip


def document(prompts: Prompts, turn: int, queue: str, **state: Any) -> str:
    link = VoiceLink("https://x.test", b"k", prompts, lambda: "*")
    live = caller(queue, **state)
    return link.twiml_for(live, stream=False, place=2, turn=turn, now_ms=0, wait_ms=200_000)


def spoken(found: str) -> list[str]:
    """What a document plays and says, in order."""
    from channels.sandbox.document import read

    heard: list[str] = []
    for verb in read(found):
        for part in (verb, *verb.children):
            if part.name == "Play":
                heard.append(part.text.rpartition("/")[2].removesuffix(".wav"))
            elif part.name == "Say":
                heard.append(f"{part.attrs['language']}: {part.text}")
    return heard


WAYS = {
    ("general", 2): ["position-en-2", "wait-en-4", "position-es-2", "wait-es-4"],
    ("claims", 2): ["position-en-2", "wait-en-4"],
    ("espanol", 2): ["position-es-2", "wait-es-4"],
    ("espanol", 1): ["please-hold-es"],
}


@pytest.mark.parametrize(("queue", "turn"), list(WAYS))
def test_a_caller_hears_the_language_of_their_queue_or_all_of_their_line(
    queue: str, turn: int
) -> None:
    found, config = clips_for(default_config_path())
    prompts = Prompts(lambda: config, "https://x.test", found.path)
    heard = spoken(document(prompts, turn, queue, no_call=True))
    assert heard == [*WAYS[queue, turn], "hold"]


@pytest.mark.parametrize(
    ("queue", "language", "voices"),
    [
        ("general", None, ["en-US", "es-US"]),
        ("general", "es", ["es-US"]),
        ("claims", "es", ["en-US"]),
    ],
)
def test_whom_we_call_hears_what_they_are_known_to_speak_and_else_every_language(
    queue: str, language: str | None, voices: list[str]
) -> None:
    """Whoever was handed to a queue with a language of its own hears that one."""
    found, config = clips_for(default_config_path())
    prompts = Prompts(lambda: config, "https://x.test", found.path)
    live = caller(queue, dir="out", language=language)
    heard = spoken(VoiceLink("https://x.test", b"k", prompts).message(live))
    assert [it.partition(":")[0] for it in heard] == voices
    hold = spoken(document(prompts, 1, queue, dir="out", language=language))
    assert hold == [*(f"please-hold-{it[:2]}" for it in voices), "hold"]


def test_in_the_menu_every_language_of_the_line_is_heard_first_greeting_then_keys() -> None:
    found, config = clips_for(default_config_path())
    prompts = Prompts(lambda: config, "https://x.test", found.path)
    assert spoken(document(prompts, 0, "general", state="in_menu")) == [
        "greeting-en", "greeting-es", "menu-en", "menu-es",
    ]  # fmt: skip


def test_a_key_is_read_out_in_the_language_of_the_sentence() -> None:
    found, config = clips_for(default_config_path())
    prompts = Prompts(lambda: config, "https://x.test", found.path)
    heard = spoken(document(prompts, 2, "espanol"))
    assert "es-US: No tiene que esperar en la línea. Para que le llamemos, oprima asterisco: " \
        "conserva su lugar." in heard  # fmt: skip


def test_the_words_of_a_line_count_before_the_centres_and_its_own_clip_before_both(
    tmp_path: Path,
) -> None:
    wav(tmp_path / "hi.wav", 1)
    centre = '[callers.words.en]\ngreeting = "Centre."\n[callers.words.es]\ngreeting = "Centro."'
    path = centre_file(tmp_path, centre)
    text = path.read_text()
    for old, new in (
        ("\n[lines.words.en]\n", '\n[lines.words.en]\ngreeting = "{line} of {name}."\n'),
        ("\n[lines.words.es]\n", '\n[lines.words.es]\ngreeting = "Apoyo."\n'),
        ("\n[lines.clips.es]\n", '\n[lines.clips.es]\ngreeting = "hi.wav"\n'),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    found, config = clips_for(path)
    prompts = Prompts(lambda: config, "https://x.test", found.path)
    line = saying(config, SUPPORT).say("greeting")
    assert prompts.parts(line) == [
        twiml.Words("Support line of Incident Safety."),
        f"https://x.test{found.path('hi.wav')}",
    ]
    other = saying(config, EMERGENCY).say("greeting")
    assert prompts.parts(other) == [twiml.Words("Centre."), twiml.Words("Centro.", "es-US")]


def test_a_clip_that_breaks_in_the_night_is_played_on_and_after_a_restart_the_words_are_said(
    tmp_path: Path,
) -> None:
    file = wav(tmp_path / "hi.wav", 1)
    path = centre_file(tmp_path, '[callers.clips.en]\ngreeting = "hi.wav"')
    found, config = clips_for(path)
    address = found.path("hi.wav")
    assert address is not None
    kept = found.at(address)
    file.write_text("broken")
    assert found.load(config) is False
    assert (found.path("hi.wav"), found.at(address)) == (address, kept)
    anew, config = clips_for(path)
    prompts = Prompts(lambda: config, "https://x.test", anew.path)
    first = prompts.parts(saying(config, EMERGENCY).say("greeting"))[0]
    assert first == twiml.Words("You have reached the safety line. We are here.")


def test_a_new_recording_under_the_same_name_has_an_address_of_its_own(tmp_path: Path) -> None:
    wav(tmp_path / "hi.wav", 1)
    path = centre_file(tmp_path, '[callers.clips.en]\ngreeting = "hi.wav"')
    found, config = clips_for(path)
    old = found.path("hi.wav")
    wav(tmp_path / "hi.wav", 2)
    assert found.load(config) is True
    assert found.path("hi.wav") != old
    assert old is not None
    assert found.at(old) is not None  # the carrier may still ask for it


def test_whoever_rings_at_a_desk_at_once_hears_who_this_is_in_each_language() -> None:
    found, config = clips_for(default_config_path())
    sounds = CallerSounds(found, lambda: config)
    names = ("greeting-en", "greeting-es", "connecting-en", "connecting-es")
    want = b"".join(clips.load(static_dir() / "audio" / f"{name}.wav") for name in names)
    assert sounds.greeting(EMERGENCY) == want


def test_the_music_is_that_of_the_line(tmp_path: Path) -> None:
    wav(tmp_path / "tune.wav", 1)
    path = centre_file(tmp_path, "")
    path.write_text(
        path.read_text().replace('word = "Support line"', 'word = "S"\nmusic = "tune.wav"')
    )
    found, config = clips_for(path)
    sounds = CallerSounds(found, lambda: config)
    assert sounds.music(SUPPORT, "general") == clips.load(tmp_path / "tune.wav")
    assert sounds.music(EMERGENCY, "emergency") == clips.load(static_dir() / "audio" / "hold.wav")


def test_the_opening_is_told_in_each_language(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from router.core.hours import Opening
    from router.core.opening import Hours

    hours = Hours(zone="UTC", week={"sat": ["08:00-18:00"]})
    queue = msgspec.structs.replace(GOOD.queues["general"], calendar="office")
    config = msgspec.structs.replace(
        GOOD, calendars={"office": hours}, queues={**GOOD.queues, "general": queue}
    )
    now = int(datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp() * 1000)
    assert Opening(config).opens("general", now) == "Saturday 28 November at 8:00"
    assert Opening(config).opens("general", now, "es") == "sábado 28 de noviembre a las 8:00"


def test_words_of_any_length_keep_callers_while_we_restart() -> None:
    """What holds them goes to the carrier inside a request, which takes 4000 characters."""
    long = {"restart": "ñ" * 400, "please_hold": "x" * 400}
    config = with_callers(words={"en": long, "es": long})
    assert faults(config) == []
    link = VoiceLink("https://x.test", b"k", Prompts(lambda: config, "https://x.test"))
    assert len(link.parting(caller("urgent"))) <= twiml.INLINE_LIMIT
