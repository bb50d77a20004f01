"""WSGI application served by the web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
application = get_wsgi_application()
