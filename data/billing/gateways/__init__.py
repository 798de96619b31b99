"""Payment services: what one is, the demonstration's, PayFiP, and those of other packages. It uses core."""
