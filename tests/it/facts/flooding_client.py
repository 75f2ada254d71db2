# Sends until the server is gone.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
total = 0
try:
    while True:
        total += sock.send(bytes(65536))
except OSError as error:
    print(total, error)
sock.close()
