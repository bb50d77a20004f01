"""The API's description (OpenAPI 3.1) and its page; the page's scripts come from this site."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class ApiSchema(SpectacularAPIView):
    """/api/schema/: the document, open to everybody: it tells shapes, never data."""


class ApiDocs(SpectacularSwaggerSplitView):
    """/api/docs/: the document as a page on which requests can be tried."""

    url_name = "api_schema"
