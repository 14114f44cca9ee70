"""Every byte of every file below a folder, read for what is sought, with canaries as proof."""
