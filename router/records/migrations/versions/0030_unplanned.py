"""From when on an open incident without a next action gets one: what was left without before, and
in which nothing has happened since, is left as it is. In new tables: from the beginning."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SINCE = "next_action.since"


def upgrade() -> None:
    old = op.get_bind().execute(sa.text("SELECT 1 FROM incident LIMIT 1")).first()
    since = time.time_ns() // 1_000_000 if old else 0
    op.execute(
        sa.text("INSERT INTO meta (key, value) VALUES (:key, :since)").bindparams(
            key=SINCE, since=str(since)
        )
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM meta WHERE key = :key").bindparams(key=SINCE))
