"""PostgreSQL gives incident numbers from a sequence: nobody waits for somebody else's commit."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBERS_FROM = 20400
MARGIN = 100
"""Numbers left to a worker of the version before, which raises its row until it has drained."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("CREATE SEQUENCE incident_number")
    op.execute(
        "SELECT setval('incident_number',"
        f" (SELECT coalesce(max(number) + {MARGIN}, {NUMBERS_FROM}) FROM incident))"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'number:incident', max(number)::text FROM incident"
        " HAVING max(number) IS NOT NULL ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    )
    op.execute("DROP SEQUENCE incident_number")
