"""who made a case's category: the machine, the citizen or an officer"""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('cases', sa.Column('category_by', sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column('cases', 'category_by')
