"""A hostile internet on this machine: a county's site and the portals above it, behaving as badly as real ones.

Each behaviour says what a site does on the wire, what is true of it, and how watching it may end. None knows
how pages are read or judged; `stage` plays one against the real rounds, client, reader and store.
"""
