import socket

try:
    socket.socket().connect(('nohost.invalid', 1))
except socket.gaierror:
    data = {'a': [1, 2]}
    print('中文', data['a'][5] + 1)
