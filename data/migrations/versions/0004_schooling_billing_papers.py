"""schooling, absences, billing, online payments, papers"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('performance',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('starts', sa.Time(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_performance_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_performance')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_performance_id_site_id'))
    )
    with op.batch_alter_table('performance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_performance_site_id'), ['site_id'], unique=False)

    op.create_table('teacher',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('last_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_teacher_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teacher')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_teacher_id_site_id'))
    )
    with op.batch_alter_table('teacher', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_teacher_site_id'), ['site_id'], unique=False)

    op.create_table('certificate',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('school_year', sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('initials', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_certificate_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_certificate_family_id_family')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_certificate_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_certificate_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('code', name=op.f('uq_certificate_code')),
    sa.UniqueConstraint('family_id', 'pupil_id', 'kind', 'digest', name=op.f('uq_certificate_family_id_pupil_id_kind_digest'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificate_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificate_site_id'), ['site_id'], unique=False)

    op.create_table('course',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
    sa.Column('number', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('department', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('cycle', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('teacher_id', sa.Integer(), nullable=True),
    sa.Column('weekday', sa.Integer(), nullable=True),
    sa.Column('starts', sa.Time(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('room', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_course_site_id_site')),
    sa.ForeignKeyConstraint(['teacher_id', 'site_id'], ['teacher.id', 'teacher.site_id'], name=op.f('fk_course_teacher_id_site_id_teacher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_course_id_site_id')),
    sa.UniqueConstraint('site_id', 'school_year', 'number', name=op.f('uq_course_site_id_school_year_number'))
    )
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_school_year'), ['school_year'], unique=False)
        batch_op.create_index(batch_op.f('ix_course_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_course_teacher_id'), ['teacher_id'], unique=False)

    op.create_table('invoice',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('nature', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('ledger', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('school_year', sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('due_day', sa.Date(), nullable=True),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('payer', sqlmodel.sql.sqltypes.AutoString(length=170), nullable=False),
    sa.Column('payer_address', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.Column('income_bracket', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_invoice_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_invoice_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_invoice_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('id', 'family_id', name=op.f('uq_invoice_id_family_id')),
    sa.UniqueConstraint('site_id', 'number', name=op.f('uq_invoice_site_id_number'))
    )
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_site_id'), ['site_id'], unique=False)

    op.create_table('online_payment',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('gateway', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('ledger', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('chosen', sa.JSON(), nullable=False),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('transaction', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.Column('payment_id', sa.Integer(), nullable=True),
    sa.Column('overpaid', sa.Integer(), nullable=False),
    sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('seen_by', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_online_payment_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_online_payment_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_online_payment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_online_payment')),
    sa.UniqueConstraint('gateway', 'transaction', name=op.f('uq_online_payment_gateway_transaction')),
    sa.UniqueConstraint('reference', name=op.f('uq_online_payment_reference'))
    )
    with op.batch_alter_table('online_payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_online_payment_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_online_payment_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_online_payment_started_at'), ['started_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_online_payment_state'), ['state'], unique=False)

    op.create_table('paper',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_paper_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_paper_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_paper_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper')),
    sa.UniqueConstraint('family_id', 'subject', name=op.f('uq_paper_family_id_subject')),
    sa.UniqueConstraint('name', name=op.f('uq_paper_name'))
    )
    with op.batch_alter_table('paper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_paper_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_paper_site_id'), ['site_id'], unique=False)

    op.create_table('payment',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
    sa.Column('ledger', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('school_year', sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('method', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('operation', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
    sa.Column('payer', sqlmodel.sql.sqltypes.AutoString(length=170), nullable=False),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_payment_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_payment_family_id_family')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_payment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('id', 'family_id', name=op.f('uq_payment_id_family_id')),
    sa.UniqueConstraint('site_id', 'number', name=op.f('uq_payment_site_id_number'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payment_site_id'), ['site_id'], unique=False)

    op.create_table('piece',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('performance_id', sa.Integer(), nullable=False),
    sa.Column('work', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('composer', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('movement', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('arrangement', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('ensemble', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('partners', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('teacher', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['performance_id', 'site_id'], ['performance.id', 'performance.site_id'], name=op.f('fk_piece_performance_id_site_id_performance')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_piece_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_piece_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_piece'))
    )
    with op.batch_alter_table('piece', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_piece_performance_id'), ['performance_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_piece_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_piece_site_id'), ['site_id'], unique=False)

    op.create_table('allocation',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=True),
    sa.Column('credit_id', sa.Integer(), nullable=True),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['credit_id', 'family_id'], ['invoice.id', 'invoice.family_id'], name=op.f('fk_allocation_credit_id_family_id_invoice')),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_allocation_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_allocation_family_id_family')),
    sa.ForeignKeyConstraint(['invoice_id', 'family_id'], ['invoice.id', 'invoice.family_id'], name=op.f('fk_allocation_invoice_id_family_id_invoice')),
    sa.ForeignKeyConstraint(['payment_id', 'family_id'], ['payment.id', 'payment.family_id'], name=op.f('fk_allocation_payment_id_family_id_payment')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_allocation_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation'))
    )
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocation_credit_id'), ['credit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_payment_id'), ['payment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_site_id'), ['site_id'], unique=False)

    op.create_table('assessment',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('class_kind', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('scale', sa.Integer(), nullable=False),
    sa.Column('coefficient', sa.Integer(), nullable=False),
    sa.Column('class_average', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['course_id', 'site_id'], ['course.id', 'course.site_id'], name=op.f('fk_assessment_course_id_site_id_course')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_assessment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_assessment_id_site_id'))
    )
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assessment_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assessment_site_id'), ['site_id'], unique=False)

    op.create_table('enrolment',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('slot', sa.Time(), nullable=True),
    sa.Column('slot_minutes', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('hours', sa.Integer(), nullable=True),
    sa.Column('hours_done', sa.Integer(), nullable=True),
    sa.Column('absences', sa.Integer(), nullable=True),
    sa.Column('absences_unexcused', sa.Integer(), nullable=True),
    sa.Column('adapted_schedule', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('activity', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('main_instrument', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('average', sa.Integer(), nullable=True),
    sa.Column('average_letter', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('mention', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('class_result', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('cycle_result', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('class_admission', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('cycle_admission', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['course_id', 'site_id'], ['course.id', 'course.site_id'], name=op.f('fk_enrolment_course_id_site_id_course')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_enrolment_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_enrolment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment')),
    sa.UniqueConstraint('pupil_id', 'course_id', name=op.f('uq_enrolment_pupil_id_course_id'))
    )
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolment_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_enrolment_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_enrolment_site_id'), ['site_id'], unique=False)

    op.create_table('instalment',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.Column('due_day', sa.Date(), nullable=False),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_instalment_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_instalment_family_id_family')),
    sa.ForeignKeyConstraint(['invoice_id', 'family_id'], ['invoice.id', 'invoice.family_id'], name=op.f('fk_instalment_invoice_id_family_id_invoice')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_instalment_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instalment'))
    )
    with op.batch_alter_table('instalment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instalment_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instalment_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instalment_site_id'), ['site_id'], unique=False)

    op.create_table('invoice_line',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('pupil', sqlmodel.sql.sqltypes.AutoString(length=170), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit', sa.Integer(), nullable=False),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_invoice_line_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_invoice_line_family_id_family')),
    sa.ForeignKeyConstraint(['invoice_id', 'family_id'], ['invoice.id', 'invoice.family_id'], name=op.f('fk_invoice_line_invoice_id_family_id_invoice')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_invoice_line_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_line'))
    )
    with op.batch_alter_table('invoice_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_line_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_line_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_line_site_id'), ['site_id'], unique=False)

    op.create_table('lesson',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.ForeignKeyConstraint(['course_id', 'site_id'], ['course.id', 'course.site_id'], name=op.f('fk_lesson_course_id_site_id_course')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_lesson_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson'))
    )
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.create_index('ix_lesson_course_day', ['course_id', 'day'], unique=False)
        batch_op.create_index(batch_op.f('ix_lesson_site_id'), ['site_id'], unique=False)

    op.create_table('absence',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('excused', sa.Boolean(), nullable=False),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['course_id', 'site_id'], ['course.id', 'course.site_id'], name=op.f('fk_absence_course_id_site_id_course')),
    sa.ForeignKeyConstraint(['lesson_id'], ['lesson.id'], name=op.f('fk_absence_lesson_id_lesson')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_absence_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_absence_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence')),
    sa.UniqueConstraint('id', 'site_id', name=op.f('uq_absence_id_site_id')),
    sa.UniqueConstraint('pupil_id', 'course_id', 'day', 'starts', name=op.f('uq_absence_pupil_id_course_id_day_starts'))
    )
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_absence_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_lesson_id'), ['lesson_id'], unique=False)
        batch_op.create_index('ix_absence_pupil_day', ['pupil_id', 'day'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_site_id'), ['site_id'], unique=False)

    op.create_table('mark',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.Integer(), nullable=True),
    sa.Column('letter', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('mention', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('remark', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('absent', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id', 'site_id'], ['assessment.id', 'assessment.site_id'], name=op.f('fk_mark_assessment_id_site_id_assessment')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_mark_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_mark_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
    sa.UniqueConstraint('assessment_id', 'pupil_id', name=op.f('uq_mark_assessment_id_pupil_id'))
    )
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mark_assessment_id'), ['assessment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_site_id'), ['site_id'], unique=False)

    op.create_table('absence_notice',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('family_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Integer(), nullable=False),
    sa.Column('absence_id', sa.Integer(), nullable=True),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('document', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('submitted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('decided_by', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.ForeignKeyConstraint(['absence_id', 'site_id'], ['absence.id', 'absence.site_id'], name=op.f('fk_absence_notice_absence_id_site_id_absence')),
    sa.ForeignKeyConstraint(['course_id', 'site_id'], ['course.id', 'course.site_id'], name=op.f('fk_absence_notice_course_id_site_id_course')),
    sa.ForeignKeyConstraint(['family_id', 'site_id'], ['family.id', 'family.site_id'], name=op.f('fk_absence_notice_family_id_site_id_family')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_absence_notice_family_id_family')),
    sa.ForeignKeyConstraint(['pupil_id', 'site_id'], ['pupil.id', 'pupil.site_id'], name=op.f('fk_absence_notice_pupil_id_site_id_pupil')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_absence_notice_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence_notice'))
    )
    with op.batch_alter_table('absence_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_absence_notice_absence_id'), ['absence_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_notice_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_notice_family_id'), ['family_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_notice_pupil_id'), ['pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_notice_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_notice_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_notice_submitted_at'), ['submitted_at'], unique=False)

    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payment', sa.JSON(), nullable=False, server_default='{}'))




def downgrade() -> None:

    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.drop_column('payment')

    with op.batch_alter_table('absence_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absence_notice_submitted_at'))
        batch_op.drop_index(batch_op.f('ix_absence_notice_state'))
        batch_op.drop_index(batch_op.f('ix_absence_notice_site_id'))
        batch_op.drop_index(batch_op.f('ix_absence_notice_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_absence_notice_family_id'))
        batch_op.drop_index(batch_op.f('ix_absence_notice_course_id'))
        batch_op.drop_index(batch_op.f('ix_absence_notice_absence_id'))

    op.drop_table('absence_notice')
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mark_site_id'))
        batch_op.drop_index(batch_op.f('ix_mark_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_mark_assessment_id'))

    op.drop_table('mark')
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absence_site_id'))
        batch_op.drop_index('ix_absence_pupil_day')
        batch_op.drop_index(batch_op.f('ix_absence_lesson_id'))
        batch_op.drop_index(batch_op.f('ix_absence_course_id'))

    op.drop_table('absence')
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lesson_site_id'))
        batch_op.drop_index('ix_lesson_course_day')

    op.drop_table('lesson')
    with op.batch_alter_table('invoice_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoice_line_site_id'))
        batch_op.drop_index(batch_op.f('ix_invoice_line_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_invoice_line_family_id'))

    op.drop_table('invoice_line')
    with op.batch_alter_table('instalment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_instalment_site_id'))
        batch_op.drop_index(batch_op.f('ix_instalment_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_instalment_family_id'))

    op.drop_table('instalment')
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enrolment_site_id'))
        batch_op.drop_index(batch_op.f('ix_enrolment_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_enrolment_course_id'))

    op.drop_table('enrolment')
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assessment_site_id'))
        batch_op.drop_index(batch_op.f('ix_assessment_course_id'))

    op.drop_table('assessment')
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_allocation_site_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_payment_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_invoice_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_family_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_credit_id'))

    op.drop_table('allocation')
    with op.batch_alter_table('piece', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_piece_site_id'))
        batch_op.drop_index(batch_op.f('ix_piece_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_piece_performance_id'))

    op.drop_table('piece')
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_site_id'))
        batch_op.drop_index(batch_op.f('ix_payment_family_id'))

    op.drop_table('payment')
    with op.batch_alter_table('paper', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_paper_site_id'))
        batch_op.drop_index(batch_op.f('ix_paper_family_id'))

    op.drop_table('paper')
    with op.batch_alter_table('online_payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_online_payment_state'))
        batch_op.drop_index(batch_op.f('ix_online_payment_started_at'))
        batch_op.drop_index(batch_op.f('ix_online_payment_site_id'))
        batch_op.drop_index(batch_op.f('ix_online_payment_family_id'))

    op.drop_table('online_payment')
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoice_site_id'))
        batch_op.drop_index(batch_op.f('ix_invoice_family_id'))

    op.drop_table('invoice')
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_teacher_id'))
        batch_op.drop_index(batch_op.f('ix_course_site_id'))
        batch_op.drop_index(batch_op.f('ix_course_school_year'))

    op.drop_table('course')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_site_id'))
        batch_op.drop_index(batch_op.f('ix_certificate_pupil_id'))
        batch_op.drop_index(batch_op.f('ix_certificate_family_id'))

    op.drop_table('certificate')
    with op.batch_alter_table('teacher', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_teacher_site_id'))

    op.drop_table('teacher')
    with op.batch_alter_table('performance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_performance_site_id'))

    op.drop_table('performance')

