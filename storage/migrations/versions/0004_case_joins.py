"""people who join somebody else's case; an index for like cases and spots"""

from alembic import op
import sqlalchemy as sa


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('case_joins',
    sa.Column('id', big_id, autoincrement=True, nullable=False),
    sa.Column('case_id', big_id, nullable=False),
    sa.Column('account_id', big_id, nullable=False),
    sa.Column('conversation_id', big_id, nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('message_ids', sa.JSON(), nullable=False),
    sa.Column('earlier_ids', sa.JSON(), nullable=False),
    sa.Column('said', sa.LargeBinary(), nullable=True),
    sa.Column('masked', sa.Text(), nullable=True),
    sa.Column('place', sa.LargeBinary(), nullable=True),
    sa.Column('place_masked', sa.Text(), nullable=True),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('happened', sa.LargeBinary(), nullable=True),
    sa.Column('contact', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_joins_case_id')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_case_joins_account_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_case_joins_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_joins')),
    sa.UniqueConstraint('case_id', 'account_id', name='uq_case_joins_case_account')
    )
    op.create_index(op.f('ix_case_joins_account_id'), 'case_joins', ['account_id'])
    op.create_index('ix_cases_like', 'cases', ['agency_code', 'category', 'received_at'])


def downgrade() -> None:
    op.drop_index('ix_cases_like', table_name='cases')
    op.drop_index(op.f('ix_case_joins_account_id'), table_name='case_joins')
    op.drop_table('case_joins')
