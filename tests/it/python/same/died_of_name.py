import socket
sock = socket.socket()
print(sokc)
