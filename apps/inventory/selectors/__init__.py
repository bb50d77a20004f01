"""Questions about stock, promises and shipments."""
