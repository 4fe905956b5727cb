"""what officers do with a case: routes, photos, visits, tasks, notices, letters, reminders, absences, search"""

from alembic import op
import sqlalchemy as sa


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
CASE_COLUMNS = (
    ('route', sa.String(40), 'general'),
    ('order_number', sa.String(80), None),
    ('team', sa.JSON(), '[]'),
    ('acknowledged_at', sa.DateTime(timezone=True), None),
    ('waiting_since', sa.Date(), None),
    ('asked_from', sa.String(40), None),
    ('closed_how', sa.String(40), None),
    ('external_ref', sa.String(80), None),
    ('external_on', sa.Date(), None),
    ('complainant', sa.LargeBinary(), None),
)


def upgrade() -> None:
    for name, kind, default in CASE_COLUMNS:
        op.add_column('cases', sa.Column(name, kind, nullable=default is None, server_default=default))
    op.add_column('files', sa.Column('looks', sa.String(16), nullable=True))
    op.add_column('files', sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('outbox', sa.Column('undo', sa.String(40), nullable=True))
    op.add_column('outbox', sa.Column('news', sa.String(40), nullable=True))
    op.create_index('ix_outbox_undo', 'outbox', ['undo'])
    op.add_column('invites', sa.Column('since', sa.Date(), nullable=True))
    op.add_column('invites', sa.Column('until', sa.Date(), nullable=True))
    op.add_column('status_updates', sa.Column('message_id', sa.BigInteger(), nullable=True))
    op.add_column('status_updates', sa.Column('history_id', sa.BigInteger(), nullable=True))
    op.create_index(op.f('ix_status_updates_message_id'), 'status_updates', ['message_id'])
    op.create_table('case_photos',
    sa.Column('attachment_id', BIG, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('stage', sa.String(40), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachments.id'], name=op.f('fk_case_photos_attachment_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_photos_case_id')),
    sa.PrimaryKeyConstraint('attachment_id', name=op.f('pk_case_photos')),
    )
    op.create_index(op.f('ix_case_photos_case_id'), 'case_photos', ['case_id'])
    op.create_table('case_visits',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('planned_for', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('present', sa.LargeBinary(), nullable=True),
    sa.Column('found', sa.LargeBinary(), nullable=True),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_visits_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_visits')),
    )
    op.create_index(op.f('ix_case_visits_case_id'), 'case_visits', ['case_id'])
    op.create_table('case_tasks',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('unit_code', sa.String(40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('result', sa.LargeBinary(), nullable=True),
    sa.Column('result_masked', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_tasks_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_tasks')),
    sa.UniqueConstraint('case_id', 'agency_code', 'unit_code', name='uq_case_tasks_unit'),
    )
    op.create_table('case_notices',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('recipient', sa.String(40), nullable=False),
    sa.Column('wanted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('how', sa.String(40), nullable=True),
    sa.Column('number', sa.String(80), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_notices_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_notices')),
    sa.UniqueConstraint('case_id', 'recipient', name='uq_case_notices_recipient'),
    )
    op.create_table('case_referrals',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=True),
    sa.Column('agency_name', sa.String(300), nullable=False),
    sa.Column('phone', sa.String(60), nullable=True),
    sa.Column('number', sa.String(80), nullable=True),
    sa.Column('new_reference', sa.String(20), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_referrals_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_referrals')),
    )
    op.create_index(op.f('ix_case_referrals_case_id'), 'case_referrals', ['case_id'])
    op.create_table('letters',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('number', sa.String(80), nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_letters_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters')),
    sa.UniqueConstraint('agency_code', 'number', name='uq_letters_number'),
    )
    op.create_index(op.f('ix_letters_case_id'), 'letters', ['case_id'])
    op.create_table('reminders',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('what', sa.String(40), nullable=False),
    sa.Column('for_on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('times', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_reminders_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    sa.UniqueConstraint('case_id', 'what', 'for_on', name='uq_reminders_fact'),
    )
    op.create_table('case_deeds',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('key', sa.String(40), nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('command', sa.String(40), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('update_id', sa.BigInteger(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_deeds_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_deeds')),
    sa.UniqueConstraint('key', name='uq_case_deeds_key'),
    )
    op.create_index(op.f('ix_case_deeds_case_id'), 'case_deeds', ['case_id'])
    op.create_table('case_words',
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('word', sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_words_case_id')),
    sa.PrimaryKeyConstraint('case_id', 'word', name=op.f('pk_case_words')),
    )
    op.create_index(op.f('ix_case_words_word'), 'case_words', ['word'])
    op.create_table('absences',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('person_id', BIG, nullable=False),
    sa.Column('agency_code', sa.String(40), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('stand_in_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_absences_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences')),
    )
    op.create_index(op.f('ix_absences_person_id'), 'absences', ['person_id'])
    op.create_index(op.f('ix_absences_stand_in_id'), 'absences', ['stand_in_id'])


def downgrade() -> None:
    for name in ('absences', 'case_words', 'case_deeds', 'reminders', 'letters', 'case_referrals', 'case_notices', 'case_tasks',
                 'case_visits', 'case_photos'):
        op.drop_table(name)
    op.drop_index('ix_status_updates_message_id', table_name='status_updates')
    op.drop_column('status_updates', 'history_id')
    op.drop_column('status_updates', 'message_id')
    op.drop_index('ix_outbox_undo', table_name='outbox')
    for table, column in (('invites', 'until'), ('invites', 'since'), ('outbox', 'news'), ('outbox', 'undo'), ('files', 'taken_at'), ('files', 'looks')):
        op.drop_column(table, column)
    for name, _kind, _default in reversed(CASE_COLUMNS):
        op.drop_column('cases', name)
