"""Every topic of the desk: importing this declares all intents."""

from holdfast.desk.agent_media import DeskSound
from holdfast.desk.agent_seen import AgentSeen
from holdfast.desk.beside import BesideAgents
from holdfast.desk.callback_list import CallbackList
from holdfast.desk.callbacks import CallingBack
from holdfast.desk.consult import Consulting
from holdfast.desk.day_lists import DayLists
from holdfast.desk.desk import Desk
from holdfast.desk.dialled import Dialled
from holdfast.desk.explained import Explained
from holdfast.desk.filing import PutRight
from holdfast.desk.first_words import WritingFirst
from holdfast.desk.guidance import GuidanceDesk
from holdfast.desk.hand_offs import HandingOff
from holdfast.desk.help import Helping
from holdfast.desk.incident_life import Ending
from holdfast.desk.incident_search import Finder
from holdfast.desk.intents import INTENTS
from holdfast.desk.machine_message import MachineMessages
from holdfast.desk.next_actions import NextSteps
from holdfast.desk.opened import Incidents
from holdfast.desk.parties import PeopleOf
from holdfast.desk.party_facts import SaidOfPeople
from holdfast.desk.restricting import RestrictingDesk
from holdfast.desk.severities import Severities
from holdfast.desk.snippets import Snippets
from holdfast.desk.sound_checks import SoundChecks
from holdfast.desk.sound_places import SoundPlaces
from holdfast.desk.steering import Steering
from holdfast.desk.summaries import SummaryDesk
from holdfast.desk.transfer import Transfers
from holdfast.desk.writing import Writing

__all__ = [
    "INTENTS",
    "AgentSeen",
    "BesideAgents",
    "CallbackList",
    "CallingBack",
    "Consulting",
    "DayLists",
    "Desk",
    "DeskSound",
    "Dialled",
    "Ending",
    "Explained",
    "Finder",
    "GuidanceDesk",
    "HandingOff",
    "Helping",
    "Incidents",
    "MachineMessages",
    "NextSteps",
    "PeopleOf",
    "PutRight",
    "RestrictingDesk",
    "SaidOfPeople",
    "Severities",
    "Snippets",
    "SoundChecks",
    "SoundPlaces",
    "Steering",
    "SummaryDesk",
    "Transfers",
    "Writing",
    "WritingFirst",
]
