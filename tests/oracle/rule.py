"""Who may take what, who is best, and the one sentence: brute force over all pairs."""

from __future__ import annotations

from tests.oracle.people import MOST, UNITS, Agent, Contact, Offer, Rung, Times


class Rule:
    """A centre at one moment. No index: every question looks at everything."""

    def __init__(self, times: Times, reserve: int = 0, *, on_call: bool = False) -> None:
        """`on_call`: there are numbers on call, to which a text may be told."""
        self.times = times
        self.on_call = on_call
        self.reserve = reserve
        self.now = 0
        self.contacts: dict[str, Contact] = {}
        self.agents: dict[str, Agent] = {}

    # What is in hand --------------------------------------------------------------------------

    def mine(self, a: Agent) -> list[Contact]:
        """All that is bound to him, parked texts and a frozen wrap-up too."""
        own = [a.handed] if a.handed else []
        return own + [
            c
            for c in self.contacts.values()
            if c.agent == a.id
            and (c.state in ("connecting", "dialing", "active", "wrapup") or c.parked_for == "call")
        ]

    def in_hand(self, a: Agent) -> list[Contact]:
        """What takes units: neither parked nor frozen; the call, too, into which he was asked."""
        own = [c for c in self.mine(a) if c.state != "parked" and c.frozen_ms is None]
        other = self.beside(a)
        return own if other is None else [*own, other]

    def beside(self, a: Agent) -> Contact | None:
        """The call that he is in because a colleague asked him."""
        for c in self.contacts.values():
            if c.colleague is not None and c.colleague.there and c.colleague.id == a.id:
                return c
        return None

    def rings(self, a: Agent) -> Contact | None:
        for c in self.contacts.values():
            if c.offer is not None and a.id in c.offer.since:
                return c
        return None

    # Ladder -----------------------------------------------------------------------------------

    def ladder_time(self, c: Contact) -> int:
        running = 0 if c.ladder_from is None else self.now - c.ladder_from
        return c.ladder_ms + running

    def step(self, c: Contact) -> int:
        """Index of the step whose span holds the ladder time now."""
        left = self.ladder_time(c)
        for index, rung in enumerate(c.ladder):
            if rung.span is None or left < rung.span:
                return index
            left -= rung.span
        return len(c.ladder) - 1

    def rung(self, c: Contact) -> Rung:
        return c.ladder[c.at_step]

    # Room and cost ----------------------------------------------------------------------------

    def room(
        self, c: Contact, a: Agent, *, by_name: bool = False, ringing: bool = True
    ) -> tuple[int, int] | None:
        """(cost, displaces) whatever his skills; None = he cannot take it. by_name: a person gives
        it to him. ringing: what rings at his desk has to give way."""
        if not a.in_tiers(c.tier):
            return None
        if c.voice and not a.sound:
            return None
        other = self.rings(a) if ringing else None
        if other is not None and not self.gives_way(other, c):
            return None
        displaces = int(other is not None)
        hand = self.in_hand(a)
        if not a.available:
            asked = self._stands_by(c, a, hand) if c.tier else self._at_desk(c, a)
            if not (self.rung(c).supervisors and asked):
                return None
            if not c.voice and not self.has_room(c, hand):
                return None
            return 5, displaces
        if not hand:
            return 0, displaces
        if any(w.voice and w.state != "wrapup" for w in hand):
            return None
        if any(w.state == "wrapup" for w in hand):
            frozen = any(w.frozen_ms is not None for w in self.mine(a))
            return (4, displaces) if c.voice and c.severity == 1 and not frozen else None
        if c.voice:
            if all(c.tier == 0 or w.tier > c.tier for w in hand):
                return 3 if any(w.channel == "sms" for w in hand) else 2, displaces
            return None
        if c.severity > 2 and not by_name and any(w.severity == 1 for w in hand):
            return None
        return (1, displaces) if self.has_room(c, hand) else None

    def has_room(self, c: Contact, hand: list[Contact]) -> bool:
        same = sum(w.channel == c.channel for w in hand)
        used = sum(UNITS[w.channel] for w in hand)
        return same < MOST[c.channel] and used + UNITS[c.channel] <= 100

    def gives_way(self, other: Contact, c: Contact) -> bool:
        """The ring of a text to any worse call, that of an S1 text to an S1 caller; that of a
        text to an S1 text."""
        if not c.voice:
            return c.severity == 1 and other.tier > c.tier and not other.voice
        caller_in_danger = c.severity == 1 and not c.uncalled
        return other.tier > c.tier or (caller_in_danger and not other.voice)

    def _stands_by(self, c: Contact, a: Agent, hand: list[Contact]) -> bool:
        """A supervisor on duty, in the steps that are for him, although he is not ready."""
        return (
            a.supervisor
            and not a.ready
            and a.presence == "online"
            and a.sound
            and not a.stood_down
            and a.testing is None
            and not hand
        )

    def _at_desk(self, c: Contact, a: Agent) -> bool:
        """Paused there, and he may be asked for an S1: not for one that he missed twice."""
        return (
            not a.ready
            and a.presence == "online"
            and a.sound
            and not any(w.voice for w in self.mine(a))
            and self.beside(a) is None
            and a.reason not in self.times.quiet
            and c.refusals[a.id] < 2
        )

    def nobody_here(self, c: Contact) -> bool:
        """Nobody on duty answers, and nobody else who may be asked has not been in this pass."""
        for a in self.agents.values():
            given_up = c.severity == 1 and c.refusals[a.id] >= 2
            if not a.in_tiers(c.tier) or given_up:
                continue
            if c.only and c.severity > 1 and (a.id not in c.only or a.id in c.passed_over):
                continue
            if a.there:
                return False
            asked = self._stands_by(c, a, self.in_hand(a)) or (c.tier == 0 and self._at_desk(c, a))
            if asked and self.rings(a) is None and a.id not in c.passed_over:
                return False
        return True

    def reserve_allows(self, c: Contact, a: Agent) -> bool:
        if not c.voice or c.tier == 0 or self.reserve == 0:
            return True
        left = [
            b
            for b in self.agents.values()
            if b.id != a.id
            and b.available
            and b.sound
            and b.floor == 0
            and not self.in_hand(b)
            and self.rings(b) is None
        ]
        return len(left) >= self.reserve

    # May --------------------------------------------------------------------------------------

    def cooling(self, c: Contact, a: Agent) -> bool:
        """Until its deadline has fired, as all that blocks for a time."""
        return a.id in c.cooling

    def could(self, c: Contact, a: Agent) -> bool:
        """He may take it now, his being out left aside."""
        return (
            a.presence == "online"
            and c.sticky_for in (None, a.id)
            and (a.id in c.only or a.meets(self.rung(c).needs))
            and not self.cooling(c, a)
            and self.room(c, a) is not None
            and self.reserve_allows(c, a)
        )

    def is_for_all(self, c: Contact, *, with_out: bool = False) -> bool:
        """A restricted one is for people who are not on its list, too: an S1 that nobody on it who
        is ready can take. with_out: who is out counts."""
        if c.severity > 1:
            return False
        if c.offer is not None and not c.offer.everybody and c.only & set(c.offer.since):
            return False
        return not any(
            self.could(c, b) and b.available and (with_out or b.id not in c.passed_over)
            for b in self.agents.values()
            if b.id in c.only
        )

    def may(self, c: Contact, a: Agent) -> bool:
        stranger = bool(c.only) and a.id not in c.only
        if stranger and not self.is_for_all(c):
            return False
        if not self.could(c, a):
            return False
        if a.id not in c.passed_over:
            return True
        for_all = not c.only or self.is_for_all(c)
        others = [
            b
            for b in self.agents.values()
            if b.id != a.id and b.id not in c.passed_over and (for_all or b.id in c.only)
        ]
        if any(self.could(c, b) for b in others):
            return False
        if stranger and not self.is_for_all(c, with_out=True):
            return False
        needs = self.rung(c).needs
        return c.severity == 1 or not any(
            b.there and (bool(c.only) or b.meets(needs)) and b.in_tiers(c.tier) for b in others
        )

    def best(self, c: Contact) -> list[Agent]:
        """All who may take it, the best first."""
        needs = self.rung(c).needs

        def order(a: Agent) -> tuple[bool, bool, int, int, int, int, int, int, str]:
            room = self.room(c, a)
            assert room is not None
            lacks = sum(level == 0 and skill not in a.skills for skill, level in needs.items())
            surplus = sum(a.skills.get(one, 0) - level for one, level in needs.items() if level)
            others = sum(skill not in needs for skill in a.skills)
            last = room[0] == 5 and c.tier == 0
            near = (0, 0, 0) if a.id in c.only else (lacks, surplus, others)
            return (last, last or a.id != c.named, *room, *near, a.idle_since, a.id)

        found = sorted((a for a in self.agents.values() if self.may(c, a)), key=order)
        ready = [a for a in found if a.available]
        return ready if ready and c.tier == 0 else found

    def goes_on(self, c: Contact) -> bool:
        """An S1 that nobody ready may take, whatever it needs, goes to the paused round at once."""
        if c.state != "queued" or c.tier > 0 or c.uncalled or self.rung(c).supervisors:
            return False
        last = next((i for i, rung in enumerate(c.ladder) if rung.supervisors), None)
        if last is None or any(
            a.available and not self.cooling(c, a) and self.room(c, a) is not None
            for a in self.agents.values()
        ):
            return False
        c.ladder_ms = sum(rung.span or 0 for rung in c.ladder[:last])
        c.ladder_from, c.at_step = self.now, last
        self.back_in_line(c)
        return True

    def ask_less(self, c: Contact) -> None:
        """Of what is asked for, what nobody on duty has only ranks from now on: the last first."""
        if not c.stands or c.sticky_for is not None:
            return
        there = [a for a in self.agents.values() if a.there and a.in_tiers(c.tier)]
        while (rung := self.rung(c)).asked and not any(a.meets(rung.needs) for a in there):
            gone = rung.asked[-1]
            c.ladder = [one.without(gone) for one in c.ladder]

    # The one sentence -------------------------------------------------------------------------

    def match(self) -> None:
        """The lowest that somebody may take goes to the best; again, until no pair is left."""
        for c in self.contacts.values():
            self.ask_less(c)
        while True:
            for c in sorted(self.contacts.values(), key=self.turn):
                if c.stands and (takers := self.best(c)):
                    everybody = c.tier == 0 and not takers[0].available
                    many = len(takers) if everybody else self.round_size(c)
                    fills = c.round > 0 or everybody
                    self.ring(c, takers[:many], up_to=many if fills else 1, everybody=everybody)
                    break
                if (missing := self.missing(c)) and (takers := self.joiners(c)):
                    self.ring(c, takers[:missing], new=False)
                    break
            else:
                gone_on = [c for c in self.contacts.values() if self.goes_on(c)]
                if not gone_on:
                    return

    def round_size(self, c: Contact) -> int:
        """How many a new round may ring at."""
        if c.severity != 1:
            return 1
        return self.times.s1_round if c.round > 0 else self.times.s1_first

    def turn(self, c: Contact) -> tuple[int, tuple[int, int, str]]:
        """An S1 that rings for nobody, an S1 round that rings for fewer than three, the others."""
        urgency = 1 if self.missing(c) else 0 if c.tier == 0 else 2
        return (urgency, c.place)

    def missing(self, c: Contact) -> int:
        """How many more an S1 round may ring at; never the first round, never a promised call."""
        if c.offer is None or c.severity != 1 or c.uncalled:
            return 0
        if c.offer.everybody:
            return len(self.agents)
        return max(0, c.offer.up_to - len(c.offer.since))

    def joiners(self, c: Contact) -> list[Agent]:
        """Who may be rung beside those whom it rings at; the paused only in the round for all."""
        assert c.offer is not None
        found = [a for a in self.best(c) if a.id not in c.passed_over]
        return [a for a in found if a.available or c.tier > 0 or c.offer.everybody]

    def ring(
        self,
        c: Contact,
        takers: list[Agent],
        *,
        new: bool = True,
        up_to: int = 1,
        everybody: bool = False,
    ) -> None:
        """Rings at all of them under one deadline; `new` = not a top-up."""
        for a in takers:
            other = self.rings(a)
            if other is not None:
                self.unring(other, a)
        if any(a.id in c.passed_over for a in takers):
            c.passed_over.clear()
            c.rounds += 1
        if new:
            span = self.times.ring_text
            if c.voice:
                span = self.times.ring_s1 if c.severity == 1 else self.times.ring_voice
            if everybody:
                span = self.times.ring_paused
            c.offer = Offer({}, self.now + span, up_to, everybody)
            c.state = "offered" if c.state == "queued" else c.state
            c.round += 1
        assert c.offer is not None
        for a in takers:
            c.offer.since[a.id] = self.now

    def unring(self, c: Contact, a: Agent, *, top_up: bool = False) -> None:
        """Takes the offer away from one; from the last: back at its place."""
        assert c.offer is not None
        del c.offer.since[a.id]
        if top_up and c.severity == 1:
            for b in self.joiners(c)[:1]:
                self.ring(c, [b], new=False)
        if not c.offer.since:
            self.rings_no_more(c)

    def rings_no_more(self, c: Contact) -> None:
        """Back at its place, or elsewhere with the carrier as before."""
        if self.laid_down(c):
            self.back_in_line(c)

    def laid_down(self, c: Contact) -> bool:
        """Its offer is over; whether it waits in line from now on."""
        c.offer = None
        was = c.state == "offered"
        if was:
            c.state = "queued"
        return was

    def back_in_line(self, c: Contact) -> None:
        """Perhaps it was the last who could be asked (telephones.py)."""
        raise NotImplementedError
