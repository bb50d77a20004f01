DROP TRIGGER record_change ON compliance_taxrate;
