"""Which parts make which process."""

from __future__ import annotations

from holdfast.parts import (
    Builder,
    House,
    Part,
    accounts,
    callbacks,
    carrier,
    configuration,
    demo,
    desk,
    hooks,
    index,
    intake,
    leaving,
    recorder,
    screens,
    site,
    sound,
    spool,
    texts,
    timers,
    voice,
    voicemail,
)
from holdfast.roles import Role

PARTS: dict[Role, tuple[Builder, ...]] = {
    Role.ALL: (
        carrier.part,
        recorder.part,
        spool.part,
        intake.part,
        screens.part,
        sound.part,
        callbacks.part,
        voicemail.part,
        voice.part,
        texts.part,
        accounts.part,
        leaving.part,
        hooks.part,
        desk.part,
        index.part,
        configuration.part,
        site.part,
        demo.part,
    ),
    Role.ROUTER: (recorder.part, timers.part, configuration.part),
}
"""In the order in which they are built: a part finds what those before it have left."""


def built(house: House, role: Role) -> list[Part]:
    """The parts of a process of this role."""
    return [build(house) for build in PARTS[role]]
