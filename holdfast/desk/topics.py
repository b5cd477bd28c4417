"""Every topic of the desk: where this is imported, all intents are declared."""

from holdfast.desk.desk import Desk
from holdfast.desk.explained import Explained
from holdfast.desk.finder import Finder
from holdfast.desk.intents import INTENTS
from holdfast.desk.opened import Incidents
from holdfast.desk.promised import CallingBack
from holdfast.desk.severities import Severities
from holdfast.desk.sound import DeskSound
from holdfast.desk.talk import Talk
from holdfast.desk.transfer import Transfers
from holdfast.desk.verbs import Verbs
from holdfast.desk.writing import Writing

__all__ = [
    "INTENTS",
    "CallingBack",
    "Desk",
    "DeskSound",
    "Explained",
    "Finder",
    "Incidents",
    "Severities",
    "Talk",
    "Transfers",
    "Verbs",
    "Writing",
]
