"""The part of the socket module that is easier to say in Python: enums, create_server and friends."""
import _socket
from _socket import *

globals().update(_socket._numbers())
has_ipv6 = True
INADDR_ANY = 0
INADDR_BROADCAST = INADDR_NONE = 0xffffffff
INADDR_LOOPBACK = 0x7f000001


class _Enumerated(int):
    """An int that knows its name, as CPython's IntEnum shows it."""
    _names = {}

    @property
    def name(self):
        return self._names[int(self)]

    @property
    def value(self):
        return int(self)

    def __repr__(self):
        name = self._names.get(int(self))
        if name is None:
            return int.__repr__(self)
        return '<%s.%s: %d>' % (type(self).__name__, name, self)

    def __str__(self):
        return int.__repr__(self)

    def __format__(self, spec):
        return int.__format__(int(self), spec)


class AddressFamily(_Enumerated):
    _names = {0: 'AF_UNSPEC', 2: 'AF_INET', 10: 'AF_INET6'}


class SocketKind(_Enumerated):
    _names = {1: 'SOCK_STREAM', 2: 'SOCK_DGRAM'}


class MsgFlag(_Enumerated):
    _names = {1: 'MSG_OOB', 2: 'MSG_PEEK', 64: 'MSG_DONTWAIT', 256: 'MSG_WAITALL',
              16384: 'MSG_NOSIGNAL', 32768: 'MSG_MORE'}


class AddressInfo(_Enumerated):
    _names = {1: 'AI_PASSIVE', 2: 'AI_CANONNAME', 4: 'AI_NUMERICHOST', 1024: 'AI_NUMERICSERV'}


for _class in (AddressFamily, SocketKind, MsgFlag, AddressInfo):
    for _number, _name in _class._names.items():
        globals()[_name] = _class(_number)
del _class, _number, _name

_SERVICES = {'ftp': 21, 'ssh': 22, 'telnet': 23, 'smtp': 25, 'domain': 53, 'http': 80, 'pop3': 110,
             'ntp': 123, 'imap2': 143, 'https': 443}


def getservbyname(name, protocol=None):
    if name not in _SERVICES:
        raise OSError('service/proto not found')
    return _SERVICES[name]


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    if port is None:
        port = 0
    elif isinstance(port, str):
        if port.isdecimal():
            port = int(port)
        elif port in _SERVICES:
            port = _SERVICES[port]
        else:
            raise gaierror(-8, 'Servname not supported for ai_socktype')
    kinds = [(1, 6), (2, 17)]
    found = []
    for its_family, address in _socket._lookup(host, bool(flags & 1)):
        if family and family != its_family:
            continue
        for its_kind, its_proto in kinds:
            if type and type != its_kind or proto and proto != its_proto:
                continue
            full = (address, port) if its_family == 2 else (address, port, 0, 0)
            found.append((AddressFamily(its_family), SocketKind(its_kind), its_proto, '', full))
    if not found:
        raise gaierror(-2, 'Name or service not known')
    return found


def getfqdn(name=''):
    return name.strip() or gethostname()


def has_dualstack_ipv6():
    return False


def create_connection(address, timeout=..., source_address=None, *, all_errors=False):
    host, port = address
    exceptions = []
    for family, kind, proto, _, full in getaddrinfo(host, port, 0, SOCK_STREAM):
        sock = None
        try:
            sock = socket(family, kind, proto)
            if timeout is not ...:
                sock.settimeout(timeout)
            if source_address:
                sock.bind(source_address)
            sock.connect(full)
            exceptions.clear()
            return sock
        except error as exc:
            if not all_errors:
                exceptions.clear()
            exceptions.append(exc)
            if sock is not None:
                sock.close()
    try:
        raise exceptions[0]
    finally:
        exceptions.clear()


def create_server(address, *, family=AF_INET, backlog=None, reuse_port=False, dualstack_ipv6=False):
    if dualstack_ipv6:
        raise ValueError('dualstack_ipv6 not supported on this platform')
    sock = socket(family, SOCK_STREAM)
    try:
        sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        if reuse_port:
            sock.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
        try:
            sock.bind(address)
        except error as err:
            raise error(err.errno, '%s (while attempting to bind on address %r)' % (err.strerror, address)) from None
        if backlog is None:
            sock.listen()
        else:
            sock.listen(backlog)
        return sock
    except error:
        sock.close()
        raise


SocketType = _socket.socket

__all__ = [_name for _name in list(globals()) if _name[0] != '_' and _name not in
           ('AddressInfo', 'MsgFlag', 'EAI_FAMILY_')]
