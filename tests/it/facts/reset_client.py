# Says hello and reads until the stream ends, one way or another.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
sock.send(b"hello")
try:
    print(sock.recv(1024))
except OSError as error:
    print(error)
sock.close()
