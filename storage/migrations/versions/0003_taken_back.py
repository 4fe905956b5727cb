"""what a case is made of, message by message; what was taken back"""

from alembic import op
import sqlalchemy as sa


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('cases', sa.Column('said', sa.LargeBinary(), nullable=True))
    op.add_column('messages', sa.Column('takes_back', sa.String(length=120), nullable=True))
    op.create_index('ix_messages_takes_back', 'messages', ['conversation_id', 'takes_back'],
                    postgresql_where=sa.text('takes_back is not null'), sqlite_where=sa.text('takes_back is not null'))
    op.add_column('outbox', sa.Column('taken_back', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    # What people added is in the case's text; a copy in the events and in the chain's details could not be taken back.
    op.execute("UPDATE status_updates SET note = NULL, note_masked = NULL WHERE what = 'added'")
    op.execute("DELETE FROM history_details WHERE history_id IN (SELECT id FROM history WHERE what = 'added')")


def downgrade() -> None:
    op.drop_column('outbox', 'taken_back')
    op.drop_index('ix_messages_takes_back', table_name='messages')
    op.drop_column('messages', 'takes_back')
    op.drop_column('cases', 'said')
