"""The process in which mails are read: `python -m channels.email.reading_process`.

It holds no secret and no connection; it reads bytes from its input and answers on its output, one
mail at a time. Whatever a mail does to it (endless work, all memory, a crash), it ends, and a fresh
one is started (readers.py). It ends with its parent, because its input ends.
"""

from __future__ import annotations

import os
import resource
import signal

import msgspec

from channels.email.frames import FRAME, OUT_OF_MEMORY, exactly, write_all
from channels.email.letter import Answer, Question
from channels.email.reading import work

MEMORY = 768 * 1024 * 1024
"""Bytes of address space; the largest accepted mail needs half of it."""

NICE = 5
"""Sound and calls have priority."""


def main() -> None:
    """Reads mails until the input ends, or a mail needs too much memory."""
    try:
        serve()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def serve() -> None:
    """Answers one question after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    told, asked = os.dup(1), os.dup(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    encode, decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Question).decode
    while True:
        head = exactly(asked, FRAME.size)
        if head is None:
            return
        sizes = FRAME.unpack(head)
        asking, raw = exactly(asked, sizes[0]), exactly(asked, sizes[1])
        if asking is None or raw is None:
            return
        question = decode(asking)
        signal.setitimer(signal.ITIMER_PROF, question.limit_s)  # its signal ends the process
        try:
            answer = encode(work(question, raw))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - task root: an answer, not a dead process
            answer = encode(Answer(refused=f"its reading failed: {type(error).__name__}"))
        signal.setitimer(signal.ITIMER_PROF, 0)
        write_all(told, FRAME.pack(len(answer), 0) + answer)


if __name__ == "__main__":
    main()
