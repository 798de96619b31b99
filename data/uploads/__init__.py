"""What strangers send is opened and checked here, in a separate process. It uses core."""
