"""Addresses of the pages."""

from django.urls import path

from apps.operations.pages import home, proof

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("home/charts/", home.HomeCharts.as_view(), name="home_charts"),
    path("proof/", proof.ProofPage.as_view(), name="proof"),
    path("proof/progress/", proof.ProofPoll.as_view(), name="proof_progress"),
]
