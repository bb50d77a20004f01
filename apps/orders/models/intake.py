"""What came in from outside as a document, kept as it came: its hash, and each row that could not go through."""

from django.db import models

from ordercash.kernel.ids import new_id


class IntakeDocument(models.Model):
    """One file (or message) that was imported. The same bytes under the same mapping are one document."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.BinaryField(max_length=32)
    mapping_name = models.CharField(max_length=80)
    mapping_sha256 = models.BinaryField(max_length=32)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+")
    row_count = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    progressed_at = models.DateTimeField(null=True, help_text="When a batch of rows was last written")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "mapping_sha256"], name="intake_document_once")]

    def __str__(self) -> str:
        return self.name


class IntakeRow(models.Model):
    """A row of a document that holds its order or return: its text and what is wrong with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(IntakeDocument, on_delete=models.PROTECT, related_name="rows")
    row_number = models.PositiveIntegerField()
    subject_kind = models.CharField(max_length=16)
    subject_id = models.UUIDField()
    code = models.CharField(max_length=40)
    detail = models.CharField(max_length=300)
    amount = models.DecimalField(
        max_digits=30, decimal_places=10, default=0, help_text="Quantity x price as the row states it"
    )
    raw = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "row_number"], name="intake_row_once")]
        indexes = [models.Index(fields=["subject_id"], name="intake_row_by_subject")]

    def __str__(self) -> str:
        return f"{self.document_id} row {self.row_number}"
