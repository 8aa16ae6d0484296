#!/usr/bin/python3
"""The web tier: answers GET / with what PostgreSQL and Redis say, as JSON.

Environment: LISTEN_PORT (8000), CACHE_HOST (a Redis, optional), DATABASE_URLS (PostgreSQL connection strings separated by ';').
"""

import json
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
import redis


class DualStackServer(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True
    request_queue_size = 128


def ask_database(url):
    connection = psycopg2.connect(url, connect_timeout=3)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            return cursor.fetchone()[0]
    finally:
        connection.close()


def ask_cache(host):
    cache = redis.Redis(host=host, socket_timeout=3, socket_connect_timeout=3)
    try:
        return cache.incr("visits")
    finally:
        cache.close()


def answer():
    databases = [ask_database(url) for url in os.environ.get("DATABASE_URLS", "").split(";") if url]
    cache_host = os.environ.get("CACHE_HOST")
    visits = ask_cache(cache_host) if cache_host else None
    return {"host": socket.gethostname(), "databases": databases, "visits": visits, "version": os.environ.get("VERSION", "1")}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        if self.path == "/alive":
            status, body = 200, {"alive": True}
        else:
            try:
                status, body = 200, answer()
            except Exception as error:  # Whatever a tier behind us did wrong, the client gets to read it.
                status, body = 502, {"error": str(error)}
        content = (json.dumps(body) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):
        pass


if __name__ == "__main__":
    DualStackServer(("::", int(os.environ.get("LISTEN_PORT", "8000"))), Handler).serve_forever()
