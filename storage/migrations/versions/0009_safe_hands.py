"""legal holds, reveals, consents, decisions on requests about data, the notice that was shown"""

from alembic import op
import sqlalchemy as sa


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('case_holds',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('erase_after', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_holds_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_holds')),
    )
    op.create_index('ix_case_holds_case_id', 'case_holds', ['case_id'])
    op.create_table('consents',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('account_id', BIG, nullable=False),
    sa.Column('purpose', sa.String(40), nullable=False),
    sa.Column('notice', sa.String(40), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_consents_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    )
    op.create_index('ix_consents_account_id', 'consents', ['account_id'])
    op.create_table('reveals',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agreed_by', sa.BigInteger(), nullable=True),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_reveals_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reveals')),
    )
    op.create_index('ix_reveals_case_id', 'reveals', ['case_id'])
    op.add_column('accounts', sa.Column('notice_version', sa.String(40), nullable=True))
    op.add_column('data_requests', sa.Column('outcome', sa.String(40), nullable=True))
    op.add_column('data_requests', sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('data_requests', sa.Column('person_id', sa.BigInteger(), nullable=True))
    op.add_column('data_requests', sa.Column('answer', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for name in ('answer', 'person_id', 'decided_at', 'outcome'):
        op.drop_column('data_requests', name)
    op.drop_column('accounts', 'notice_version')
    op.drop_table('reveals')
    op.drop_table('consents')
    op.drop_table('case_holds')
