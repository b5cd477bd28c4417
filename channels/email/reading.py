"""The work of the reading process: one mail's bytes into a letter (letter.py). Pure computation."""

from __future__ import annotations

import re

from channels.email import automatic, bounces, parse, quotes, scan
from channels.email.charsets import clean
from channels.email.letter import Answer, Kind, Letter, Question, Unparsable
from router.core.text import fold
from router.core.triage import spoken

COUNTS = 4_000
"""Letters of a text that triage reads as they are."""


def work(question: Question, raw: bytes) -> Answer:
    """Does the work that is asked for. Answers with the reason if the mail cannot be read."""
    if question.work == "unseen":
        unseen = quotes.unseen(question.text, question.known)
        return Answer(text=what_counts(unseen, question.patterns))
    if question.work == "folds":
        return Answer(folds=quotes.folds_of(question.text))
    if question.work == "scan":
        return Answer(letter=scan.letter_of(scan.scan(raw)))
    try:
        return Answer(letter=letter(raw, question))
    except Unparsable as error:
        return Answer(refused=str(error))
    except RecursionError:
        return Answer(refused="its structure is broken")


def what_counts(text: str, patterns: tuple[str, ...]) -> str:
    """The beginning of a text, followed by any later words that triage looks for: the worker need
    not search a book while somebody talks."""
    counts = COUNTS
    if len(fold(text[:counts])) > 2 * counts:  # one letter of some scripts stands for a sentence
        counts = COUNTS // 20
    if len(text) <= counts:
        return text
    folded = spoken(text[counts:])
    hits = []
    for pattern in patterns:
        hit = re.search(pattern, folded)
        if hit:
            hits.append(folded[max(0, hit.start() - 1) : hit.end() + 1][:200])
    return "\n".join([text[:counts], *hits])


def letter(raw: bytes, question: Question) -> Letter:
    """
    Raises:
        Unparsable: it has no headers, or is larger or deeper than the limits.
    """
    mail = parse.read(raw)
    kind = automatic.kind_of(mail, question.envelope_from)
    report = None
    own_id = re.compile(question.own_id or rb"(?!)")
    null = automatic.null_path(mail, question.envelope_from)
    if bounces.may_be(mail, null) and bounces.quotes_ours(mail, raw, own_id):
        kind = Kind.BOUNCE
    if kind is Kind.BOUNCE:
        report = bounces.report_of(mail, raw, own_id, question.ours)
    return Letter(
        subject=mail.subject,
        text=mail.shown,
        words=clean(scan.both_ends(mail.text)),
        html=mail.html,
        folds=quotes.folds_of(mail.body),
        kind=kind,
        from_=mail.from_[:5],
        reply_to=automatic.reply_to(mail)[:5],
        recipients=mail.recipients[:100],
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to[:50],
        references=mail.references[-200:],
        shared=automatic.shared(mail, question.ours),
        answerable=automatic.answerable(mail, kind, question.envelope_from),
        report=report,
    )
