"""The web server's settings: gunicorn reads them, `intreccio web` starts it."""

import gc
import os

from config import load

settings = load()
wsgi_app = "app:create_app()"
bind = f"{settings.bind}:{settings.port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 8)
# An export of a whole selection may take a while; a stuck worker must not stay.
timeout = 120
graceful_timeout = 15
# A filter of the API may be long.
limit_request_line = 8_190
# Memory that a library loses is given back now and then, not by all at once; not in the middle
# of a rush either, which would lose what a worker has compiled and kept: some thousands of
# requests a second are answered from memory.
max_requests = 500_000
max_requests_jitter = 100_000
# Its own command channel is a way in that nobody here uses.
control_socket_disable = True
proc_name = "intreccio"


def post_worker_init(worker: object) -> None:
    """Look for rubbish less often, and not among what stays as long as the worker does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
