"""The one settings module: what differs between installations comes from `Config.from_env()`."""

from pathlib import Path

from ordercash.config import Config
from ordercash.logging import logging_config
from ordercash.shell import unfold_settings

BASE_DIR = Path(__file__).resolve().parent.parent
CONFIG = Config.from_env()

SECRET_KEY = CONFIG.secret_key
DEBUG = CONFIG.debug
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(CONFIG.csrf_trusted_origins)
DATABASES = {"default": dict(CONFIG.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "masterdata.User"
ROOT_URLCONF = "ordercash.urls"
WSGI_APPLICATION = "ordercash.wsgi.application"

# From the lowest to the highest, as the layers stand.
ORDERCASH_APPS = [
    "apps.audit",
    "apps.masterdata",
    "apps.rulebooks",
    "apps.exceptions",
    "apps.ledger",
    "apps.pricing",
    "apps.inventory",
    "apps.compliance",
    "apps.billing",
    "apps.orders",
    "apps.integrations",
    "apps.operations",
]

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "unfold.contrib.guardian",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "simple_history",
    "guardian",
    "ordercash.web",
    *ORDERCASH_APPS,
    "ordercash",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ordercash.web.middleware.PageSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "ordercash.web.middleware.BodyLengthMiddleware",
    "ordercash.web.middleware.UserZoneMiddleware",
    "ordercash.web.middleware.DomainErrorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["ordercash.web.templatetags.oc"],
        },
    }
]

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

# Every text of ours is English: a browser that asks for another language would get pages in two.
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
FORMAT_MODULE_PATH = ["ordercash.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CONFIG.redis_url}}

# A body larger than this is refused before it is read: 20 MB holds a batch of 1,000 orders many times over.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "ordercash.web.refusals.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CONFIG.secure
CSRF_COOKIE_SECURE = CONFIG.secure
SECURE_SSL_REDIRECT = CONFIG.secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.secure else None
ORDERCASH_TRUSTED_PROXIES = CONFIG.trusted_proxies
ORDERCASH_WMS_HOSTS = CONFIG.wms_hosts
ORDERCASH_WMS_SECRETS = dict(CONFIG.wms_secrets)
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = CONFIG.secure
SECURE_HSTS_PRELOAD = CONFIG.secure

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.masterdata.api.authentication.ApiKeyAuthentication",
        "apps.masterdata.api.authentication.ProblemSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["ordercash.web.api.permissions.VerbPermission"],
    "DEFAULT_RENDERER_CLASSES": ["ordercash.web.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ordercash.web.api.parsers.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "ordercash.web.api.openapi.VerbSchema",
    "EXCEPTION_HANDLER": "ordercash.web.api.problems.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "OrderCash API",
    "DESCRIPTION": "The open order-to-cash back office. Errors are problem+json (RFC 9457); writes take an Idempotency-Key. White"
    " space at both ends of a text is taken off before the text is looked at.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Words stay beside their member: models of different apps call different things "state".
    "POSTPROCESSING_HOOKS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

CELERY_BROKER_URL = CONFIG.broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = ""
CELERY_BEAT_SCHEDULER = "ordercash.ticker:Ticker"

ORDERCASH_ROLES = "ordercash.roles.ROLES"
ORDERCASH_SUBSCRIPTIONS = "ordercash.subscriptions.SUBSCRIPTIONS"

LOGGING = logging_config(CONFIG.log_format)
UNFOLD = unfold_settings()
