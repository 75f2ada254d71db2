import socket
sock = socket.socket()
sock.sendal(b'x')
