# Answers only after the client's direction has ended.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
conn, address = listener.accept()
length = 0
while True:
    data = conn.recv(1024)
    if not data:
        break
    length += len(data)
conn.send(b"%d bytes came" % length)
conn.close()
listener.close()
