"""what people are found by, hidden addresses, access sent, viewing as a family"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from data.core.search_text import search_text_of


revision = '0030'
down_revision = "0020"
branch_labels = None
depends_on = None

MANY = 500


def upgrade() -> None:
    with op.batch_alter_table('guardian', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contact_hidden', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('search', sqlmodel.sql.sqltypes.AutoString(length=1200), nullable=False, server_default=''))
    with op.batch_alter_table('pupil', schema=None) as batch_op:
        batch_op.add_column(sa.Column('search', sqlmodel.sql.sqltypes.AutoString(length=1200), nullable=False, server_default=''))
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('access_sent_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('access_sent_by', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False, server_default=''))
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.add_column(sa.Column('viewing_account_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('viewing_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_table('access_batch',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('how', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('author', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('file', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('finished_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('lease_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_access_batch_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_batch')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_access_batch_id_site_id'))
    )
    with op.batch_alter_table('access_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_batch_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_batch_state'), ['state'], unique=False)
    op.create_table('access_item',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'site_id'], ['account.id', 'account.site_id'], name=op.f('fk_access_item_account_id_site_id_account')),
    sa.ForeignKeyConstraint(['batch_id', 'site_id'], ['access_batch.id', 'access_batch.site_id'], name=op.f('fk_access_item_batch_id_site_id_access_batch')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_access_item_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_item')),
    sa.UniqueConstraint('batch_id', 'account_id', name=op.f('uq_access_item_batch_id_account_id'))
    )
    with op.batch_alter_table('access_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_item_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_item_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_access_item_site_id'), ['site_id'], unique=False)
    _find_those_already_there()


def _find_those_already_there() -> None:
    """Later, each record keeps its words itself; those of before get them here, some hundreds at a time."""
    asked = {
        'guardian': ('last_name', 'first_name', 'birth_name', 'email', 'phone_mobile', 'phone_home', 'phone_work'),
        'pupil': ('last_name', 'first_name', 'number', 'email', 'phone'),
    }
    bind = op.get_bind()
    for name, columns in asked.items():
        table = sa.table(name, sa.column('id', sa.Integer), sa.column('search', sa.String),
                         *(sa.column(each) for each in columns))
        texts = [each for each in columns if not each.startswith('phone')]
        phones = [each for each in columns if each.startswith('phone')]
        last = 0
        while found := bind.execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(MANY)).all():
            for row in found:
                values = row._mapping
                words = search_text_of((str(values[each]) for each in texts), (values[each] for each in phones))
                bind.execute(sa.update(table).where(table.c.id == row.id).values(search=words[:1200]))
            last = found[-1].id


def downgrade() -> None:
    op.drop_table('access_item')
    op.drop_table('access_batch')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_column('viewing_until')
        batch_op.drop_column('viewing_account_id')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_column('access_sent_by')
        batch_op.drop_column('access_sent_at')
    with op.batch_alter_table('pupil', schema=None) as batch_op:
        batch_op.drop_column('search')
    with op.batch_alter_table('guardian', schema=None) as batch_op:
        batch_op.drop_column('search')
        batch_op.drop_column('contact_hidden')
