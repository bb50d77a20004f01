"""Addresses below /api/v1/."""

from django.urls import path

from apps.audit.api import events, jobs

urlpatterns = [
    path("events", events.Events.as_view(), name="api_events"),
    path("events/feed", events.EventFeed.as_view(), name="api_event_feed"),
    path("events/<uuid:event_id>", events.EventDetail.as_view(), name="api_event"),
    path("subscribers", events.Subscribers.as_view(), name="api_subscribers"),
    path("jobs", jobs.Jobs.as_view(), name="api_jobs"),
    path("jobs/<uuid:job_id>", jobs.JobDetail.as_view(), name="api_job"),
    path("jobs/<uuid:job_id>/retry", jobs.JobRetry.as_view(), name="api_job_retry"),
    path("schedules", jobs.Schedules.as_view(), name="api_schedules"),
    path("schedules/<str:job>", jobs.ScheduleDetail.as_view(), name="api_schedule"),
]
