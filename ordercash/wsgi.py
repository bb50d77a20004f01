"""WSGI application served by the web process."""

import os

from django.core.wsgi import get_wsgi_application

from ordercash.kernel.memory import collect_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
application = get_wsgi_application()
collect_rarely()
