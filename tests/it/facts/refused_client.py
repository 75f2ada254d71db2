# Prints how its connect() ends.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    sock.connect(("127.0.0.1", 8000))
    print("connected")
except OSError as error:
    print(error)
sock.close()
