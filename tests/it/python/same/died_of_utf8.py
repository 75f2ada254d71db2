import socket

a, b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), None
data = "你好".encode("utf-8")[:4]
print(len(data), a.type)
a.close()
print(data.decode("utf-8"))
