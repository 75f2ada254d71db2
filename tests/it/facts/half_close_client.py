# Ends its own direction and reads on in the other.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
sock.send(b"hello")
sock.shutdown(socket.SHUT_WR)
while True:
    data = sock.recv(1024)
    print(data)
    if not data:
        break
sock.close()
