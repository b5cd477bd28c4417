"""How calls sounded, by its age: it is forgotten after a time."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call_sound", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_sound_part"), ["part"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("call_sound", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_sound_part"))
