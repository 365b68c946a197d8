"""The documented tutorial, told with aepp as it comes from PyPI.

Reads a world (where the server is, who the client is, where the source is) as JSON from standard input, and writes
what every chapter saw as JSON to standard output. A chapter that raises leaves its traceback instead: nothing of
what aepp does is caught on the way.
"""

import contextlib
import json
import sys

import changes
import journey
import manager
import others
import paging
import removal
import specs
from configured import configure, tell

CHAPTERS = [specs, journey, changes, manager, paging, others, removal]


def main():
    world = json.load(sys.stdin)
    # aepp prints remarks of its own.
    with contextlib.redirect_stdout(sys.stderr):
        configure(world)
        story = {}
        for chapter in CHAPTERS:
            story[chapter.__name__] = tell(chapter.tell, world, story)
    json.dump(story, sys.stdout)


main()
