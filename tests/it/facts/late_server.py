# Listens at once, but accepts only when Enter is pressed, and reads only at the second Enter.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 8000))
listener.listen()
input("Enter to accept ")
conn, address = listener.accept()
input("Enter to read ")
while True:
    data = conn.recv(1024)
    print(data)
    if not data:
        break
conn.close()
listener.close()
