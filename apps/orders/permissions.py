"""Who may do which verb of orders."""

VIEW_ORDERS = "orders.view_orders"
VIEW_CUSTOMERS = "orders.view_customer_accounts"
PLACE_ORDERS = "orders.place_orders"
RELEASE_ORDERS = "orders.release_orders"
CANCEL_ORDERS = "orders.cancel_orders"
SHIP_ORDERS = "orders.ship_orders"
BILL_ORDERS = "orders.bill_orders"
RETURN_GOODS = "orders.return_goods"
ACCEPT_CREDIT = "orders.accept_credit_risk"
ACCEPT_PRICE = "orders.accept_free_goods"
ACCEPT_CONTENT = "orders.accept_content"
ACCEPT_COUPON = "orders.accept_refused_coupons"
ALLOW_BELOW_FLOOR = "orders.allow_below_floor"
SET_PRICES = "orders.set_prices"

PERMISSIONS = {
    "view_orders": "See orders, their lines and their timeline",
    "view_customer_accounts": "See customers' accounts: orders, invoices, payments and balance",
    "place_orders": "Place orders",
    "release_orders": "Release held orders",
    "cancel_orders": "Cancel orders and lines",
    "ship_orders": "Ship orders",
    "bill_orders": "Invoice shipped orders",
    "accept_credit_risk": "Accept blocked customers and exceeded credit limits when releasing an order",
    "accept_free_goods": "Accept prices of zero when releasing an order",
    "accept_refused_coupons": "Accept coupons that cannot be used, and so the price without them, when releasing an order",
    "allow_below_floor": "Allow prices below their floor on orders of others",
    "set_prices": "Set prices and discounts of held orders by hand, within the limit of one's role",
    "accept_content": "Accept unsellable products and dismissed rows when releasing an order",
    "return_goods": "Take goods back and credit them",
}
