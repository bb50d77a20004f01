"""Addresses of the pages."""

from django.urls import path

from apps.exceptions.pages.case import CasePage
from apps.exceptions.pages.cases import Cases

urlpatterns = [
    path("cases/", Cases.as_view(), name="cases"),
    path("cases/<uuid:case_id>/", CasePage.as_view(), name="case"),
]
