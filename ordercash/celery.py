"""The Celery application: it only carries "wake up"; the rows in PostgreSQL are the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")

app = Celery("ordercash")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
