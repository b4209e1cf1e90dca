"""The parts of tools/test: what to build, what to run, how to run and count it."""
