"""registers of the yearly evidence, subscriptions of announcements"""

from alembic import op
import sqlalchemy as sa


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('register_lines',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('register', sa.String(40), nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['agency_code'], ['agencies.code'], name=op.f('fk_register_lines_agency_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_lines')),
    sa.UniqueConstraint('register', 'agency_code', 'fiscal_year', 'code', name='uq_register_lines_code'),
    )
    op.create_table('subscriptions',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('account_id', BIG, nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_subscriptions_account_id')),
    sa.ForeignKeyConstraint(['agency_code'], ['agencies.code'], name=op.f('fk_subscriptions_agency_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriptions')),
    )
    op.create_index('ix_subscriptions_account_id', 'subscriptions', ['account_id'])
    op.create_index('ix_subscriptions_standing', 'subscriptions', ['agency_code', 'until'])


def downgrade() -> None:
    op.drop_table('subscriptions')
    op.drop_table('register_lines')
