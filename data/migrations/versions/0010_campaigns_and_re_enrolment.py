"""campaigns and re-enrolment"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0010'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('campaign',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('audience', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('chosen', sa.JSON(), nullable=False),
    sa.Column('administrative', sa.Boolean(), nullable=False),
    sa.Column('introduction', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('documents_text', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('confirmation', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('activated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_campaign_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_campaign_id_site_id'))
    )
    with op.batch_alter_table('campaign', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_state'), ['state'], unique=False)

    op.create_table('cursus',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_cursus_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cursus')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_cursus_id_site_id')),
    sa.UniqueConstraint('site_id', 'name', name=op.f('uq_cursus_site_id_name'))
    )
    with op.batch_alter_table('cursus', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cursus_site_id'), ['site_id'], unique=False)

    op.create_table('campaign_pupil',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id', 'site_id'], ['campaign.id', 'campaign.site_id'], name=op.f('fk_campaign_pupil_campaign_id_site_id_campaign')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_campaign_pupil_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_campaign_pupil_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_pupil')),
    sa.UniqueConstraint('campaign_id', 'pupil_id', name=op.f('uq_campaign_pupil_campaign_id_pupil_id'))
    )
    with op.batch_alter_table('campaign_pupil', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_pupil_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_campaign_pupil_site_id'), ['site_id'], unique=False)

    op.create_table('reenrolment',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('way', sqlmodel.sql.sqltypes.AutoString(length=14), nullable=False),
    sa.Column('chosen', sa.JSON(), nullable=False),
    sa.Column('submitted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('decided_by', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('made', sa.JSON(), nullable=False),
    sa.Column('viewer_id', sa.Integer(), nullable=True),
    sa.Column('viewer', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('viewed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id', 'site_id'], ['campaign.id', 'campaign.site_id'], name=op.f('fk_reenrolment_campaign_id_site_id_campaign')),
    sa.ForeignKeyConstraint(['household_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_reenrolment_household_id_site_id_family')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_reenrolment_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_reenrolment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reenrolment')),
    sa.UniqueConstraint('campaign_id', 'pupil_id', name=op.f('uq_reenrolment_campaign_id_pupil_id')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_reenrolment_id_site_id'))
    )
    with op.batch_alter_table('reenrolment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reenrolment_household_id'), ['household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reenrolment_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reenrolment_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reenrolment_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_reenrolment_submitted_at'), ['submitted_at'], unique=False)

    op.create_table('reenrolment_wish',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('way', sqlmodel.sql.sqltypes.AutoString(length=14), nullable=False),
    sa.Column('chosen', sa.JSON(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('precision', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('message', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id', 'site_id'], ['campaign.id', 'campaign.site_id'], name=op.f('fk_reenrolment_wish_campaign_id_site_id_campaign')),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_reenrolment_wish_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_reenrolment_wish_family_id_family')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_reenrolment_wish_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_reenrolment_wish_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reenrolment_wish')),
    sa.UniqueConstraint('campaign_id', 'pupil_id', 'family_id', name=op.f('uq_reenrolment_wish_campaign_id_pupil_id_family_id'))
    )
    with op.batch_alter_table('reenrolment_wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reenrolment_wish_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reenrolment_wish_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reenrolment_wish_site_id'), ['site_id'], unique=False)

    op.create_table('required_document',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('hint', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('min_age', sa.Integer(), nullable=True),
    sa.Column('max_age', sa.Integer(), nullable=True),
    sa.Column('departments', sa.JSON(), nullable=False),
    sa.Column('cycles', sa.JSON(), nullable=False),
    sa.Column('sensitive', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('model_name', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('model_type', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id', 'site_id'], ['campaign.id', 'campaign.site_id'], name=op.f('fk_required_document_campaign_id_site_id_campaign')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_required_document_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_required_document')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_required_document_id_site_id'))
    )
    with op.batch_alter_table('required_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_required_document_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_required_document_site_id'), ['site_id'], unique=False)

    op.create_table('supplied_document',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('given_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('decided_by', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id', 'site_id'], ['campaign.id', 'campaign.site_id'], name=op.f('fk_supplied_document_campaign_id_site_id_campaign')),
    sa.ForeignKeyConstraint(['document_id', 'site_id'], ['required_document.id', 'required_document.site_id'], name=op.f('fk_supplied_document_document_id_site_id_required_document')),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_supplied_document_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_supplied_document_family_id_family')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_supplied_document_file_id_stored_file')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_supplied_document_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_supplied_document_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplied_document')),
    sa.UniqueConstraint('document_id', 'pupil_id', 'family_id', name=op.f('uq_supplied_document_document_id_pupil_id_family_id'))
    )
    with op.batch_alter_table('supplied_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_supplied_document_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supplied_document_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supplied_document_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supplied_document_given_at'), ['given_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_supplied_document_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supplied_document_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_supplied_document_state'), ['state'], unique=False)

    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cursus_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('level', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_enrolment_cursus_id'), ['cursus_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_enrolment_cursus_id_site_id_cursus'), 'cursus', ['cursus_id', 'site_id'], ['id', 'site_id'])

    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.alter_column('level', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_enrolment_cursus_id_site_id_cursus'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_enrolment_cursus_id'))
        batch_op.drop_column('level')
        batch_op.drop_column('cursus_id')

    with op.batch_alter_table('supplied_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_supplied_document_state'))
        batch_op.drop_index(batch_op.f('ix_supplied_document_site_id'))
        batch_op.drop_index(batch_op.f('ix_supplied_document_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_supplied_document_given_at'))
        batch_op.drop_index(batch_op.f('ix_supplied_document_file_id'))
        batch_op.drop_index(batch_op.f('ix_supplied_document_family_id'))
        batch_op.drop_index(batch_op.f('ix_supplied_document_campaign_id'))

    op.drop_table('supplied_document')
    with op.batch_alter_table('required_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_required_document_site_id'))
        batch_op.drop_index(batch_op.f('ix_required_document_campaign_id'))

    op.drop_table('required_document')
    with op.batch_alter_table('reenrolment_wish', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reenrolment_wish_site_id'))
        batch_op.drop_index(batch_op.f('ix_reenrolment_wish_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_reenrolment_wish_family_id'))

    op.drop_table('reenrolment_wish')
    with op.batch_alter_table('reenrolment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reenrolment_submitted_at'))
        batch_op.drop_index(batch_op.f('ix_reenrolment_state'))
        batch_op.drop_index(batch_op.f('ix_reenrolment_site_id'))
        batch_op.drop_index(batch_op.f('ix_reenrolment_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_reenrolment_household_id'))

    op.drop_table('reenrolment')
    with op.batch_alter_table('campaign_pupil', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_pupil_site_id'))
        batch_op.drop_index(batch_op.f('ix_campaign_pupil_pupil_id'))

    op.drop_table('campaign_pupil')
    with op.batch_alter_table('cursus', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cursus_site_id'))

    op.drop_table('cursus')
    with op.batch_alter_table('campaign', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_state'))
        batch_op.drop_index(batch_op.f('ix_campaign_site_id'))

    op.drop_table('campaign')
