"""What every test may ask for; the servers and databases behind it have a module each."""

pytest_plugins = ["tests.databases", "tests.servers", "tests.browsers"]
