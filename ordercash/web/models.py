"""The one table of the edge: filters that a user keeps."""

from typing import ClassVar

from django.db import models

from ordercash.kernel.ids import new_id


class SavedFilter(models.Model):
    """A view of a list that a user kept. `page` is the list's URL name, `query` its query string."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    page = models.CharField(max_length=100)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "page", "name"], name="one_filter_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
