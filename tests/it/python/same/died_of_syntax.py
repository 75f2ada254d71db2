import socket
s = socket.socket()
while True
    s.accept()
