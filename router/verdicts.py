"""Triage at the door: line, lists, an open incident, and the second opinion on words."""

from __future__ import annotations

from dataclasses import replace

from router.core.config import Config, Line
from router.core.current import Current
from router.core.model import Grounds
from router.core.severity import Severity
from router.core.triage import Verdict, heard, spoken, triage
from router.records import people
from router.triage.judging import Judge, Judgement
from router.triage.learned import Weights
from router.triage.reading import Reader


def grounds_of(verdict: Verdict) -> Grounds | None:
    """What a contact keeps of a verdict on words; None where none decided."""
    if not verdict.why and verdict.sure is None:
        return None
    return Grounds(list(verdict.why), verdict.sure, verdict.unsure)


def _rule_of(incident: people.IncidentRef) -> str:
    return f"open {incident.word}"


class Verdicts:
    """By the configuration and the weights that count now."""

    def __init__(self, current: Current, weights: Weights) -> None:
        self._current = current
        self._weights = weights
        self._judge: tuple[Config, Reader, Judge] | None = None

    def of(
        self,
        line: Line,
        *,
        incident: people.IncidentRef | None,
        text: str = "",
        severity: Severity | None = None,
        rule: str | None = None,
    ) -> Verdict:
        """Triage of what came, raised by the second opinion on its words and by the channel's own
        judgement where these are worse. An incident lends its severity only while it is open."""
        found = self._judged(text)
        lender = incident if incident is not None and incident.open else None
        verdict = self._of(line, found, lender, text, severity, rule)
        verdict = replace(verdict, said=self._said(found, text, severity))
        if lender is None or verdict.rule != _rule_of(lender):
            return verdict
        alone = self._of(line, found, None, text, severity, rule)
        return replace(verdict, own=alone.severity)

    def _of(
        self,
        line: Line,
        found: Judgement | None,
        incident: people.IncidentRef | None,
        text: str,
        severity: Severity | None,
        rule: str | None,
    ) -> Verdict:
        verdict = triage(
            self._current.value.line_default(line),
            text=text,
            words=self._current.words,
            incident_severity=Severity(incident.severity) if incident else None,
            incident_number=incident.word if incident else None,
            calm=found is not None and found.calm,
        )
        opinion = self._opinion(found) if found else None
        if opinion is not None and opinion.severity < verdict.severity:
            verdict = replace(opinion, queue=opinion.queue or line.queue)
        elif opinion is not None and opinion.unsure and opinion.severity == verdict.severity:
            verdict = replace(opinion, queue=verdict.queue)  # it may be worse: doubt is seen
        if severity is not None and severity < verdict.severity:
            verdict = Verdict(severity, verdict.queue, rule or verdict.rule)
        if found is None:
            return verdict
        mild = verdict.rule in (line.word, incident and _rule_of(incident))
        return self._placed(verdict, found, line, mild=mild)

    def _said(self, found: Judgement | None, text: str, severity: Severity | None) -> Severity:
        calm = found is not None and found.calm
        words = [verdict.severity for verdict in heard(text, self._current.words, calm=calm)]
        opinion = self._opinion(found) if found else None
        own = [opinion.severity] if opinion else []
        return min([severity or Severity.S4, *words, *own])

    def _placed(self, verdict: Verdict, found: Judgement, line: Line, *, mild: bool) -> Verdict:
        """Queue and skills by the words. mild: none raised it, so that words which are surely
        everyday may lower what the line alone says, from S3 to S4."""
        assert self._judge is not None
        severity = verdict.severity
        if (
            self._current.value.triage.everyday_s4
            and verdict.rule == line.word
            and severity is Severity.S3
            and found.everyday
        ):
            severity = Severity.S4
            verdict = Verdict(severity, verdict.queue, f"everyday: “{found.everyday}”")
        if mild and severity >= Severity.S3:
            queue = self._judge[2].place(found, severity) or verdict.queue
            verdict = replace(verdict, queue=queue)
        return replace(verdict, asks=found.needs)

    def _judged(self, text: str) -> Judgement | None:
        """What the model makes of it; None where it is not asked."""
        if not self._current.value.triage.second_opinion or not text.strip():
            return None
        config, reader = self._current.value, self._weights.reader
        if self._judge is None or self._judge[0] is not config or self._judge[1] is not reader:
            self._judge = config, reader, Judge.of(config, reader)
        return self._judge[2].judge(text)

    @staticmethod
    def _opinion(found: Judgement) -> Verdict | None:
        """What it takes for an S1 or S2; None where it sees neither."""
        if found.severity > Severity.S2:
            return None
        if found.by_rule:  # a list of the centre's, which `triage` has read already
            return Verdict(Severity(found.severity), found.queue, found.rule)
        return Verdict(
            Severity(found.severity), found.queue, found.rule, found.why,
            min(99, round(100 * found.confidence)), found.unsure,
        )  # fmt: skip

    def word_patterns(self) -> tuple[str, ...]:
        """What triage looks for in what is `spoken`."""
        return tuple(rule.pattern.pattern for rule in self._current.words)

    def listed(self, text: str) -> frozenset[str]:
        """The words of the centre's lists in it that are S1 or S2 wherever they are said."""
        said = spoken(text)
        return frozenset(
            hit.group(0)
            for rule in self._current.words
            if rule.severity <= Severity.S2
            for hit in rule.pattern.finditer(said)
        )

    def urgent(self, text: str) -> bool:
        """Are there words of the centre in it that are S1 or S2 wherever they are said? Asked of
        mails that nobody wrote: how such a mail is put says nothing, so the model is not asked."""
        return any(it.severity <= Severity.S2 for it in heard(text, self._current.words))
