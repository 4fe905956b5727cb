"""officers' groups, data requests, held messages, files to be forgotten"""

from alembic import op
import sqlalchemy as sa


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('data_requests',
    sa.Column('id', big_id, autoincrement=True, nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('account_id', big_id, nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_data_requests_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_requests')),
    sa.UniqueConstraint('number', name=op.f('uq_data_requests_number'))
    )
    op.create_index(op.f('ix_data_requests_account_id'), 'data_requests', ['account_id'])
    for name in ('agency_code', 'unit_code', 'role'):
        op.add_column('conversations', sa.Column(name, sa.String(length=40), nullable=True))
    op.create_index(op.f('ix_conversations_agency_code'), 'conversations', ['agency_code'])
    op.add_column('files', sa.Column('doomed', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_index(op.f('ix_files_doomed'), 'files', ['doomed'])
    op.create_index('ix_outbox_held', 'outbox', ['lane'],
                    postgresql_where=sa.text("state = 'held'"), sqlite_where=sa.text("state = 'held'"))


def downgrade() -> None:
    op.drop_index('ix_outbox_held', table_name='outbox')
    op.drop_index(op.f('ix_files_doomed'), table_name='files')
    op.drop_column('files', 'doomed')
    op.drop_index(op.f('ix_conversations_agency_code'), table_name='conversations')
    for name in ('role', 'unit_code', 'agency_code'):
        op.drop_column('conversations', name)
    op.drop_index(op.f('ix_data_requests_account_id'), table_name='data_requests')
    op.drop_table('data_requests')
