"""What every test may ask for; the servers and databases behind it have a module each."""

pytest_plugins = ["tests.databases", "tests.sessions", "tests.servers", "tests.browsers"]
