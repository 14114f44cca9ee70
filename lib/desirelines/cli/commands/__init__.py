"""One function a command: it reads options, calls one operation, and prints what that gives."""
