"""the first tables"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('site',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('opening_hours', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('timezone', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('must_change_mailed_password', sa.Boolean(), nullable=False),
    sa.Column('field_policies', sa.JSON(), nullable=False),
    sa.Column('required_fields', sa.JSON(), nullable=False),
    sa.Column('refusal_sentences', sa.JSON(), nullable=False),
    sa.Column('legal', sa.JSON(), nullable=False),
    sa.Column('demonstration', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site')),
    sa.UniqueConstraint('code', name=op.f('uq_site_code'))
    )
    op.create_table('audit_entry',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=True),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('client', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_audit_entry_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_action'), ['action'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_reference'), ['reference'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_site_id'), ['site_id'], unique=False)

    op.create_table('family',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_family_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_family')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_family_id_site_id')),
    sa.UniqueConstraint('site_id', 'number', name=op.f('uq_family_site_id_number'))
    )
    with op.batch_alter_table('family', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_family_number'), ['number'], unique=False)
        batch_op.create_index(batch_op.f('ix_family_site_id'), ['site_id'], unique=False)

    op.create_table('pupil',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('discipline', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('cycle', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('last_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('first_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('gender', sqlmodel.sql.sqltypes.AutoString(length=1), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('birth_place', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('nationality', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=240), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('school', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('school_class', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('insurance', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('image_right', sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
    sa.Column('photo', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pupil_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pupil')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_pupil_id_site_id')),
    sa.UniqueConstraint('site_id', 'number', name=op.f('uq_pupil_site_id_number'))
    )
    with op.batch_alter_table('pupil', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pupil_number'), ['number'], unique=False)
        batch_op.create_index(batch_op.f('ix_pupil_site_id'), ['site_id'], unique=False)

    op.create_table('throttle',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('wait_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('checks', sa.Integer(), nullable=False),
    sa.Column('checks_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_throttle_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_throttle')),
    sa.UniqueConstraint('key', name=op.f('uq_throttle_key'))
    )
    with op.batch_alter_table('throttle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_throttle_site_id'), ['site_id'], unique=False)

    op.create_table('change_request',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sheet', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('sheet_id', sa.Integer(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=170), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('submitted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('closed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('viewer_id', sa.Integer(), nullable=True),
    sa.Column('viewer', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('viewed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_change_request_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_change_request_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_change_request_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_request')),
    sa.UniqueConstraint('id', 'family_id', name=op.f('uq_change_request_id_family_id'))
    )
    with op.batch_alter_table('change_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_request_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_request_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_request_sheet_id'), ['sheet_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_request_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_request_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_change_request_submitted_at'), ['submitted_at'], unique=False)

    op.create_table('guardian',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('civility', sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
    sa.Column('last_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('birth_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('first_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('profession', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('complement', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('postcode', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('town', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('country', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('phone_home', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('phone_mobile', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('phone_work', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('emergency_contact', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('emergency_phone', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('image_right', sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
    sa.Column('leaves_alone', sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_guardian_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_guardian_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_guardian_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guardian')),
    sa.UniqueConstraint('id', 'family_id', name=op.f('uq_guardian_id_family_id'))
    )
    with op.batch_alter_table('guardian', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_guardian_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_guardian_site_id'), ['site_id'], unique=False)

    op.create_table('letter',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('recipient', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('blocks', sa.JSON(), nullable=False),
    sa.Column('secret', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('message_id', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('lease_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('sent_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_letter_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_letter_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_letter_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('key', name=op.f('uq_letter_key'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_due_at'), ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_state'), ['state'], unique=False)

    op.create_table('pupil_link',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('household', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('rights', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_pupil_link_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_pupil_link_family_id_family')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_pupil_link_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_pupil_link_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pupil_link')),
    sa.UniqueConstraint('family_id', 'pupil_id', name=op.f('uq_pupil_link_family_id_pupil_id'))
    )
    with op.batch_alter_table('pupil_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pupil_link_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pupil_link_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pupil_link_site_id'), ['site_id'], unique=False)

    op.create_table('stored_file',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('giver_id', sa.Integer(), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_stored_file_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_stored_file_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file')),
    sa.UniqueConstraint('name', name=op.f('uq_stored_file_name'))
    )
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stored_file_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stored_file_site_id'), ['site_id'], unique=False)

    op.create_table('account',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('guardian_id', sa.Integer(), nullable=True),
    sa.Column('own_family_id', sa.Integer(), nullable=True),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('login', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('password_expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.Column('reset_count', sa.Integer(), nullable=False),
    sa.Column('reset_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('reset_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_account_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_account_family_id_family')),
    sa.ForeignKeyConstraint(['guardian_id', 'family_id'], ['guardian.id', 'guardian.family_id'], name=op.f('fk_account_guardian_id_family_id_guardian')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_account_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_account_id_site_id')),
    sa.UniqueConstraint('site_id', 'login', name=op.f('uq_account_site_id_login'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_account_guardian_id'), ['guardian_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_account_site_id'), ['site_id'], unique=False)

    op.create_table('field_change',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('old', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('new', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('decided_by', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('confirmed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('confirm_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_field_change_family_id_family')),
    sa.ForeignKeyConstraint(['request_id', 'family_id'], ['change_request.id', 'change_request.family_id'], name=op.f('fk_field_change_request_id_family_id_change_request')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_field_change_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_field_change'))
    )
    with op.batch_alter_table('field_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_field_change_confirm_hash'), ['confirm_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_change_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_change_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_change_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_change_state'), ['state'], unique=False)

    op.create_table('known_device',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'site_id'], ['account.id', 'account.site_id'], name=op.f('fk_known_device_account_id_site_id_account')),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_known_device_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_known_device_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_known_device_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_known_device_token_hash'))
    )
    with op.batch_alter_table('known_device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_known_device_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_known_device_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_known_device_site_id'), ['site_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('device', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id', 'site_id'], ['account.id', 'account.site_id'], name=op.f('fk_sign_in_account_id_site_id_account')),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_sign_in_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_sign_in_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_sign_in_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_site_id'), ['site_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_site_id'))
        batch_op.drop_index(batch_op.f('ix_sign_in_family_id'))
        batch_op.drop_index(batch_op.f('ix_sign_in_account_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('known_device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_known_device_site_id'))
        batch_op.drop_index(batch_op.f('ix_known_device_family_id'))
        batch_op.drop_index(batch_op.f('ix_known_device_account_id'))

    op.drop_table('known_device')
    with op.batch_alter_table('field_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_field_change_state'))
        batch_op.drop_index(batch_op.f('ix_field_change_site_id'))
        batch_op.drop_index(batch_op.f('ix_field_change_request_id'))
        batch_op.drop_index(batch_op.f('ix_field_change_family_id'))
        batch_op.drop_index(batch_op.f('ix_field_change_confirm_hash'))

    op.drop_table('field_change')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_site_id'))
        batch_op.drop_index(batch_op.f('ix_account_guardian_id'))
        batch_op.drop_index(batch_op.f('ix_account_family_id'))

    op.drop_table('account')
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stored_file_site_id'))
        batch_op.drop_index(batch_op.f('ix_stored_file_pupil_id'))

    op.drop_table('stored_file')
    with op.batch_alter_table('pupil_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pupil_link_site_id'))
        batch_op.drop_index(batch_op.f('ix_pupil_link_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_pupil_link_family_id'))

    op.drop_table('pupil_link')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_state'))
        batch_op.drop_index(batch_op.f('ix_letter_site_id'))
        batch_op.drop_index(batch_op.f('ix_letter_kind'))
        batch_op.drop_index(batch_op.f('ix_letter_family_id'))
        batch_op.drop_index(batch_op.f('ix_letter_due_at'))
        batch_op.drop_index(batch_op.f('ix_letter_account_id'))

    op.drop_table('letter')
    with op.batch_alter_table('guardian', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_guardian_site_id'))
        batch_op.drop_index(batch_op.f('ix_guardian_family_id'))

    op.drop_table('guardian')
    with op.batch_alter_table('change_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_change_request_submitted_at'))
        batch_op.drop_index(batch_op.f('ix_change_request_state'))
        batch_op.drop_index(batch_op.f('ix_change_request_site_id'))
        batch_op.drop_index(batch_op.f('ix_change_request_sheet_id'))
        batch_op.drop_index(batch_op.f('ix_change_request_family_id'))
        batch_op.drop_index(batch_op.f('ix_change_request_author_id'))

    op.drop_table('change_request')
    with op.batch_alter_table('throttle', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_throttle_site_id'))

    op.drop_table('throttle')
    with op.batch_alter_table('pupil', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pupil_site_id'))
        batch_op.drop_index(batch_op.f('ix_pupil_number'))

    op.drop_table('pupil')
    with op.batch_alter_table('family', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_family_site_id'))
        batch_op.drop_index(batch_op.f('ix_family_number'))

    op.drop_table('family')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_site_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_reference'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_family_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_action'))

    op.drop_table('audit_entry')
    op.drop_table('site')
