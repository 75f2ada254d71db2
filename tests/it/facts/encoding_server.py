# Decodes what comes in the encoding it does not have.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
conn, address = listener.accept()
data = conn.recv(1024)
print(data.hex(" "), data.decode("gbk"))
conn.send(b".")
data = conn.recv(1024)
try:
    print(data.hex(" "), data.decode("utf-8"))
except UnicodeDecodeError as error:
    print(data.hex(" "), error)
conn.close()
listener.close()
