"""What every test may ask for; the servers and databases behind it have a module each."""

import gc

pytest_plugins = ["tests.databases", "tests.sessions", "tests.servers", "tests.browsers"]

# An application and a document of a megabyte stay from the first test to the last: looking
# through them for rubbish after every 700 new objects was a sixth of the run.
gc.set_threshold(20_000, 20, 50)
