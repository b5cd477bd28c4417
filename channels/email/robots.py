"""Addresses that are not one person's: daemons, addresses that nobody reads, forms."""

from __future__ import annotations

import re

DAEMONS = re.compile(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|maildaemon|mdaemon|post_?master|mail[-_.]?delivery"
    r"|bounces?|fml(?:-[a-z]+)?|sysadmin(?=@[^@]{0,60}vzwpix)|microsoftexchange[0-9a-f]{32})(?:[._+-].*)?@"
)
"""Mail systems, which report what became of a mail."""

UNREAD = re.compile(
    r"^(?:.{0,40}[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|no[._-]?responder|noresponda"
    r"|bounces?|notifications?|alerts?|mailer|daemon)(?:[._+-].*)?@|^owner-|-(?:request|bounces?)@"
)
"""Addresses that no person reads."""
FORMS = re.compile(
    r"^(?:(?:web|contact|report)?[._-]?forms?|contact-us|website|wordpress|www-data|apache|nobody"
    r"|formulario|formmail|automailer|autobot)(?:[._+-].*)?@"
)
"""Addresses that write for whoever filled in a form."""


def writes_for_many(address: str) -> bool:
    """Is a different person behind this address each time?"""
    return bool(FORMS.match(address) or UNREAD.search(address))
