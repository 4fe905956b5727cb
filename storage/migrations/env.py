"""Alembic's entry: uses the connection that `migrate` hands over."""

from __future__ import annotations

from alembic import context

from storage.tables import Base

connection = context.config.attributes["connection"]
# Within a transaction that is open already everything is one piece. Without one (PostgreSQL) others are working
# meanwhile: each version is kept by itself, and may go step by step (storage/migrations/steps.py).
in_traffic = not connection.in_transaction()
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=in_traffic,
    in_traffic=in_traffic,
)
with context.begin_transaction():
    context.run_migrations()
