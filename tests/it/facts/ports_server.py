# Which port has a socket that accept() made?
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
conn, address = listener.accept()
print(listener.getsockname()[1], conn.getsockname()[1], conn.getpeername() == address)
conn.close()
listener.close()
