"""What strangers send is opened and checked here, in a process apart. It uses core."""
