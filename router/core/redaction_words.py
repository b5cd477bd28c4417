"""Words that redaction has to know: what is no name, what is a name and a word, ways to write an
address or a number. Folded (text.fold)."""

from __future__ import annotations


def _row(words: str) -> list[str]:
    return words.split()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


GENERIC = _set("""
    mr mrs ms miss dr prof sir madam sr sra don dona senor senora jr the of and de la el los las del
    van von der den da do dos di le du y e clinic vet veterinary vets animal animals hospital
    emergency pet pets dog dogs cat cats care police department dept sheriff office officer station
    insurance insurer company inc llc ltd co press news daily owner sitter walker pro neighbour
    neighbor witness caller customer family mother father sister brother wife husband son daughter
    unknown anonymous restricted unavailable withheld wireless number somebody someone team support
    service services centre center agent person night day lead admin administrator desk front back
    demo test tester manager operator operations trainee shift duty main line first second
    """)
"""Part of a name that names nobody: it is not taken out where it stands alone."""

ALSO_WORDS = _set("""
    may will grace hope faith joy rose mark bill rob pat drew chase art gene frank ernest jack dick
    chip rich guy dean earl king young long little brown black white green grey gray short small
    stone wood woods hill hills rivers lake field fields banks park parks house church bush lily
    daisy iris violet ivy amber ruby pearl crystal summer autumn april june august dawn eve star
    sky sunny storm cash price ward bell ball cook baker driver hunter page pool day knight weeks
    love best good sharp strong swift wise savage moody march monday friday sun moon bird fox wolf
    bear lamb rush case cross west east north south winter spring major judge bishop pope duke
    prince rock reed rain snow frost penny dot carol holly hazel olive ginger basil sage rusty
    sandy cliff glen forest brook brooks heath ray buck buddy lucky angel destiny harmony melody
    merry happy christian victor max nick will bob sue tab mina sol luz paz mar rosa blanca cruz
    reyes leon flores dolores domingo salvador alba clara pilar luna cielo so do to in he she has
    her him can an on at is it us we go ran see sea lee ask am ann no yes or be see top new old big
    hand head foot hart nice bond bolt nut berry bean rice pepper salt law low high hall gates
    gate bridge shore marsh moss fern birch ash oak palm
    """)
"""Names that are words, too: taken out where they begin with a capital letter; else a person has
to look."""

SMALL = _set("""
    an so do to in he she has her him can on at is it us we go no yes or be am ran see ask new old
    top by if of as up my me did had was are
    """)
"""Of these the commonest: in small letters, or where a sentence begins, they are the word."""

MONTHS = _set("march april may june july august")

STREETS = _row(
    "street st avenue ave av road rd boulevard blvd lane ln drive dr court ct way place pl terrace"
    " ter highway hwy parkway pkwy close square sq circle cir trail alley row crescent gardens"
    " mews walk route"
)
"""After the name of a street, with the house number before it."""
STREETS_BEFORE = _row(
    "calle c/ avenida avda av. plaza paseo carrer camino carretera rue platz ulica ul."
)
"""Before the name, with the house number after it."""
STREETS_IN_ONE = _row("straße strasse str. weg platz allee gasse gata vagen")
"""At the end of the name."""
NOT_IN_A_STREET = _set("""
    kg g mg ml l lb lbs oz min mins minute minutes hour hours h s sec days day weeks week pm am on
    the in at of a an to and or was were is are with for times pieces years year old months month
    dogs cats people calls texts mails percent by from as per went ran
    """)

UNITS = _row("zero oh o nought one two three four five six seven eight nine")
UNITS_ES = _row("cero uno una dos tres cuatro cinco seis siete ocho nueve")
TENS = _row(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty"
    " forty fifty sixty seventy eighty ninety hundred thousand diez once doce trece catorce quince"
    " dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintiuna veintidos veintitres"
    " veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve"
    " treinta cuarenta cincuenta sesenta setenta ochenta noventa cien"
)
REPEATS = _row("double triple doble")
JOINS = _set("and y")
"""Between two words of one number: 'treinta y cuatro'."""
PLATFORMS = _row(
    "instagram insta ig facebook fb messenger twitter tiktok snapchat snap telegram whatsapp venmo"
    " paypal cashapp zelle signal skype discord linkedin nextdoor reddit"
)
"""Where somebody has a name of their own choice."""
