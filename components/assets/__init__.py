"""What a browser keeps: stylesheet, scripts, fonts, compressed once and served from memory."""
