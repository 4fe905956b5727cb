"""what a message is for, whose it is; readings of the push quota"""

from alembic import op
import sqlalchemy as sa


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
PUSHED = sa.text('sent_at is not null and reply_event_us is null')


def upgrade() -> None:
    op.add_column('outbox', sa.Column('purpose', sa.String(40), nullable=True))
    op.add_column('outbox', sa.Column('agency_code', sa.String(40), nullable=True))
    op.create_index('ix_outbox_pushed', 'outbox', ['channel', 'sent_at'], postgresql_where=PUSHED, sqlite_where=PUSHED)
    op.create_table('push_readings',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('channel', sa.String(40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push_readings')),
    )
    op.create_index('ix_push_readings_when', 'push_readings', ['channel', 'at'])


def downgrade() -> None:
    op.drop_table('push_readings')
    op.drop_index('ix_outbox_pushed', 'outbox')
    with op.batch_alter_table('outbox') as table:
        table.drop_column('agency_code')
        table.drop_column('purpose')
