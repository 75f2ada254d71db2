# Reads until the client has closed; prints each piece as recv() gives it.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
conn, address = listener.accept()
while True:
    data = conn.recv(1024)
    print(data)
    if not data:
        break
conn.close()
listener.close()
