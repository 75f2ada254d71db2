# Three datagrams, three recvfrom(), each with room for three bytes or more.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("", 8000))
input("Enter to receive ")
for size in (1024, 3, 1024):
    data, address = sock.recvfrom(size)
    print(size, data)
sock.close()
