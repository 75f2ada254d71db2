# Wants to listen where it listens already.
import socket

first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
first.bind(("", 8000))
first.listen()
second = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    second.bind(("", 8000))
    print("bound beside it")
except OSError as error:
    print(error)
conn, address = first.accept()
conn.close()
