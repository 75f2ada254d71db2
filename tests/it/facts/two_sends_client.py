# Two messages, or so it thinks.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
sock.send(b"AAA")
sock.send(b"BBB")
sock.close()
