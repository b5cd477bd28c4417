"""`python -m channels.sandbox`: the carrier as a process of its own."""

from __future__ import annotations

import asyncio
import gc
import sys

gc.disable()  # what is imported stays: no look for rubbish goes through it, now or at the end

from channels.sandbox.app import serve  # noqa: E402
from channels.sandbox.options import read_options  # noqa: E402

gc.freeze()
gc.enable()


def main() -> int:
    """Exit status 0 after SIGTERM; 1 with one line when a port is taken."""
    options = read_options(sys.argv[1:])
    try:
        asyncio.run(serve(options))
    except OSError as error:
        sys.stderr.write(f"sandbox carrier: {error}. Choose other ports with --port, --smtp-port\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
