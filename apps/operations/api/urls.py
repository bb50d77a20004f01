"""Addresses below /api/v1/."""

from django.urls import path

from apps.operations.api import endpoints

urlpatterns = [
    path("proof", endpoints.Proof.as_view(), name="api_proof"),
]
