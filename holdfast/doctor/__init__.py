"""`holdfast doctor`: checks the whole set-up and prints the fix beside each fault.

One file per group of checks; each check is a small function that gives `Finding`s. Nothing is
changed anywhere, except that the static fallback document is written into the data folder.
"""

from holdfast.doctor.examine import examine
from holdfast.doctor.outcome import Finding, State
from holdfast.doctor.show import show

__all__ = ["Finding", "State", "examine", "show"]
