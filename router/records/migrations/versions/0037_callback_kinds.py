"""How each promise to call came to be; of those before, by who asked for it, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

KINDS = """
UPDATE callback SET kind = CASE
    WHEN asked_by = 'caller' THEN 'key'
    WHEN asked_by = 'voicemail' THEN 'voicemail'
    WHEN why = 'gave up waiting' THEN 'gave_up'
    WHEN why = 'not reached before' THEN 'again'
    WHEN not_before IS NOT NULL AND tried = 1 THEN 'scheduled'
    ELSE 'person' END
"""


def upgrade() -> None:
    op.add_column("callback", sa.Column("kind", sa.String(length=12), nullable=True))
    op.execute(KINDS)


def downgrade() -> None:
    op.execute("ALTER TABLE callback DROP COLUMN kind")
