# Closes at Enter, without having read a byte.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
conn, address = listener.accept()
input("Enter to close ")
conn.close()
listener.close()
