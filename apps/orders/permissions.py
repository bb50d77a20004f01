"""Who may do which verb of orders."""

VIEW_ORDERS = "orders.view_orders"
VIEW_CUSTOMERS = "orders.view_customer_accounts"
PLACE_ORDERS = "orders.place_orders"
RELEASE_ORDERS = "orders.release_orders"
CANCEL_ORDERS = "orders.cancel_orders"
SHIP_ORDERS = "orders.ship_orders"
BILL_ORDERS = "orders.bill_orders"
RETURN_GOODS = "orders.return_goods"

PERMISSIONS = {
    "view_orders": "See orders, their lines and their timeline",
    "view_customer_accounts": "See customers' accounts: orders, invoices, payments and balance",
    "place_orders": "Place orders",
    "release_orders": "Release held orders",
    "cancel_orders": "Cancel orders and lines",
    "ship_orders": "Ship orders",
    "bill_orders": "Invoice shipped orders",
    "return_goods": "Take goods back and credit them",
}
