"""what people think of the service (surveys), and figures that were told once (issues)"""

from alembic import op
import sqlalchemy as sa


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column('status_updates', sa.Column('before', sa.String(40), nullable=True))
    op.execute(
        'UPDATE status_updates SET before = (SELECT earlier.status FROM status_updates AS earlier '
        'WHERE earlier.case_id = status_updates.case_id AND earlier.id < status_updates.id '
        'AND earlier.status IS NOT NULL ORDER BY earlier.id DESC LIMIT 1) WHERE status IS NOT NULL'
    )
    op.create_index('ix_cases_period', 'cases', ['agency_code', 'received_at'])
    op.create_index('ix_cases_answered', 'cases', ['agency_code', 'first_answer_at'])
    op.create_index('ix_messages_when', 'messages', ['at'])
    op.create_index('ix_cases_closed', 'cases', ['closed_at', 'agency_code', 'closed_how'])
    op.create_index('ix_status_updates_when', 'status_updates', ['status', 'at', 'case_id'])
    op.create_table('surveys',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('once', sa.String(120), nullable=True),
    sa.Column('source', sa.String(40), nullable=False),
    sa.Column('form', sa.String(40), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('channel', sa.String(40), nullable=False),
    sa.Column('customer_group', sa.String(40), nullable=True),
    sa.Column('case_id', sa.BigInteger(), nullable=True),
    sa.Column('account_id', sa.BigInteger(), nullable=True),
    sa.Column('conversation_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('not_before', MOMENT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('asked_at', MOMENT, nullable=True),
    sa.Column('reminded_at', MOMENT, nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('why', sa.String(40), nullable=True),
    sa.Column('best_channel', sa.String(40), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.Column('masked', sa.Text(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('batch', sa.String(120), nullable=True),
    sa.ForeignKeyConstraint(['agency_code'], ['agencies.code'], name=op.f('fk_surveys_agency_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_surveys')),
    sa.UniqueConstraint('once', name='uq_surveys_once'),
    )
    op.create_index('ix_surveys_open', 'surveys', ['state', 'not_before'])
    op.create_index(op.f('ix_surveys_case_id'), 'surveys', ['case_id'])
    op.create_index(op.f('ix_surveys_account_id'), 'surveys', ['account_id'])
    op.create_table('survey_answers',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('survey_id', BIG, nullable=False),
    sa.Column('item', sa.String(40), nullable=False),
    sa.Column('answer', sa.String(40), nullable=True),
    sa.Column('answered_at', MOMENT, nullable=True),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('channel', sa.String(40), nullable=False),
    sa.Column('customer_group', sa.String(40), nullable=True),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_answers_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_answers')),
    sa.UniqueConstraint('survey_id', 'item', name='uq_survey_answers_item'),
    )
    op.create_index('ix_survey_answers_when', 'survey_answers', ['agency_code', 'answered_at'])
    op.create_table('survey_people',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('form', sa.String(40), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('said', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_people')),
    )
    op.create_index(op.f('ix_survey_people_agency_code'), 'survey_people', ['agency_code'])
    op.create_table('issues',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('what', sa.String(40), nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('period', sa.String(80), nullable=False),
    sa.Column('since', MOMENT, nullable=False),
    sa.Column('until', MOMENT, nullable=False),
    sa.Column('issued_at', MOMENT, nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('chain_head', sa.String(64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issues')),
    sa.UniqueConstraint('what', 'agency_code', 'period', name='uq_issues_period'),
    )
    op.create_table('digest_wishes',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('hour', sa.String(5), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_wishes')),
    sa.UniqueConstraint('person_id', 'agency_code', name='uq_digest_wishes_person'),
    )


def downgrade() -> None:
    for name in ('digest_wishes', 'issues', 'survey_people', 'survey_answers', 'surveys'):
        op.drop_table(name)
    op.drop_index('ix_status_updates_when', table_name='status_updates')
    op.drop_index('ix_messages_when', table_name='messages')
    op.drop_index('ix_cases_answered', table_name='cases')
    op.drop_index('ix_cases_closed', table_name='cases')
    op.drop_index('ix_cases_period', table_name='cases')
    op.drop_column('status_updates', 'before')
