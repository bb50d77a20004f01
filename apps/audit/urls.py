"""Addresses of the pages."""

from django.urls import path

from apps.audit.pages import events, jobs

urlpatterns = [
    path("events/", events.Events.as_view(), name="events"),
    path("events/subscribers/", events.Subscribers.as_view(), name="subscribers"),
    path("events/<uuid:event_id>/", events.EventPage.as_view(), name="event"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/schedules/", jobs.Schedules.as_view(), name="schedules"),
    path("jobs/<uuid:job_id>/", jobs.JobPage.as_view(), name="job"),
    path("jobs/<uuid:job_id>/progress/", jobs.JobPoll.as_view(), name="job_progress"),
]
