import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
message = '你好' + str(5)
s.sendto(message, ('127.0.0.1', 9))
