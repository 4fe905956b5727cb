"""whose result it is; indexes for what waits, what ended badly and the news: nothing reads every old row any more"""

from alembic import op
import sqlalchemy as sa

from storage.migrations import steps


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

INDEXES = {
    'ix_status_updates_results': ('status_updates', ['agency_code', 'id'], "what = 'result'"),
    'ix_outbox_later': ('outbox', ['not_before'], "state = 'held'"),
    'ix_outbox_news': ('outbox', ['news', 'channel'], "state = 'held' and news is not null"),
    'ix_cases_merged': ('cases', ['merged_into_id'], 'merged_into_id is not null'),
    'ix_messages_name': ('messages', ['message_id', 'conversation_id'], 'message_id is not null'),
    'ix_outbox_doubtful': ('outbox', ['state', 'id'], "state in ('uncertain','given_up')"),
}
WHOSE = (
    "UPDATE status_updates SET agency_code ="
    " (SELECT cases.agency_code FROM cases WHERE cases.id = status_updates.case_id) WHERE "
)
# The index of results finds those whose is not known yet: what was filled in is not looked at again.
PORTION = (
    "id IN (SELECT id FROM status_updates WHERE what = 'result' AND agency_code IS NULL AND id > :after"
    " ORDER BY id LIMIT :portion) RETURNING id"
)
UNDO = ('ix_outbox_undo', 'outbox', ['undo'])
UNDO_ONLY = 'undo is not null'


def upgrade() -> None:
    if steps.in_traffic():
        with steps.apart():
            _step_by_step()
    else:
        _at_once()


def _step_by_step() -> None:
    steps.add_column('status_updates', sa.Column('agency_code', sa.String(40), nullable=True))
    for name, (table, columns, where) in INDEXES.items():
        steps.build_index(name, table, columns, sa.text(where))
    steps.fill(WHOSE + PORTION)
    steps.replace_index(*UNDO, sa.text(UNDO_ONLY))


def _at_once() -> None:
    op.add_column('status_updates', sa.Column('agency_code', sa.String(40), nullable=True))
    op.execute(WHOSE + "what = 'result'")
    for name, (table, columns, where) in INDEXES.items():
        only = sa.text(where)
        op.create_index(name, table, columns, postgresql_where=only, sqlite_where=only)
    only = sa.text(UNDO_ONLY)
    op.drop_index('ix_outbox_undo', 'outbox')
    op.create_index(*UNDO, postgresql_where=only, sqlite_where=only)


def downgrade() -> None:
    op.drop_index('ix_outbox_undo', 'outbox')
    op.create_index('ix_outbox_undo', 'outbox', ['undo'])
    for name, (of, _columns, _where) in INDEXES.items():
        op.drop_index(name, of)
    with op.batch_alter_table('status_updates') as table:
        table.drop_column('agency_code')
