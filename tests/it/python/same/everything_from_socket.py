from socket import *
import socket as s

mine = sorted(n for n in dir() if not n.startswith('_') and n != 's')
print([n for n in mine if n in ('sys', 'os', 'errno', 'io', 'selectors', 'vm')])
server = socket(AF_INET, SOCK_STREAM)
server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
server.bind(('', 0))
print(server.getsockname()[0], SOMAXCONN, SHUT_RDWR, repr(AF_INET), AF_INET6 == 10, INADDR_ANY)
server.close()


class Named(s.socket):
    def __init__(self, name):
        super().__init__(AF_INET, SOCK_DGRAM)
        self.name = name


n = Named('n')
print(n.name, str(n).replace(str(n.fileno()), 'FD'), isinstance(n, socket))
n.close()
print(n)
print(create_server(('127.0.0.1', 0)).type)
print(getdefaulttimeout())
setdefaulttimeout(2.5)
print(socket().gettimeout())
