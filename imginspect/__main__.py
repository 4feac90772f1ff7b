"""``python -m imginspect`` is the ``imginspect`` command."""

from imginspect.cli import main

main()
