"""HTTP around a page: cookies and the caller, errors, the middleware. It uses layout, ui and assets."""
