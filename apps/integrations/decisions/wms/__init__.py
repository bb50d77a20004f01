"""The protocol with warehouse systems, as pure rules (docs/warehouse-systems.md)."""
