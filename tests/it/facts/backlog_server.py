# How many connections wait for accept()? Accepts nobody before Enter is pressed.
import socket

BACKLOG = 1
CLIENTS = BACKLOG + 2

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen(BACKLOG)
input("Enter to accept ")
for number in range(CLIENTS):
    conn, address = listener.accept()
    conn.send(b"welcome")
    conn.close()
listener.close()
