"""An installation in one file, and back again on either engine.

The file is a tar: `head.json` (what it is), rows of every table as gzipped JSON lines, the sealed files and models as
they lie on the disk, and last `manifest.json`, which counts and weighs all of it and is signed with the installation's
key. Sealed columns stay sealed; the key is not in it.
"""
