# Two characters, six bytes.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
sock.send("你好".encode("utf-8"))
sock.close()
