"""When a version is in force becomes rows of their own, so that a version may come back; what versions are tried on gets its tables."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import ordercash.kernel.ids
from django.db import migrations, models


SQL = Path(__file__).parent.parent / "sql"


def step(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{name}.sql").read_text(), (SQL / f"{name}.reverse.sql").read_text())


class Migration(migrations.Migration):

    dependencies = [
        ('rulebooks', '0002_guards'),
        ('audit', '0002_functions'),
    ]

    operations = [
        step("before_activations"),
        migrations.CreateModel(
            name='Activation',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('normal', 'Normal'), ('rollback', 'Rollback')], default='normal', max_length=8)),
                ('reason', models.TextField(blank=True, default='')),
                ('activated_by', models.UUIDField()),
                ('recorded_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BackTest',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.BinaryField(max_length=32)),
                ('since_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('most', models.PositiveIntegerField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('stopped', 'Stopped'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=7)),
                ('after_id', models.UUIDField(blank=True, null=True)),
                ('seen', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(blank=True, null=True)),
                ('requested_by', models.UUIDField()),
                ('requested_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('job_id', models.UUIDField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='BackTestChange',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('decision_id', models.UUIDField()),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_id', models.UUIDField()),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('before_minor', models.BigIntegerField()),
                ('after_minor', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='BackTestFigure',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('dimension', models.CharField(choices=[('customer', 'Customer'), ('product', 'Product'), ('rule', 'Rule'), ('total', 'Total')], max_length=8)),
                ('key', models.CharField(blank=True, max_length=200)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('decisions', models.PositiveIntegerField()),
                ('before_minor', models.BigIntegerField()),
                ('after_minor', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('facts', models.TextField()),
                ('expected', models.TextField()),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('author_id', models.UUIDField()),
                ('recorded_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='VersionComment',
            fields=[
                ('id', models.UUIDField(default=ordercash.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('author_id', models.UUIDField()),
                ('text', models.TextField()),
                ('recorded_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='activation',
            name='rulebook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activations', to='rulebooks.rulebook'),
        ),
        migrations.AddField(
            model_name='activation',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activations', to='rulebooks.rulebookversion'),
        ),
        migrations.AddField(
            model_name='backtest',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='back_tests', to='rulebooks.rulebookversion'),
        ),
        migrations.AddField(
            model_name='backtestchange',
            name='back_test',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='rulebooks.backtest'),
        ),
        migrations.AddField(
            model_name='backtestfigure',
            name='back_test',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='rulebooks.backtest'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='rulebook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scenarios', to='rulebooks.rulebook'),
        ),
        migrations.AddField(
            model_name='versioncomment',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='rulebooks.rulebookversion'),
        ),
        step("move_activations"),
        migrations.RemoveConstraint(
            model_name='rulebookversion',
            name='version_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='rulebookversion',
            name='version_in_use_has_start',
        ),
        migrations.RemoveConstraint(
            model_name='rulebookversion',
            name='version_ends_after_start',
        ),
        migrations.RemoveConstraint(
            model_name='rulebookversion',
            name='no_two_versions_in_force',
        ),
        migrations.RemoveField(
            model_name='rulebookversion',
            name='from_at',
        ),
        migrations.RemoveField(
            model_name='rulebookversion',
            name='until_at',
        ),
        migrations.AlterField(
            model_name='rulebookversion',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In Review'), ('approved', 'Approved')], default='draft', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='rulebookversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'in_review', 'approved'])), name='version_state_known'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['normal', 'rollback'])), name='activation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.CheckConstraint(condition=models.Q(('until_at__isnull', True), ('until_at__gte', models.F('from_at')), _connector='OR'), name='activation_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'normal'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='rollback_has_its_reason'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('rulebook', '='), (models.Func(models.F('from_at'), models.F('until_at'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='tstzrange'), '&&')], name='no_two_versions_in_force'),
        ),
        migrations.AddIndex(
            model_name='backtest',
            index=models.Index(fields=['version', '-id'], name='back_tests_of_version'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'stopped', 'done', 'failed'])), name='back_test_state_known'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('until_at__gte', models.F('since_at'))), name='back_test_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('changed__lte', models.F('seen'))), name='back_test_changed_of_the_seen'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['done', 'failed'])), models.Q(models.Q(('state__in', ['done', 'failed']), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='back_test_finished_when_over'),
        ),
        migrations.AddConstraint(
            model_name='backtestchange',
            constraint=models.UniqueConstraint(fields=('back_test', 'decision_id'), name='back_test_change_once_per_decision'),
        ),
        migrations.AddConstraint(
            model_name='backtestfigure',
            constraint=models.UniqueConstraint(fields=('back_test', 'dimension', 'key', 'currency'), name='back_test_figure_once_per_key'),
        ),
        migrations.AddConstraint(
            model_name='backtestfigure',
            constraint=models.CheckConstraint(condition=models.Q(('dimension__in', ['customer', 'product', 'rule', 'total'])), name='back_test_dimension_known'),
        ),
        migrations.AddConstraint(
            model_name='scenario',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('rulebook', 'name'), name='scenario_name_once_per_rulebook'),
        ),
        migrations.AddConstraint(
            model_name='scenario',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='scenario_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='versioncomment',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something'),
        ),
        step("activations"),
        step("trials"),
    ]
