"""Books of pricing rules that measurements decide by."""

from typing import Any


def plain() -> dict[str, Any]:
    """Return plain list prices: the one list of everybody, looked up by product, currency and instant; nothing else is asked or given."""
    return {"accesses": [{"name": "base_list", "source": "price_list", "scope": "everybody"}]}


def realistic() -> dict[str, Any]:
    """Return a book of five accesses, twenty discounts in four groups, two floors and two charges."""
    groups = [
        {"name": "seasonal", "order": 10, "method": "best_for_customer"},
        {"name": "clearance", "order": 20, "method": "highest_priority"},
        {"name": "volume", "order": 30, "method": "all_in_sequence"},
        {"name": "loyalty", "order": 40, "method": "all_on_list", "level": "order"},
    ]
    line = [group["name"] for group in groups[:3]]
    conditions = (
        "quantity >= {n}", 'country in ["GB", "IE"] && quantity >= {n}', 'sku == "BENCH-{n}"', 'channel == "web" && net > {n}.0',
        'category == "tableware"', 'customer == "B{n}"',
    )  # fmt: skip
    discounts = [
        {
            "name": f"rule_{n}", "group": line[n % 3], "priority": n, "give": {"percent": str(1 + n % 7)},
            "when": conditions[n % len(conditions)].format(n=n % 9 + 1),
        }
        for n in range(18)
    ]  # fmt: skip
    discounts += [
        {"name": "large", "group": "loyalty", "give": {"tiers": [{"from": {"GBP": "100.00"}, "percent": "2"}]}},
        {"name": "regular", "group": "loyalty", "give": {"percent": "1"}, "when": 'customer_group == "retail"'},
    ]
    return {
        "accesses": [
            {"name": "agreed", "source": "agreed_price"},
            {"name": "contract", "source": "price_list", "scope": "customer"},
            {"name": "group_list", "source": "price_list", "scope": "customer_group"},
            {"name": "zone_list", "source": "price_list", "scope": "zone"},
            {"name": "base_list", "source": "price_list", "scope": "everybody"},
        ],
        "groups": groups,
        "discounts": discounts,
        "charges": [
            {"name": "freight", "sku": "CARRIAGE", "give": {"tiers": [
                {"from": {"GBP": "0.00"}, "amount": {"GBP": "4.90"}}, {"from": {"GBP": "80.00"}, "amount": {"GBP": "0.00"}}]}},
            {"name": "wrapping", "sku": "GIFT-WRAP", "give": {"amount": {"GBP": "1.50"}}, "when": 'channel == "shop"'},
        ],
        "floors": [{"name": "margin", "min_margin_percent": "5"}, {"name": "least", "min_price": {"GBP": "0.10"}}],
    }  # fmt: skip
