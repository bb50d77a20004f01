"""Which products are not handled as usual, and so are not served by the usual statement."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from apps.inventory.models import Handling
from ordercash.kernel.remembered import remembered
from ordercash.kernel.sql import fetch

# By its own index: nearly always nothing. A row lock needs no way of its own, it is the usual one without its shortcut.
OTHERWISE: Final = "SELECT DISTINCT product_id, handling FROM inventory_stock WHERE handling IN ('slots', 'eventual')"


@remembered(seconds=5)
def handled_otherwise() -> Mapping[UUID, str]:
    """Return the handling of products that are served from slots or accepted at once, by product.

    Only a hint for choosing the statement: each of them looks at the row itself, and serves nobody whose row is handled otherwise now.
    """
    return {product_id: Handling(handling).value for product_id, handling in fetch(OTHERWISE)}
