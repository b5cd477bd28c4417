"""What is not done yet is found by indexes of just that, however much is done already."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = "state != 'ended'"
UNDERWAY = "status IN ('arriving', 'queued', 'sending')"


def upgrade() -> None:
    for name, table, column, which in (
        ("ix_contact_open", "contact", "id", OPEN),
        ("ix_message_underway", "message", "at", UNDERWAY),
    ):
        op.create_index(
            name, table, [column], sqlite_where=sa.text(which), postgresql_where=sa.text(which)
        )
    op.drop_index("ix_contact_state", "contact")  # last: nobody reads while this is not committed
    op.drop_index("ix_incident_state", "incident")


def downgrade() -> None:
    op.drop_index("ix_message_underway", "message")
    op.drop_index("ix_contact_open", "contact")
    op.create_index("ix_contact_state", "contact", ["state"])
    op.create_index("ix_incident_state", "incident", ["state"])
