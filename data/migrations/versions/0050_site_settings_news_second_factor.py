"""what a site decides about itself, its news, the second factor of its staff"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0050'
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('news',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('body', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_news_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_news'))
    )
    with op.batch_alter_table('news', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_news_site_id'), ['site_id'], unique=False)

    op.create_table('second_factor',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('secret', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('set_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('recovery', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'site_id'], ['account.id', 'account.site_id'], name=op.f('fk_second_factor_account_id_site_id_account')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_second_factor_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('account_id', name=op.f('uq_second_factor_account_id'))
    )
    with op.batch_alter_table('second_factor', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_second_factor_site_id'), ['site_id'], unique=False)

    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sets_factor', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.add_column(sa.Column('help', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('retention', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('payment_keys', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('accent', sqlmodel.sql.sqltypes.AutoString(length=7), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('logo', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('second_factor_required', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('mail_tested_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('key_mark', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False, server_default=''))



def downgrade() -> None:
    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.drop_column('key_mark')
        batch_op.drop_column('mail_tested_at')
        batch_op.drop_column('second_factor_required')
        batch_op.drop_column('logo')
        batch_op.drop_column('accent')
        batch_op.drop_column('payment_keys')
        batch_op.drop_column('retention')
        batch_op.drop_column('help')

    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_column('sets_factor')

    with op.batch_alter_table('second_factor', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_second_factor_site_id'))

    op.drop_table('second_factor')
    with op.batch_alter_table('news', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_news_site_id'))

    op.drop_table('news')
