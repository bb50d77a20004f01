DROP TRIGGER record_change ON masterdata_productunit;
DROP TRIGGER record_change ON masterdata_bundlepart;
DROP TRIGGER check_product_unit ON masterdata_productunit;
DROP FUNCTION masterdata_check_product_unit();
DROP TRIGGER check_bundle_part ON masterdata_bundlepart;
DROP FUNCTION masterdata_check_bundle_part();
DROP TRIGGER product_stays ON masterdata_product;
DROP FUNCTION masterdata_product_stays();
