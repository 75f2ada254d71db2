# The same two characters in two encodings.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
print(sock.send("你好".encode("utf-8")))
sock.recv(1)
print(sock.send("你好".encode("gbk")))
sock.close()
