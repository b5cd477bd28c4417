"""Incidents are found by everything that was said in them: an index of words for each database.

Triggers note whose words have changed, so that no way of changing them can forget it. What there
is already is taken in behind the start (`router/records/search_index.py`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OF_INCIDENT = "INSERT INTO search_due (incident) VALUES ({0}.{1})"
OF_PARTY = (
    "INSERT INTO search_due (incident) SELECT incident FROM incident_party WHERE party = {0}.{1}"
)

# Table, moment, what it notes, of which rows: the new one, the old one, or both.
WATCHED = (
    ("incident", "INSERT", OF_INCIDENT, "id", "NEW"),
    ("incident", "UPDATE OF title", OF_INCIDENT, "id", "NEW"),
    ("incident_party", "INSERT", OF_INCIDENT, "incident", "NEW"),
    ("incident_party", "UPDATE OF incident, party", OF_INCIDENT, "incident", "OLD NEW"),
    ("incident_party", "DELETE", OF_INCIDENT, "incident", "OLD"),
    ("party", "UPDATE OF name", OF_PARTY, "id", "NEW"),
    ("address", "INSERT", OF_PARTY, "party", "NEW"),
    ("address", "UPDATE OF party, value", OF_PARTY, "party", "OLD NEW"),
    ("address", "DELETE", OF_PARTY, "party", "OLD"),
    ("message", "INSERT", OF_INCIDENT, "incident", "NEW"),
    ("message", "UPDATE OF incident, subject, text", OF_INCIDENT, "incident", "OLD NEW"),
    ("message", "DELETE", OF_INCIDENT, "incident", "OLD"),
    ("note", "INSERT", OF_INCIDENT, "incident", "NEW"),
    ("note", "UPDATE OF incident, text", OF_INCIDENT, "incident", "OLD NEW"),
    ("note", "DELETE", OF_INCIDENT, "incident", "OLD"),
)
FTS = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, content='search_doc',"
    " content_rowid='number', detail='none', columnsize=0,"
    " tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER search_doc_insert AFTER INSERT ON search_doc BEGIN"
    " INSERT INTO search_fts (rowid, tokens) VALUES (NEW.number, NEW.tokens); END",
    "CREATE TRIGGER search_doc_update AFTER UPDATE ON search_doc BEGIN"
    " INSERT INTO search_fts (search_fts, rowid, tokens)"
    " VALUES ('delete', OLD.number, OLD.tokens);"
    " INSERT INTO search_fts (rowid, tokens) VALUES (NEW.number, NEW.tokens); END",
    "CREATE TRIGGER search_doc_delete AFTER DELETE ON search_doc BEGIN"
    " INSERT INTO search_fts (search_fts, rowid, tokens)"
    " VALUES ('delete', OLD.number, OLD.tokens); END",
)
GIN = (
    # A function with its true cost: the planner takes reading every row for cheaper otherwise.
    "CREATE FUNCTION search_tokens(tokens text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE"
    " PARALLEL SAFE COST 10000 AS"
    " $$ BEGIN RETURN array_to_tsvector(string_to_array(btrim(tokens), ' ')); END $$",
    "CREATE INDEX ix_search_doc_tokens ON search_doc USING gin (search_tokens(tokens))",
)


def name_of(table: str, moment: str) -> str:
    return f"search_{table}_{moment.split()[0].lower()}"


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    op.create_table(
        "search_doc",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_doc")),
    )
    op.create_table(
        "search_due",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_due")),
    )
    op.drop_table("incident_word")
    op.execute("ALTER TABLE incident DROP COLUMN words")
    for statement in FTS if sqlite else GIN:
        op.execute(statement)
    for table, moment, what, column, rows in WATCHED:
        name = name_of(table, moment)
        does = "; ".join(what.format(row, column) for row in rows.split())
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} AFTER {moment} ON {table} BEGIN {does}; END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {does}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {moment} ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION {name}()"
        )
    newest = connection.execute(sa.text("SELECT max(number) FROM incident")).scalar()
    if newest is not None:
        connection.execute(
            sa.text("INSERT INTO meta (key, value) VALUES ('search.below', :below)"),
            {"below": str(newest + 1)},
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, moment, *_ in WATCHED:
        name = name_of(table, moment)
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    if sqlite:
        op.execute("DROP TABLE search_fts")
    op.drop_table("search_due")
    op.drop_table("search_doc")
    if not sqlite:
        op.execute("DROP FUNCTION search_tokens(text)")
    op.execute("DELETE FROM meta WHERE key = 'search.below'")
    # Not in a batch: that would make the table anew, which others refer to.
    op.add_column("incident", sa.Column("words", sa.Text(), server_default="", nullable=False))
    by_letters = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
    op.create_table(
        "incident_word",
        sa.Column("word", by_letters, nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_incident_word_incident")
        ),
        sa.PrimaryKeyConstraint("word", "incident", name=op.f("pk_incident_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_incident_word_incident", "incident_word", ["incident"])
    # The version before finds them by what its own step writes.
    steps = op.get_context().script
    assert steps is not None
    steps.get_revision("0012").module.upgrade()
