"""What things cost: price lists and the prices on them."""

from apps.pricing.models.lists import PriceList, PriceRecord

__all__ = ["PriceList", "PriceRecord"]
