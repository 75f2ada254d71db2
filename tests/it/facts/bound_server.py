# Has the port, but does not listen.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind(("", 8000))
input("Enter to end ")
sock.close()
