# Three datagrams, one after the other.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for message in (b"AAA", b"BBBBB", b"CCC"):
    sock.sendto(message, ("127.0.0.1", 8000))
sock.close()
