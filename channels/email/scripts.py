"""Which charset bytes without one are of, where nearly all letters are of another script: Japanese,
Chinese, Korean, Cyrillic, Greek, Hebrew, Arabic, Thai. Each codec is tried, and what it gives is
scored by the commonest letters of its language. Western letters are none of its business.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

RUN = 4
"""A run of this many bytes beyond ASCII is rare if the other letters are Western."""
IN_RUNS = 3
"""If fewer than one in this many bytes beyond ASCII is in such a run, the text is taken for
Western."""

_RUNS = re.compile(rb"[\x80-\xff]{%d,}" % RUN)
_CHINESE = frozenset(
    "的一是不了在人有我他中大上和到以要就出可也你生能而子那得下自之年作里用道行所然家事成方多去法如都同"
    "面起看定天分好小部其主理心她本前但因只想日者意力它把十民第公此已工使情明性知全三又正外高由很最重物手"
    "向文政美相被利什二等或新己制身果加西月合回特代信表化老世位次度任常先海通教原提立及比解水名真走各入口"
    "平活更打女四神何安少才反受目太量再感建做接必件管期市直命山金指保至形社便空治司五基眼非白光放即像且完"
    "式色路南品住告求程北死交取格望共清今切叫吃住您狗猫病血急救家"
    "这个们来为国说时会对过后发学现当没动还进样开从实无与长机关点业将两间问头体见产话内给门东声员论处义几"
    "认条气题别变总电数报结务场计资统区书听达强难权设记张该规领导运请谢帮医伤"
    "這個們來為國說時會對過後發學現當沒動還進樣開從實無與長機關點業將兩間問頭體見產話內給門東聲員論處義幾"
    "認條氣題別變總電數報結務場計資統區書聽達強難權設記張該規領導運請謝幫醫傷牠"
)
_KOREAN = frozenset(
    "이다는의에가을고하지로은기사리대어자도한시나인서해정일아제보수그스라전주부과상들동를장구만원면있것적국경"
    "성여으게소었위비우세안조요모니까않습했없오내방관선공실신생개강저말와너무좀제발빨화돼됐되될네습녕감치"
)
_CYRILLIC = frozenset("оеаинтсрвлкмі")
_GREEK = frozenset("αοιετσνηρπκυλςάόίέή")
_HEBREW = frozenset("יוהלאברתשמנ")
_ARABIC = frozenset("اليمنرتبةعدسوفهكأ")
_THAI = frozenset("ารนกอเงมยลวดทสต่้ัีิ")


@dataclass(frozen=True, slots=True)
class Script:
    """codecs: the codecs it is written in; least: the lowest score of its texts. A letter of
    `common` counts one, another of the script (`letters`) `other`, anything else nothing."""

    codecs: tuple[str, ...]
    common: frozenset[str]
    letters: re.Pattern[str]
    least: float
    other: float


_IDEOGRAPHS = "\u4e00-\u9fff"
_KANA = frozenset(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FD))))
SCRIPTS = (
    Script(("cp932", "euc_jp"), _KANA, re.compile(f"[{_IDEOGRAPHS}]"), 0.35, 0.2),
    Script(("gb18030", "big5hkscs"), _CHINESE, re.compile(f"[{_IDEOGRAPHS}]"), 0.3, 0.2),
    Script(("cp949",), _KOREAN, re.compile("[\uac00-\ud7a3]"), 0.4, 0.2),
    Script(("koi8_r", "cp1251"), _CYRILLIC, re.compile("[\u0400-\u0491]"), 0.62, 0.25),
    Script(("cp1253",), _GREEK, re.compile("[\u0386-\u03ce]"), 0.62, 0.25),
    Script(("cp1255",), _HEBREW, re.compile("[\u05d0-\u05ea]"), 0.62, 0.25),
    Script(("cp1256",), _ARABIC, re.compile("[\u0621-\u0652]"), 0.62, 0.25),
    Script(("cp874",), _THAI, re.compile("[\u0e01-\u0e5b]"), 0.62, 0.25),
)
_NO_LETTERS = re.compile(r"[\s\u3000-\u303f\uff01-\uff60«»“”’—–…№]")
_CASE = re.compile("(?<=[\u0430-\u045f\u03ac-\u03ce])[\u0400-\u042f\u0386-\u03ab]")


def codec_of(sample: bytes) -> str | None:
    """The codec for the beginning of a text; None if it is Western or nothing fits well."""
    beyond = sum(byte > 0x7F for byte in sample)
    if sum(map(len, _RUNS.findall(sample))) * IN_RUNS < beyond:
        return None
    best, found = 0.0, None
    for script in SCRIPTS:
        for codec in script.codecs:
            above = _score(sample, codec, script) - script.least
            if above > best:
                best, found = above, codec
    return found


def _score(sample: bytes, codec: str, script: Script) -> float:
    """A score from 0 to 1; only letters beyond ASCII count."""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(sample)  # may end in half a letter
    except UnicodeError:
        return 0.0
    letters = Counter(letter for letter in text if letter > "\x7f")
    wrong = len(
        _CASE.findall(text)
    )  # a capital within a word: koi8-r and cp1251 have each other's case
    common = many = total = 0
    for letter, times in letters.items():
        if _NO_LETTERS.match(letter):
            continue
        total += times
        if letter in script.common or letter.lower() in script.common:
            common += times
        elif script.letters.match(letter):
            many += times
    return (common + many * script.other - wrong) / total if total else 0.0
