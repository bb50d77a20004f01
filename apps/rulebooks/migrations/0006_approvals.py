"""What stood behind an approval, and what came of the scenarios, are kept; decisions of a kind are found by their time."""

from pathlib import Path

import django.db.models.deletion
import ordercash.kernel.ids
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):

    dependencies = [
        ('rulebooks', '0005_back_tests'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.BinaryField(max_length=32)),
                ('basis', models.CharField(choices=[('person', 'Person'), ('installation', 'Installation'), ('before', 'Before limits were kept')], max_length=12)),
                ('approver_id', models.UUIDField()),
                ('role', models.CharField(blank=True, default='', max_length=60)),
                ('most', models.JSONField(blank=True, null=True)),
                ('needed', models.PositiveIntegerField(default=0)),
                ('covered', models.PositiveIntegerField(default=0)),
                ('moved', models.JSONField(blank=True, default=dict)),
                ('recorded_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='GateRun',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.BinaryField(max_length=32)),
                ('occasion', models.CharField(choices=[('activation', 'Activation'), ('asked', 'Asked')], max_length=10)),
                ('scenarios', models.PositiveIntegerField()),
                ('failed', models.JSONField(blank=True, default=list)),
                ('ran_by', models.UUIDField()),
                ('ran_at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['kind', 'id'], name='decision_of_kind_by_time'),
        ),
        migrations.AddField(
            model_name='approval',
            name='report',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='rulebooks.backtest'),
        ),
        migrations.AddField(
            model_name='approval',
            name='rule_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals_by_it', to='rulebooks.rulebookversion'),
        ),
        migrations.AddField(
            model_name='approval',
            name='version',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='approval', to='rulebooks.rulebookversion'),
        ),
        migrations.AddField(
            model_name='gaterun',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gate_runs', to='rulebooks.rulebookversion'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['person', 'installation', 'before'])), name='approval_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('covered__gte', models.F('needed'))), name='approval_report_covers_enough'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('most__isnull', True), ('role', ''), ('rule_version__isnull', True)), models.Q(('basis', 'person'), ('rule_version__isnull', False), models.Q(('role', ''), _negated=True)), _connector='OR'), name='approval_by_a_role_of_its_rule'),
        ),
        migrations.AddIndex(
            model_name='gaterun',
            index=models.Index(fields=['version', '-id'], name='gate_runs_of_version'),
        ),
        migrations.AddConstraint(
            model_name='gaterun',
            constraint=models.CheckConstraint(condition=models.Q(('occasion__in', ['activation', 'asked'])), name='gate_occasion_known'),
        ),
        migrations.AddConstraint(
            model_name='gaterun',
            constraint=models.CheckConstraint(condition=models.Q(('scenarios__gt', 0)), name='gate_tries_something'),
        ),
        step("approvals"),
    ]
