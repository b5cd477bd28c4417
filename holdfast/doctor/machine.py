"""This machine: data folder, disk, the address and the buffer for media."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.host.data_folder import OTHERS
from holdfast.host.footing import ParentError, writable
from holdfast.settings.checks import LOOPBACK
from router.intake.spool_folder import ASIDE, names_in
from softphone import datagrams, port

MIB = 1024 * 1024
DISK_WARN, DISK_FAIL = 1024 * MIB, 200 * MIB


def data_folder(folder: Path) -> list[Finding]:
    """Can files be written there, and is there room?"""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    found = []
    if there == folder:
        try:
            writable(folder)
            found.append(ok("data folder", f"{folder} can be written"))
            if folder.stat().st_mode & OTHERS:
                what = f"{folder} can be read by others on this machine"
                mend = f"holdfast restricts it at its next start; or run: chmod -R go= {folder}"
                found.append(warn("data folder", what, mend))
        except ParentError:
            what = f"{folder} cannot be written"
            mend = "Give this user the right to write there, or set HOLDFAST_DATA_DIR."
            found.append(fail("data folder", what, mend))
    elif there.is_dir() and os.access(there, os.W_OK):
        found.append(ok("data folder", f"{folder} will be made"))
    else:
        mend = "Give this user the right to write there, or set HOLDFAST_DATA_DIR."
        found.append(fail("data folder", f"{folder} cannot be made", mend))
    found.append(disk(there))
    if there == folder:
        found.append(set_aside(folder))
    return found


def set_aside(folder: Path) -> Finding:
    """Arrivals that the record refused: nobody sees them until a person has looked."""
    try:
        names = names_in(folder / "spool" / ASIDE)
    except OSError as error:
        mend = "Run doctor as the centre's user."
        return unknown("spool", f"{folder / 'spool'} cannot be read: {error.strerror}", mend)
    if not names:
        return ok("spool", "the record has refused nothing")
    what = f"{len(names)} calls, texts or mails could not be recorded and are set aside"
    mend = "holdfast spool list says what they are, why, and what to do."
    return warn("spool", what, mend)


def disk(folder: Path) -> Finding:
    """Room for the record: a full disk loses what callers say."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return unknown("disk", f"{folder}: {error.strerror}")
    said = f"{free // MIB} MiB free at {folder}"
    mend = "Make room, or set HOLDFAST_DATA_DIR to a larger disk."
    if free < DISK_FAIL:
        return fail("disk", said, mend)
    if free < DISK_WARN:
        return warn("disk", said, mend)
    return ok("disk", said)


def media_address(given: str | None, public_url: str) -> Finding:
    """Where browsers send their sound: an address of this machine, or one mapped to it."""
    check = "media address"
    local = urlsplit(public_url).hostname in LOOPBACK
    if given is None:
        if local or not _is_mapped(public_url):
            return ok(check, "each page's sound uses the address that the page was opened at")
        return warn(
            check,
            "the public name leads to an address that is not on this machine",
            "If browsers come from the internet, set HOLDFAST_MEDIA_ADDRESS to the public address "
            "(1:1 NAT, UDP open).",
        )
    address = ipaddress.ip_address(given)
    if address.is_loopback and not local:
        return fail(
            check,
            f"{given} is loopback: only browsers on this machine would hear anything",
            "Set HOLDFAST_MEDIA_ADDRESS to the address at which browsers reach this machine.",
        )
    if not _is_ours(given):
        return warn(
            check,
            f"{given} is not on this machine",
            "This is right if it is mapped here 1:1 with its UDP ports; doctor cannot check that.",
        )
    return ok(check, f"{given} is on this machine")


def sound_buffer() -> Finding:
    """How much sound may wait in the kernel while we do something else."""
    check = "sound buffer"
    if not datagrams.possible():
        return ok(check, "each page has a socket of its own on this system")
    with port.large_socket() as sock:
        given = port.buffer_of(sock)
    said = f"{given // 1024} KiB for the sound of all browsers"
    if given >= port.BUFFER_BYTES:
        return ok(check, said)
    mend = f"As root: sysctl -w net.core.rmem_max={port.BUFFER_BYTES}; keep it in /etc/sysctl.d."
    return warn(check, f"{said}: packets are lost when the machine is busy", mend)


def _is_ours(address: str) -> bool:
    """Whether an interface of this machine has it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _is_mapped(public_url: str) -> bool:
    """Whether the public name leads somewhere else than to this machine's own addresses."""
    try:
        infos = socket.getaddrinfo(urlsplit(public_url).hostname, None, type=socket.SOCK_DGRAM)
    except OSError:
        return False
    return not any(_is_ours(str(info[4][0])) for info in infos)
