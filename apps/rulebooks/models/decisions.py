"""The log of what was decided by rulebooks."""

from django.db import models

from ordercash.kernel.ids import new_id


class Decision(models.Model):
    """What was decided, from which facts, by which version, and why. Append-only; partitioned by month on the id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    version_sha256 = models.BinaryField(max_length=32)
    facts = models.TextField()
    outcome = models.TextField()
    trace = models.TextField()
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "id"], name="decision_of_subject"),
            # Ids begin with the instant: the decisions of a kind over a period, whatever else was logged meanwhile.
            models.Index(fields=["kind", "id"], name="decision_of_kind_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}"
