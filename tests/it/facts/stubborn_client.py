# Goes on sending after the server has closed.
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.connect(("127.0.0.1", 8000))
print(sock.recv(1024))
for attempt in (1, 2):
    try:
        print(attempt, sock.send(b"x"))
    except OSError as error:
        print(attempt, error)
sock.close()
