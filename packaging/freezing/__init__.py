"""What the spec, the installers and their tests share. Used while building only; nothing of it is in the program."""
