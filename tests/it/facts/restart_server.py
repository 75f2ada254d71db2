# A server that runs, ends, and is run again: here one after the other in one program, which is
# the same to the kernel.
import socket

FIRST_SETS_REUSEADDR = False
SECOND_SETS_REUSEADDR = False


def start(sets_reuseaddr):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sets_reuseaddr:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", 8000))
    listener.listen()
    return listener


listener = start(FIRST_SETS_REUSEADDR)
conn, address = listener.accept()
print(conn.recv(1024))
conn.close()
listener.close()
input("Enter to run it again ")
try:
    listener = start(SECOND_SETS_REUSEADDR)
    print("bound again")
    listener.close()
except OSError as error:
    print(error)
