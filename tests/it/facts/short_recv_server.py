# Reads four bytes at a time, as if they were characters.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
conn, address = listener.accept()
for part in (1, 2):
    data = conn.recv(4)
    try:
        print(data.hex(" "), data.decode("utf-8"))
    except UnicodeDecodeError as error:
        print(data.hex(" "), error)
conn.close()
listener.close()
