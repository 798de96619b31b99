"""Everything that stands on NiceGUI: screens, panels, the document, sockets, the server, background jobs."""
