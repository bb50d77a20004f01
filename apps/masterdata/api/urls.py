"""Addresses below /api/v1/."""

from django.urls import path

from apps.masterdata.api import customers, products, setup

urlpatterns = [
    path("customers", customers.Customers.as_view(), name="api_customers"),
    path("customers/<uuid:customer_id>", customers.CustomerDetail.as_view(), name="api_customer"),
    path("customers/<uuid:customer_id>/block", customers.CustomerBlock.as_view(), name="api_customer_block"),
    path(
        "customers/<uuid:customer_id>/credit-limit",
        customers.CustomerCreditLimit.as_view(),
        name="api_customer_credit_limit",
    ),
    path(
        "customers/<uuid:customer_id>/addresses", customers.CustomerAddresses.as_view(), name="api_customer_addresses"
    ),
    path("addresses/<uuid:address_id>", customers.AddressDetail.as_view(), name="api_address"),
    path("products", products.Products.as_view(), name="api_products"),
    path("products/<uuid:product_id>", products.ProductDetail.as_view(), name="api_product"),
    path("legal-entities", setup.LegalEntities.as_view(), name="api_legal_entities"),
    path("channels", setup.Channels.as_view(), name="api_channels"),
    path("units", setup.Units.as_view(), name="api_units"),
    path("api-keys", setup.ApiKeys.as_view(), name="api_keys"),
    path("api-keys/<uuid:key_id>", setup.ApiKeyDetail.as_view(), name="api_key"),
]
