import select
import selectors
import socket


def attempt(function, *arguments):
    try:
        print(function(*arguments))
    except Exception as error:
        print(type(error).__name__, error)


a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.bind(('127.0.0.1', 0))
b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
b.connect(a.getsockname())
attempt(select.select)
attempt(select.select, [], [], [], 0, 0)
attempt(select.select, a, [], [])
attempt(select.select, ['a'], [], [])
attempt(select.select, [-1], [], [])
attempt(select.select, [99], [], [])
attempt(select.select, [5000], [], [])
attempt(select.select, [], [], [], 'soon')
attempt(select.select, [], [], [], -1)
attempt(select.select, [], [], [], 0.001)
attempt(select.select, [a], [], [], 0)
r, w, x = select.select([a, a.fileno()], [a, b], (a,), 0)
print(r, w == [a, b], x)
b.send(b'x')
r, w, x = select.select([a, a.fileno(), b], [], [a])
print(r == [a, a.fileno()], w, x)


class Box:
    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number


box = Box(a.fileno())
print(select.select([box], [], [])[0] == [box])
attempt(select.select, [Box('3')], [], [])
attempt(select.select, [Box(-7)], [], [])
print(select.error is OSError, select.POLLIN, select.POLLRDHUP)

p = select.poll()
p.register(a, select.POLLIN)
p.register(b)
print(p.poll() == [(a.fileno(), 1), (b.fileno(), 4)])
print(p.poll(0.5) == [(a.fileno(), 1), (b.fileno(), 4)])
a.recv(1)
p.modify(b, select.POLLIN)
print(p.poll(0), p.poll(1), p.poll(0.2))
attempt(p.modify, 77, select.POLLIN)
attempt(p.unregister, 77)
attempt(p.register, 'x')
attempt(p.register, a, -1)
attempt(p.register, a, 70000)
attempt(p.poll, 'soon')
p.unregister(b)
number = a.fileno()
a.close()
print(p.poll() == [(number, select.POLLNVAL)])
attempt(p.register, a)
attempt(select.select, [a], [], [])
t = socket.socket()
p = select.poll()
p.register(t, 0)
print(p.poll() == [(t.fileno(), select.POLLHUP)])
r, w, x = select.select([t], [t], [t], 0)
print(r == [t], w == [t], x)
print(select.select([], [], [t], 0.001))

l = socket.create_server(('127.0.0.1', 0))
for make in selectors.SelectSelector, selectors.PollSelector, selectors.DefaultSelector:
    with make() as s:
        key = s.register(l, selectors.EVENT_READ, 'listener')
        print(key.fileobj is l, key.fd == l.fileno(), key.events, key.data)
        attempt(s.register, 'a', 1)
        attempt(s.register, l, 8)
        attempt(s.unregister, 77)
        print(s.select(0), s.select(0.001))
        c = socket.create_connection(l.getsockname())
        s.register(c, selectors.EVENT_READ | selectors.EVENT_WRITE, data=None)
        for key, events in sorted(s.select(), key=lambda pair: pair[0].fd):
            print(key.data, events)
        d, address = l.accept()
        s.unregister(l)
        s.modify(c, selectors.EVENT_READ, [1])
        d.send(b'!')
        print([(key.data, events) for key, events in s.select()], len(s.get_map()), s.get_key(c).events)
        c.close()
        d.close()
        s.unregister(c)
