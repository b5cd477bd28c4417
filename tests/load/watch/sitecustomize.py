"""On PYTHONPATH of a centre under load: its worker tells the CPU time of its longest callbacks.

The worker then runs on asyncio's own loop, whose handles can be measured; uvloop's cannot. Written
to the file that LOAD_CALLBACKS names, with the process's id behind it.
"""

import os
import sys
import threading
import time

_OUT = os.environ.get("LOAD_CALLBACKS", "")
_KEEP = 10


def _watch() -> None:
    import asyncio

    sys.modules["uvloop"] = None  # type: ignore[assignment]
    run = asyncio.Handle._run
    longest: list[tuple[float, str]] = [(0.0, "")]
    begun = time.monotonic()

    def measured(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            run(handle)
        finally:
            took = time.thread_time() - began
            # Starting (imports, migrations) is not serving.
            if took > longest[-1][0] and time.monotonic() - begun > 5:
                longest.append((took, repr(handle)[:240]))
                longest.sort(reverse=True)
                del longest[_KEEP:]

    def write() -> None:
        while True:
            time.sleep(2)
            with open(f"{_OUT}.{os.getpid()}", "w") as file:
                file.writelines(f"{took * 1000:.1f}\t{what}\n" for took, what in longest)

    asyncio.Handle._run = measured  # type: ignore[method-assign]
    threading.Thread(target=write, daemon=True).start()


if _OUT and "holdfast.processes.worker" in sys.orig_argv:
    _watch()
