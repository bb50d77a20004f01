"""Addresses of the pages."""

from django.urls import path

from apps.orders.pages import (
    customer,
    customers,
    from_quote,
    imports,
    line,
    order,
    orders,
    parts,
    product,
    products,
    returns,
)

urlpatterns = [
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/<uuid:order_id>/", order.OrderPage.as_view(), name="order"),
    path("orders/<uuid:order_id>/lines/<int:line_no>/", line.LinePage.as_view(), name="order_line"),
    path("orders/<uuid:order_id>/ship/", parts.ShipParts.as_view(), name="order_ship"),
    path("orders/<uuid:order_id>/cancel-lines/", parts.CancelLines.as_view(), name="order_cancel_lines"),
    path("orders/<uuid:order_id>/take-back/", parts.TakeBack.as_view(), name="order_return"),
    path("orders/from-quote/<uuid:quote_id>/", from_quote.PlaceQuote.as_view(), name="quote_order"),
    path("returns/", returns.Returns.as_view(), name="returns"),
    path("returns/<uuid:return_id>/", returns.ReturnPage.as_view(), name="return"),
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/<uuid:customer_id>/", customer.CustomerPage.as_view(), name="customer"),
    path("products/", products.Products.as_view(), name="products"),
    path("products/<uuid:product_id>/", product.ProductPage.as_view(), name="product"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<uuid:document_id>/", imports.ImportPage.as_view(), name="import"),
    path("imports/<uuid:document_id>/homes/", imports.ImportHomes.as_view(), name="import_homes"),
    path("imports/<uuid:document_id>/progress/", imports.ImportPoll.as_view(), name="import_progress"),
]
