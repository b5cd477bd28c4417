"""Letters of other scripts without a charset are read; Western ones stay as they were."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.charsets import decode
from channels.email.scripts import codec_of
from tests.email.conftest import Room

JAPANESE = (
    "犬が息をしていません。助けてください。",
    "猫が逃げました",
    "Hello, 犬がぐったりしています。Please call.",
    "チョコレートを食べてしまいました",
)
CHINESE = ("我的狗不呼吸了，请帮帮我。", "猫跑了", "昨天保姆照顾它，它吃了巧克力，现在发抖")
TAIWAN = ("我的狗不呼吸了，請幫幫我。", "保姆照顧我的狗時，牠吃了巧克力")
KOREAN = ("개가 숨을 쉬지 않아요. 도와주세요.", "고양이가 도망갔어요")
RUSSIAN = ("Собака не дышит, помогите!", "Кошка убежала", "Привет! Call me: собака ранена, кровь")
OTHERS = {
    "cp1253": "Ο σκύλος μου δεν αναπνέει, βοήθεια",
    "cp1255": "הכלב שלי לא נושם, בבקשה תתקשרו",
    "cp1256": "الكلب لا يتنفس، من فضلك اتصل بي الآن",
    "cp874": "สุนัขไม่หายใจ ช่วยด้วย กรุณาโทรกลับ",
    "cp1251": "Собака не дихає, допоможіть",
}
WESTERN = (
    "El perro no está respirando, señora; mañana la niña irá al médico.",
    "Der Hund atmet nicht, schöne Grüße Jürgen Müller",
    "“My dog’s leg is bleeding” – please… call",
    "Le chien a mangé du chocolat, ça urge à l’hôpital, cœur",
    "£500 for the vet, 20°C",
    "¡¡¡¡ayuda!!!! ¿¿¿¿dónde está????",
    "“““““he says””””” it’s fine",
)
WRITTEN = [
    *((text, codec) for text in JAPANESE for codec in ("cp932", "euc_jp", "iso2022_jp")),
    *((text, "gb18030") for text in CHINESE),
    *((text, "big5") for text in TAIWAN),
    *((text, "cp949") for text in KOREAN),
    *((text, codec) for text in RUSSIAN for codec in ("koi8_r", "cp1251")),
    *((text, codec) for codec, text in OTHERS.items()),
]


@pytest.mark.parametrize(("text", "codec"), WRITTEN)
@pytest.mark.parametrize("declared", [None, "us-ascii", "x-unknown-set"])
def test_a_body_without_its_charset_is_read(text: str, codec: str, declared: str | None) -> None:
    assert decode(text.encode(codec), declared) == text


@pytest.mark.parametrize("text", WESTERN)
@pytest.mark.parametrize("times", [1, 20])
def test_western_letters_are_not_looked_at(text: str, times: int) -> None:
    raw = "\n".join([text] * times).encode("cp1252")
    assert codec_of(raw) is None
    assert decode(raw) == "\n".join([text] * times)


def test_a_sample_that_ends_within_a_letter_is_read() -> None:
    text = "犬が息をしていません。助けてください。" * 1_000
    for cut in (0, 1):
        raw = b" " * cut + text.encode("cp932")
        assert decode(raw) == " " * cut + text


@given(st.binary(max_size=600))
def test_no_bytes_break_it(raw: bytes) -> None:
    codec_of(raw)
    decode(raw).encode()


def test_four_million_odd_bytes_take_no_longer() -> None:
    raw = bytes(range(0x80, 0x100)) * 32_768
    began = time.process_time()
    decode(raw)
    assert time.process_time() - began < 1


async def test_a_mail_in_shift_jis_is_shown_and_its_subject_too(room: Room) -> None:
    head = b"From: a@example.com\r\nTo: help@holdfast.test\r\nSubject: "
    raw = head + "犬が倒れました".encode("cp932") + b"\r\n\r\n" + JAPANESE[0].encode("cp932")
    row = await room.mail(await room.receive(raw))
    assert (row.text.strip(), row.subject) == (JAPANESE[0], "犬が倒れました")
