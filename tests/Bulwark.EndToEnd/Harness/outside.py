"""The internet of the tests: HTTP on the ports given, and a UDP echo on the same ports, IPv4 and IPv6."""

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class DualStackServer(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        content = f"outside saw {self.client_address[0]}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):
        pass


def echo(port):
    echo_socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    echo_socket.setsockopt(socket.IPPROTO_IPV6, 49, 1)  # IPV6_RECVPKTINFO: answer from the address that was asked.
    echo_socket.bind(("::", port))
    while True:
        data, control, _, sender = echo_socket.recvmsg(2048, 256)
        echo_socket.sendmsg([data], [(level, kind, value) for level, kind, value in control], 0, sender)


for port in map(int, sys.argv[1:]):
    threading.Thread(target=DualStackServer(("::", port), Handler).serve_forever).start()
    threading.Thread(target=echo, args=(port,)).start()
