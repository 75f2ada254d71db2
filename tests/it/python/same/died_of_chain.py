import socket

s = socket.socket()
try:
    s.connect(('127.0.0.1', 1))
except ConnectionRefusedError as e:
    try:
        {}['你']
    except KeyError:
        raise ValueError('值不对') from e
